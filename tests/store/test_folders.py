"""The store of folders: whole or absent, replaced at one moment, bounded together with the scenes, safe to share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gdviz.errors import GdvizError
from gdviz.store import FolderStore, SceneStore, cap, entries, evict

FILES = {"net.bin": b"weights" * 100, "task.json": b"{}"}
INCOMPLETE = '{"files": {"net.bin": {"at": "x"}}}'
LEADS_OUT = '{"files": {"net.bin": {"at": "../../x", "size": 1, "sha256": ""}}}'
posix = pytest.mark.skipif(os.name == "nt", reason="limits and signals as POSIX has them")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path, said):
    return FolderStore("networks", tmp_path / "store", notice=said.append)


def stored(store: FolderStore, name: str, file: str) -> Path:
    (path,) = (store.root / store.section / name).glob(f"*-{file}")
    return path


def strangers(root: Path) -> list[str]:
    """Whatever is neither an entry nor a lock."""
    return [entry.path.name for entry in entries(root) if entry.leftover]


def test_what_is_written_is_read(store):
    assert store.read("a") is None and store.names() == [] and store.written("a") is None
    store.write("a", FILES)
    assert store.read("a") == FILES
    assert store.read("a", only=("task.json", "none.json")) == {"task.json": b"{}"}
    assert store.names() == ["a"] and abs(store.written("a") - time.time()) < 60
    manifest = json.loads((store.root / "networks" / "a" / "manifest.json").read_text())
    assert {name: facts["size"] for name, facts in manifest["files"].items()} == {"net.bin": 700, "task.json": 2}


def test_writing_again_replaces_the_whole_entry_and_leaves_nothing_of_it(store):
    store.write("a", FILES)
    store.write("a", {"net.bin": b"new"})
    assert store.read("a") == {"net.bin": b"new"}
    assert len(list((store.root / "networks" / "a").iterdir())) == 2
    store.remove("a")
    assert store.read("a") is None and store.names() == [] and strangers(store.root) == []


@pytest.mark.parametrize("name", ["../secret", "a/b", "", ".hidden", "x" * 101, "a\0b", "..", "a\n"])
def test_a_name_cannot_leave_its_folder(store, name):
    for use in (store.read, store.remove, store.lock, store.written, lambda n: store.write(n, {})):
        with pytest.raises(GdvizError, match="letters, digits, dots and dashes"):
            use(name)
    with pytest.raises(GdvizError, match="letters, digits, dots and dashes"):
        store.write("a", {name: b""})


@pytest.mark.parametrize(
    ("damage", "said_so"),
    [
        (lambda folder: next(folder.glob("*net.bin")).write_bytes(b"weights"), "net.bin has 7 of 700 bytes"),
        (lambda folder: next(folder.glob("*net.bin")).write_bytes(b"weightz" * 100), "net.bin is not what was written"),
        (lambda folder: next(folder.glob("*net.bin")).unlink(), "net.bin: No such file or directory"),
        (lambda folder: (folder / "manifest.json").unlink(), "half-written: it has no manifest"),
        (lambda folder: (folder / "manifest.json").write_bytes(b""), "its manifest is not one"),
        (lambda folder: (folder / "manifest.json").write_text(INCOMPLETE), "its manifest is not one"),
        (lambda folder: (folder / "manifest.json").write_text(LEADS_OUT), "its manifest is not one"),
    ],
)
def test_a_damaged_entry_is_named_put_aside_and_absent(store, said, damage, said_so):
    store.write("a", FILES)
    damage(store.root / "networks" / "a")
    assert store.read("a") is None
    assert said == [f"store: found networks/a damaged ({said_so}); it is put aside and counts as missing."]
    assert store.read("a") is None and len(said) == 1, "said once"
    assert strangers(store.root) == [".damaged-a"]
    store.write("a", FILES)
    assert store.read("a") == FILES, "made again"


def test_the_shipped_entries_come_first_and_are_left_alone(tmp_path, said):
    FolderStore("networks", tmp_path / "assets").write("a", FILES)
    shipped = tmp_path / "assets" / "networks"
    store = FolderStore("networks", tmp_path / "own", shipped=shipped, notice=said.append)
    before = {path: path.stat().st_mtime_ns for path in shipped.rglob("*")}
    store.write("b", {})
    assert store.read("a") == FILES and store.names() == ["a", "b"]
    store.remove("a")
    assert store.read("a") == FILES
    assert {path: path.stat().st_mtime_ns for path in shipped.rglob("*")} == before
    next((shipped / "a").glob("*net.bin")).write_bytes(b"half")
    assert store.read("a") is None and "shipped networks/a damaged" in said[0]
    store.write("a", FILES)
    assert store.read("a") == FILES


def test_one_bound_over_scenes_and_networks_the_least_recently_used_first(tmp_path, store, monkeypatch):
    scenes, age = SceneStore(store.root), time.time() - 1000
    scene = scenes.write("scene", b"s" * 1000)
    for number, name in enumerate("abc"):
        store.write(name, {"net.bin": b"n" * 1000})
        os.utime(store.root / "networks" / name / "manifest.json", (age + number, age + number))
    os.utime(store.root / "scenes" / scene, (age + 1.5, age + 1.5))
    assert store.read("a", only=()) == {}, "reading it makes it young again"
    size = next(entry.size for entry in entries(store.root) if entry.name == "c")
    monkeypatch.setattr(cap, "CAP", 3 * size)
    store.write("d", {"net.bin": b"n" * 1000})
    assert (store.names(), scenes.find("scene")) == (["a", "c", "d"], None)
    assert sum(entry.size for entry in entries(store.root)) <= cap.CAP


@posix
@pytest.mark.parametrize("first", [True, False])
def test_a_full_disk_is_one_sentence_and_the_older_entry_stays_whole(tmp_path, store, first):
    """The disk refuses in the middle of a file, in a process of its own."""
    if not first:
        store.write("a", FILES)
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from gdviz.store import FolderStore\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: FolderStore('networks', Path(sys.argv[1])).write('a', {'small': b'1', 'big': b'2' * 200_000})\n"
        "except ValueError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, store.root]
    answer = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    assert answer.stdout.strip() == f"store: found File too large at {store.root}; free some space or set GDVIZ_STORE."
    assert store.read("a") == (None if first else FILES)
    assert strangers(store.root) == []
    assert first or len(list((store.root / "networks" / "a").iterdir())) == 3


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(place for place in sys.path if place)}


@posix
def test_a_writer_that_is_killed_leaves_an_older_entry_or_its_own(tmp_path, store, said):
    """Eight kills at other moments of an endless rewriting; every entry that is found afterwards is whole."""
    code = (
        "import itertools, sys\n"
        "from pathlib import Path\n"
        "from gdviz.store import FolderStore\n"
        "store = FolderStore('networks', Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "for k in itertools.count(int(sys.argv[2])):\n"
        "    store.write('a', {'one': b'%d' % k * 20_000, 'two': b'%d' % k})\n"
    )
    for kill in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, store.root, str(kill * 1000)], env=environment(), stdout=subprocess.PIPE, text=True
        )
        with writer:
            writer.stdout.readline()
            time.sleep(0.02 + 0.0037 * kill)
            writer.kill()
        found = store.read("a")
        assert found is not None and found["one"] == found["two"] * 20_000
    assert said == []
    store.write("a", FILES)
    assert len(list((store.root / "networks" / "a").iterdir())) == 3, "the killed writers' files are swept away"


def test_readers_and_writers_at_once_never_meet_a_mixture(tmp_path, store, said):
    """Two stores on one folder, one entry replaced over and over."""
    faults: list[object] = []
    over = threading.Event()

    def write(own: int) -> None:
        other = FolderStore("networks", store.root, notice=said.append)
        for k in range(60):
            other.write("a", {"one": b"%d-%d" % (own, k) * 500, "two": b"%d-%d" % (own, k)})

    def read() -> None:
        while not over.is_set():
            found = store.read("a")
            if found is not None and found["one"] != found["two"] * 500:
                faults.append(found["two"])

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(own,)) for own in range(2)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    reader.join()
    assert faults == [] and said == []


def test_a_program_that_clears_out_never_disturbs_one_that_writes(store, said):
    """An entry is removed before it is replaced or after, never in the middle."""
    over, gone = threading.Event(), []

    def clear() -> None:
        while not over.is_set():
            gone.extend(evict(store.root, 0))

    cleaner = threading.Thread(target=clear)
    cleaner.start()
    found = set()
    for k in range(1000):
        store.write("a", {"one": b"%d" % k * 500, "two": b"%d" % k})
        files = store.read("a")
        found.add(files is None or files["one"] == files["two"] * 500)
        if k >= 60 and gone:
            break
    over.set()
    cleaner.join()
    assert gone and found == {True} and said == []


def test_a_lock_belongs_to_one_at_a_time(store):
    first, second = store.lock("a"), store.lock("a")
    with first:
        with pytest.raises(TimeoutError):
            second.acquire(timeout=0)
        assert store.read("a") is None and store.names() == []
        store.write("a", FILES)  # writing does not need the lock
    second.acquire(timeout=0)
    second.release()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = FolderStore("networks", tmp_path / "file" / "store")
    assert store.read("a") is None
    with pytest.raises(GdvizError, match=r"store: found .+ at .*file.*; free some space or set GDVIZ_STORE\."):
        store.write("a", FILES)


def test_unfinished_trainings_are_pushed_out_by_trainings_alone(tmp_path, monkeypatch):
    trainings, scenes = FolderStore("trainings", tmp_path), SceneStore(tmp_path)
    trainings.write("paused", {"state.bin": b"t" * 1000})
    os.utime(tmp_path / "trainings" / "paused" / "manifest.json", (1, 1))
    size = next(entry.size for entry in entries(tmp_path))
    monkeypatch.setattr(cap, "CAP", 4 * size)
    for k in range(20):
        scenes.write(f"scene-{k}", b"%d" % k * 1000)
    assert trainings.names() == ["paused"] and scenes.find("scene-19"), "older than all of them"
    assert sum(entry.size for entry in entries(tmp_path)) <= cap.CAP
    for name in "ab":
        trainings.write(name, {"state.bin": b"t" * 1000})
    assert trainings.names() == ["a", "b"], "half is for trainings, the least recently used going first"
    scenes.write("last", b"s" * 1000)
    assert scenes.find("last"), "and half is not"
