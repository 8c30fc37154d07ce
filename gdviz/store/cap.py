"""How much the store keeps: one bound over everything in it. Scenes go first, which are made again; then what was trained, of
the owner who holds most."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gdviz.errors import GdvizError
from gdviz.store.files import writing
from gdviz.store.owners import Owners

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

    A quarter is the scenes' where what was trained would take all; unfinished trainings hold half at most. What was trained is
    nobody else's to push out: it is taken from the owner who holds most, so that nobody loses any who holds no more than an
    equal share.
    """
    cap = CAP if cap is None else cap
    kept = [entry for entry in entries(root) if entry.abandoned or not entry.leftover]
    trainings = [entry for entry in kept if entry.section == "trainings" and not entry.leftover]
    networks = [entry for entry in kept if entry.section == "networks" and not entry.leftover]
    scenes = [entry for entry in kept if entry not in trainings and entry not in networks]
    gone = _shrink(trainings, cap // 2, root, _owners_in_turn)
    trained = _bytes(trainings) - _bytes(gone)
    gone += _shrink(scenes, max(cap // 4, cap - trained - _bytes(networks)), root, _as_they_are)
    left = _bytes(scenes) + _bytes(trainings) - _bytes(gone)
    return gone + _shrink(networks, cap - left, root, _owners_in_turn)


def _bytes(entries: Iterable[Entry]) -> int:
    return sum(entry.size for entry in entries)


def _owners_in_turn(entries: list[Entry], root: Path) -> Iterator[Entry]:
    """The least recently used of the owner who holds most, again and again. What several own is charged to who holds least."""
    owners, held, theirs = Owners(root), Counter[str](), defaultdict[str, list[Entry]](list)
    whose = {entry.name: owners.of(entry.name) or {""} for entry in entries}
    for entry in sorted(entries, key=lambda entry: len(whose[entry.name])):
        payer = min(whose[entry.name], key=lambda owner: (held[owner], owner))
        held[payer] += entry.size
        theirs[payer].append(entry)
    for mine in theirs.values():
        mine.sort(key=lambda entry: entry.used)
    while theirs:
        heaviest = max(theirs, key=lambda owner: (held[owner], owner))
        entry = theirs[heaviest].pop(0)
        held[heaviest] -= entry.size
        if not theirs[heaviest]:
            del theirs[heaviest]
        yield entry


def _as_they_are(entries: list[Entry], _: Path) -> Iterable[Entry]:
    """The least recently used first."""
    return entries


def _shrink(entries: list[Entry], most: int, root: Path, order: Callable[[list[Entry], Path], Iterable[Entry]]) -> list[Entry]:
    """Remove the first ones of an order until the others hold at most so many bytes; returns what went."""
    total, gone = _bytes(entries), []
    if total <= most:
        return []
    for entry in order(entries, root):
        # A folder may be just being replaced: its writer ends first. What somebody holds for long stays.
        held = writing(entry.path.parent, root) if entry.path.is_dir() else contextlib.nullcontext()
        with contextlib.suppress(GdvizError), held:
            remove(entry.path)
            total -= entry.size
            gone.append(entry)
        if total <= most:
            break
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
