"""What a full store gives up: scenes first, then what was trained, of whoever holds most."""

from __future__ import annotations

import contextlib
import os
import time

import pytest

from gdviz.store import FolderStore, SceneStore, cap, entries
from gdviz.store.owners import Owners

MINE, YOURS = "a" * 32, "b" * 32


def train(root, section: str, name: str, age: float, *owners: str) -> int:
    """Store a thousand bytes, last used so many seconds ago; the bytes it takes."""
    store = FolderStore(section, root)
    for owner in owners:
        Owners(root).add(name, owner)
    store.write(name, {"net.bin": b"n" * 1000})
    at = time.time() - age
    with contextlib.suppress(OSError):  # it may have gone at once
        os.utime(root / section / name / "manifest.json", (at, at))
    return next((entry.size for entry in entries(root) if entry.name == name), 0)


@pytest.mark.parametrize("section", ["trainings", "networks"])
def test_one_visitors_trainings_push_out_their_own_alone(tmp_path, monkeypatch, section):
    """However many one has, and though the other's are older than all of them."""
    size = train(tmp_path, section, "yours-0", 10_000, YOURS)
    monkeypatch.setattr(cap, "CAP", (8 if section == "trainings" else 4) * size + 100)
    train(tmp_path, section, "yours-1", 10_000, YOURS)
    for k in range(20):
        train(tmp_path, section, f"mine-{k:02}", 1000 - k, MINE)
    assert FolderStore(section, tmp_path).names() == ["mine-18", "mine-19", "yours-0", "yours-1"]
    assert sum(entry.size for entry in entries(tmp_path)) <= cap.CAP


def test_who_holds_more_than_a_share_loses_their_own_oldest(tmp_path, monkeypatch):
    size = train(tmp_path, "networks", "yours-0", 500, YOURS)
    monkeypatch.setattr(cap, "CAP", 4 * size + 100)
    for k in range(1, 4):
        train(tmp_path, "networks", f"yours-{k}", 500 - k, YOURS)
    train(tmp_path, "networks", "mine", 10_000, MINE)
    assert FolderStore("networks", tmp_path).names() == ["mine", "yours-1", "yours-2", "yours-3"]


def test_what_two_own_is_the_lighter_ones(tmp_path, monkeypatch):
    """So that nobody loses a training because somebody else asked for it too."""
    size = train(tmp_path, "networks", "ours", 10_000, MINE, YOURS)
    monkeypatch.setattr(cap, "CAP", 3 * size + 100)
    for k in range(9):
        train(tmp_path, "networks", f"mine-{k}", 500 - k, MINE)
    assert FolderStore("networks", tmp_path).names() == ["mine-7", "mine-8", "ours"]


def test_a_full_store_gives_up_scenes_before_anybodys_trainings(tmp_path, monkeypatch):
    size = train(tmp_path, "networks", "network", 10_000, YOURS)
    train(tmp_path, "trainings", "paused", 10_000, MINE)
    monkeypatch.setattr(cap, "CAP", 8 * size)
    scenes = SceneStore(tmp_path)
    for k in range(30):
        scenes.write(f"scene-{k}", b"%03d" % k * 300)
    assert FolderStore("networks", tmp_path).names() == ["network"] and FolderStore("trainings", tmp_path).names() == ["paused"]
    for k in range(30):
        train(tmp_path, "networks", f"n{k}", 100 - k, MINE)
    scenes.write("last", b"last" * 10)
    assert scenes.find("last"), "a quarter is theirs, whatever was trained"
    assert "network" in FolderStore("networks", tmp_path).names()
    assert sum(entry.size for entry in entries(tmp_path)) <= cap.CAP
