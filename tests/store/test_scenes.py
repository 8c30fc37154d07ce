"""The store of scenes: content-addressed, whole or absent, bounded, and safe to share."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gdviz.errors import GdvizError
from gdviz.store import SceneStore, cap, default_root


@pytest.fixture
def store(tmp_path):
    return SceneStore(tmp_path / "store")


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def age(store: SceneStore, digest: str, seconds: float) -> None:
    """Make a scene look used so long ago."""
    path = store.root / "scenes" / digest
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - seconds))


def test_what_is_written_is_found_and_read(store):
    assert store.find("a") is None
    digest = store.write("a", b"scene")
    assert store.find("a") == digest
    assert store.read(digest) == b"scene"
    assert store.read("0" * 32) is None


def test_the_name_is_the_content(store):
    first, second = store.write("a", b"same"), store.write("b", b"same")
    assert first == second != store.write("c", b"other")
    assert len(files(store.root / "scenes")) == 2


def test_a_key_may_be_written_anew_and_linked(store):
    store.write("a", b"old")
    new = store.write("a", b"new")
    store.link("b", new)
    assert store.find("a") == store.find("b") == new


@pytest.mark.parametrize("name", ["../secret", "a/b", "", ".hidden", "x" * 101, "a\0b", "..", "a\n"])
def test_a_name_cannot_leave_its_folder(store, name):
    for use in (store.find, store.read, lambda n: store.write(n, b""), lambda n: store.link(n, "0" * 32)):
        with pytest.raises(GdvizError, match="letters, digits, dots and dashes"):
            use(name)
    assert not any("secret" in name for name in files(store.root.parent))


@pytest.mark.parametrize("damage", [b"", b"half", b"scenE"])
def test_a_damaged_scene_is_missing_rather_than_wrong(store, damage):
    digest = store.write("a", b"scene")
    (store.root / "scenes" / digest).write_bytes(damage)
    assert store.read(digest) is None
    assert store.find("a") is None, "so that it is made again"
    assert store.read(store.write("a", b"scene")) == b"scene"


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"../../etc/passwd", b"0" * 31])
def test_a_damaged_key_is_missing(store, damage):
    store.write("a", b"scene")
    (store.root / "index" / "a").write_bytes(damage)
    assert store.find("a") is None


def test_the_least_recently_used_go_first_and_their_keys_with_them(store, monkeypatch):
    monkeypatch.setattr(cap, "CAP", 250)
    digests = [store.write(key, key.encode() * 100) for key in "ab"]
    age(store, digests[0], 200)
    age(store, digests[1], 100)
    assert store.read(digests[0]), "reading it makes it young again"
    third = store.write("c", b"c" * 100)
    assert [store.find(key) for key in "abc"] == [digests[0], None, third]
    assert files(store.root / "index") == ["a", "c"]


def test_the_shipped_scenes_come_first_and_are_left_alone(tmp_path, monkeypatch):
    shipped = SceneStore(tmp_path / "shipped")
    digest = shipped.write("preset", b"shipped")
    (tmp_path / "shipped" / "scenes" / "0").write_bytes(b"")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "shipped").rglob("*")}
    store = SceneStore(tmp_path / "own", shipped=[tmp_path / "shipped"])
    assert store.find("preset") == digest
    assert store.read(digest) == b"shipped"
    monkeypatch.setattr(cap, "CAP", 1)
    store.write("mine", b"own")
    assert store.read(digest) == b"shipped"
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "shipped").rglob("*")} == before
    assert not (tmp_path / "own" / "index" / "preset").exists()


def test_a_scene_that_cannot_be_marked_as_used_is_read_all_the_same(store, monkeypatch):
    digest = store.write("a", b"scene")

    def refuse(*_):
        raise PermissionError(1, "read-only")

    monkeypatch.setattr(os, "utime", refuse)
    assert store.read(digest) == b"scene"


def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing(tmp_path, store, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GdvizError, match=r"store: found .+ at .*file.*; free some space or set GDVIZ_STORE\."):
        SceneStore(tmp_path / "file" / "store").write("a", b"x")
    store.write("a", b"x")
    before = files(store.root)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(GdvizError, match="store: found No space left on device"):
        store.write("b", b"y")
    assert files(store.root) == before


def test_two_servers_may_share_one_store(tmp_path, monkeypatch):
    """Writers and evictors at once: a reader sees the whole bytes or none."""
    monkeypatch.setattr(cap, "CAP", 20_000)
    faults: list[object] = []

    def serve(own: int) -> None:
        store = SceneStore(tmp_path)
        try:
            for k in range(60):
                data = bytes([own, k]) * 1000
                digest = store.write(f"k{k % 7}", data)
                if store.read(digest) not in (data, None):
                    faults.append(digest)
                store.find(f"k{(k + 3) % 7}")
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=serve, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sum(path.stat().st_size for path in (tmp_path / "scenes").iterdir()) <= 20_000
    assert not [name for name in files(tmp_path) if Path(name).name.startswith(".")]


def test_the_folder_is_the_readers_choice(monkeypatch, tmp_path):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "mine"))
    assert default_root() == tmp_path / "mine"
    monkeypatch.setenv("GDVIZ_STORE", "")
    assert default_root().name == "gdviz"
