"""gdviz store: what is listed, cleared out, and carried from one machine to another."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tasks import EAGER, tiny

from gdviz import cli
from gdviz.checkpoints import Library, training
from gdviz.store import SceneStore, default_root


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def call(capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["store", *(str(argument) for argument in arguments)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def network(tmp_path):
    """A trained network in the store."""
    task = tiny(30)
    *_, report = training(task, Library(shipped=tmp_path / "none"), pace=EAGER)
    return report


@pytest.fixture
def exported(call, network, tmp_path):
    assert call("export", network.id, "net.zip")[0] == 0
    return tmp_path / "net.zip"


def elsewhere(monkeypatch, tmp_path) -> Path:
    """Another machine's store."""
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"


def refused(answer: tuple[int, str, str]) -> str:
    code, out, err = answer
    assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("gdviz: ")
    return err.removeprefix("gdviz: ").strip()


def rezipped(path: Path, change) -> None:
    """Write an archive again after change(dictionary of its files)."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_the_list_names_networks_and_unfinished_trainings(call, network, tmp_path):
    other = tiny(seed=1)
    for _ in training(other, Library(), pace=EAGER):
        break
    SceneStore().write("a", b"s" * 2_000_000)
    code, out, err = call("list")
    assert (code, err) == (0, "")
    assert network.id[:12] in out and f"{100 * network.score_error:.2f} %" in out and other.id[:12] in out
    assert "scenes 2.0 MB" in out and str(tmp_path / "store") in out
    found = json.loads(call("list", "--json")[1])
    states = {entry["id"]: (entry["state"], entry["steps"]) for entry in found["entries"]}
    assert (states[network.id], states[other.id]) == (("network", 30), ("unfinished", 200))
    assert found["bytes"]["scenes"] == 2_000_000 and set(found["bytes"]) == {"networks", "trainings", "scenes"}


def test_shipped_networks_are_listed_as_such(call, tmp_path, monkeypatch):
    task = tiny(30)
    list(training(task, Library(tmp_path / "assets", shipped=tmp_path / "none")))
    monkeypatch.setattr("gdviz.checkpoints.library.resource", lambda name: tmp_path / name)
    (entry,) = json.loads(call("list", "--json")[1])["entries"]
    assert (entry["id"], entry["state"]) == (task.id, "shipped")
    assert Library().records(shipped=False) == []


def test_gc_removes_leftovers_and_what_is_over_the_bound(call, network):
    root = default_root()
    scenes = SceneStore()
    digest = scenes.write("a", b"s" * 100_000)
    damaged = root / "networks" / ".damaged-x"
    damaged.mkdir()
    (damaged / "net").write_bytes(b"x" * 1000)
    for name, age in ((".old", 7200), (".new", 0)):
        (root / "scenes" / name).write_bytes(b"")
        os.utime(root / "scenes" / name, (time.time() - age,) * 2)
    assert call("gc")[1] == "Removed 2 of what was kept, 0.0 MB.\n"
    assert not damaged.exists() and not (root / "scenes" / ".old").exists() and (root / "scenes" / ".new").exists()
    assert scenes.find("a") == digest and Library().read(network.id) is not None
    os.utime(root / "scenes" / digest, (time.time() - 5000,) * 2)
    call("gc", "--to", "0.09")
    assert scenes.find("a") is None and list((root / "index").iterdir()) == []
    assert Library().read(network.id) is not None, "used later than the scene"
    call("gc", "--to", "0")
    assert Library().read(network.id) is None


@pytest.mark.parametrize("name", ["net.zip", "net.safetensors"])
def test_a_network_goes_to_another_machine(call, network, tmp_path, monkeypatch, name):
    code, out, err = call("export", network.id[:8], name)
    assert (code, out, err) == (0, "", f"Wrote {name}: network {network.id}.\n")
    before = Library().read(network.id).to_bytes()
    elsewhere(monkeypatch, tmp_path)
    assert call("import", name) == (0, f"{network.id}\n", "")
    assert Library().find(tiny(30)).to_bytes() == before
    record = Library().record(network.id)
    assert record.done and record.report.score_error == pytest.approx(network.score_error)
    if name == "net.zip":
        assert record.report.history.rows == network.history.rows and record.report.loss == network.loss
    assert call("list")[0] == 0
    again = tmp_path / f"again-{name}"
    assert call("export", network.id, again)[0] == 0
    assert name == "net.zip" or again.read_bytes() == (tmp_path / name).read_bytes()


def test_a_stopped_network_keeps_its_own_id(call, tmp_path, monkeypatch):
    *_, report = training(tiny(100_000), Library(), seconds=0.1, pace=EAGER)
    assert call("export", report.id, "net.zip")[0] == 0
    elsewhere(monkeypatch, tmp_path)
    assert call("import", "net.zip")[1] == f"{report.id}\n"
    assert Library().find(tiny(100_000)) is None


def test_what_cannot_be_exported_is_said(call, network):
    assert "none whose id begins with 'zz'" in refused(call("export", "zz", "a.zip"))
    assert "found a name that ends in '.pt'" in refused(call("export", network.id, "a.pt"))
    assert "found no folder" in refused(call("export", network.id, "none/a.zip"))
    other = tiny(seed=1)
    for _ in training(other, Library(), pace=EAGER):
        break
    assert "its training has not ended" in refused(call("export", other.id, "a.zip"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.update({"../evil.txt": b"x"}), "found the file '../evil.txt' in it"),
        (lambda files: files.update({"/etc/passwd": b"x"}), "found the file '/etc/passwd' in it"),
        (lambda files: files.update({"code.pkl": b"x"}), "found the file 'code.pkl' in it"),
        (lambda files: files.pop("checkpoint.safetensors"), "found no checkpoint.safetensors in it"),
        (lambda files: files.update({"checkpoint.safetensors": b"x" * 50}), "damaged or foreign"),
        (lambda files: files.update({"report.json": b"[1]"}), "found no network in it"),
        (lambda files: files.update({"history.json": b'{"step": ["a"]}'}), "found no network in it"),
        (lambda files: files.update({"report.json": b" " * (4 << 20) + b"{}"}), "more than 4,194,304 bytes of report.json"),
    ],
)
def test_an_archive_is_looked_at_before_it_is_taken(call, exported, tmp_path, monkeypatch, change, said):
    rezipped(exported, change)
    root = elsewhere(monkeypatch, tmp_path)
    assert said in refused(call("import", exported))
    assert not (root / "networks").exists() or list((root / "networks").glob("[!.]*")) == []
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("cut", [0, 10, 300, -10])
def test_a_cut_archive_is_refused(call, exported, tmp_path, monkeypatch, cut):
    exported.write_bytes(exported.read_bytes()[:cut])
    elsewhere(monkeypatch, tmp_path)
    assert "damaged archive" in refused(call("import", exported))


def test_a_bomb_is_not_unpacked_further_than_a_network_goes(call, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("history.json", b"0" * (200 << 20))
    (tmp_path / "bomb.zip").write_bytes(packed.getvalue())
    assert "more than 4,194,304 bytes of history.json" in refused(call("import", "bomb.zip"))


def test_flipped_bytes_are_refused_or_another_network_of_the_same_shape(call, network, tmp_path, monkeypatch):
    """Whatever a stranger's file holds, the answer is an id or one sentence."""
    assert call("export", network.id, "net.safetensors")[0] == 0
    whole = bytearray((tmp_path / "net.safetensors").read_bytes())
    elsewhere(monkeypatch, tmp_path)
    random = np.random.default_rng(0)
    for _ in range(40):
        data = bytearray(whole)
        for place in random.integers(0, min(len(data), 3000), 3):
            data[place] = random.integers(256)
        (tmp_path / "other.safetensors").write_bytes(data)
        code, out, err = call("import", "other.safetensors")
        assert (code == 0 and len(out.strip()) >= 64) or (code == 2 and err.count("\n") == 1)


def test_what_is_no_network_is_refused(call, tmp_path):
    (tmp_path / "a.pt").write_bytes(b"x")
    assert "found a name that ends in '.pt'" in refused(call("import", "a.pt"))
    assert "No such file" in refused(call("import", "none.zip"))
    (tmp_path / "a.safetensors").write_bytes(b"\x80\x04K\x01.")
    assert "damaged or foreign" in refused(call("import", "a.safetensors"))
