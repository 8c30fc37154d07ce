"""How much the store keeps: one bound over everything in it, the least recently used going first, unfinished trainings last."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gdviz.errors import GdvizError
from gdviz.store.files import writing

CAP = 512 << 20
"""Bytes kept, of scenes, networks and unfinished trainings together."""

GRACE = 3600.0
"""Seconds after which a temporary file belongs to nobody."""

SECTIONS = ("scenes", "networks", "trainings")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One thing in the store: a scene's file, or the folder of a network or of an unfinished training.

    Attributes
    ----------
    section : str
    name : str
        A name that begins with a dot is a leftover: of a writer that was ended, or put aside as damaged.
    path : Path
    size : int
        Bytes, everything in the folder counted.
    used : float
        Seconds since the epoch.
    """

    section: str
    name: str
    path: Path
    size: int
    used: float

    @property
    def leftover(self) -> bool:
        return self.name.startswith(".")

    @property
    def abandoned(self) -> bool:
        """A leftover that no writer is about to rename."""
        return self.leftover and (self.name.startswith(".damaged-") or time.time() - self.used > GRACE)


def entries(root: Path) -> list[Entry]:
    """Everything in the store, the least recently used first."""
    stored = []
    for section in SECTIONS:
        with contextlib.suppress(OSError):
            for path in (root / section).iterdir():
                with contextlib.suppress(OSError):  # another server may have removed it just now
                    stored += [_entry(section, path)] if path.name != ".locks" else []
    return sorted(stored, key=lambda entry: entry.used)


def evict(root: Path, cap: int | None = None) -> list[Entry]:
    """Keep at most so many bytes (`CAP` if not given); returns what went.

    Unfinished trainings are nobody else's to push out: they go only where they alone hold more than half of it.
    """
    cap = CAP if cap is None else cap
    kept = [entry for entry in entries(root) if entry.abandoned or not entry.leftover]
    trainings = [entry for entry in kept if entry.section == "trainings" and not entry.leftover]
    others = [entry for entry in kept if entry not in trainings]
    gone = _shrink(trainings, cap // 2, root)
    held = sum(entry.size for entry in trainings if entry not in gone)
    return gone + _shrink(others, cap - held, root)


def _shrink(entries: list[Entry], most: int, root: Path) -> list[Entry]:
    """Remove the least recently used until the others hold at most so many bytes; returns what went."""
    kept, gone = list(entries), []
    total = sum(entry.size for entry in kept)
    while total > most and kept:
        entry = kept.pop(0)
        # A folder may be just being replaced: its writer ends first. What somebody holds for long stays.
        held = writing(entry.path.parent, root) if entry.path.is_dir() else contextlib.nullcontext()
        with contextlib.suppress(GdvizError), held:
            remove(entry.path)
            total -= entry.size
            gone.append(entry)
    return gone


def leftovers(root: Path) -> list[Entry]:
    """Remove what writers that were ended left behind, an hour ago or earlier, and what was put aside as damaged."""
    gone = [entry for entry in entries(root) if entry.abandoned]
    for entry in gone:
        remove(entry.path)
    return gone


def remove(path: Path) -> None:
    """Remove a file or a folder; a folder is renamed first, so that no reader meets a part of it."""
    with contextlib.suppress(OSError):
        if not path.is_dir():
            path.unlink()
            return
        with contextlib.suppress(OSError):  # a full disk has no room for another folder
            grave = tempfile.mkdtemp(dir=path.parent, prefix=".")
            os.replace(path, Path(grave) / "gone")
            path = Path(grave)
        shutil.rmtree(path, ignore_errors=True)


def _entry(section: str, path: Path) -> Entry:
    stat = path.stat()
    if not path.is_dir():
        return Entry(section, path.name, path, stat.st_size, stat.st_mtime)
    manifest = path / MANIFEST  # it is touched when the folder is read
    used = manifest.stat().st_mtime if manifest.exists() else stat.st_mtime
    return Entry(section, path.name, path, sum(file.stat().st_size for file in path.rglob("*") if file.is_file()), used)
