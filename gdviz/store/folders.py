"""Folders of files under one id, whole or absent: networks and the states of unfinished trainings.

``<section>/<id>/manifest.json`` names the files that make up the entry, with sizes and sha256 digests; the
files' own names begin with their digests. Files are written first and the manifest is renamed into place
last, so the rename is the moment at which an entry appears, or an older one is replaced: whoever is ended
before it leaves the older entry whole.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from gdviz.store.cap import MANIFEST, evict, remove
from gdviz.store.files import checked, default_root, lock_in, refused, sha256, write_file, writing

_MANIFEST_BYTES = 1 << 20
_log = logging.getLogger("gdviz.store")


class FolderStore:
    """Entries of one section of the store: a few named files under an id.

    Parameters
    ----------
    section : str
        Folder below the store's root.
    root : Path, optional
        The store's folder; `default_root()` if not given.
    shipped : Path, optional
        A read-only folder of such entries that is looked into first.
    notice : callable, optional
        Told in one sentence when an entry is found damaged; the log's warnings if not given.
    """

    def __init__(
        self,
        section: str,
        root: Path | None = None,
        shipped: Path | None = None,
        notice: Callable[[str], None] = _log.warning,
    ) -> None:
        self.root, self.section, self.notice = root or default_root(), checked(section), notice
        self._own, self._shipped = self.root / section, shipped

    def names(self, shipped: bool = True) -> list[str]:
        """The ids in this section, the shipped ones included if so asked."""
        ids: set[str] = set()
        for place in (self._shipped if shipped else None, self._own):
            if place is not None and place.is_dir():
                ids |= {path.parent.name for path in place.glob(f"[!.]*/{MANIFEST}")}
        return sorted(ids)

    def written(self, name: str) -> float | None:
        """When an entry was last written or read, in seconds since the epoch; None where there is none."""
        for folder in self._folders(name):
            with contextlib.suppress(OSError):
                return (folder / MANIFEST).stat().st_mtime
        return None

    def read(self, name: str, only: Collection[str] | None = None, use: bool = True) -> dict[str, bytes] | None:
        """The files of an entry, every digest compared; None where there is none.

        A damaged entry is told to `notice`, put aside (its folder's name
        then begins with ``.damaged-``) and counts as absent, so that whoever needs it makes it again.

        Parameters
        ----------
        name : str
        only : collection of str, optional
            Read, and check, these files alone, those of them that there are.
        use : bool
            Mark the entry as used now, so that it is not among the first to go.
        """
        for folder in self._folders(name):
            if not folder.is_dir():
                continue
            files: dict[str, bytes] | None
            try:
                files = _whole(folder, only)
            except _Damage:
                files = self._look_again(name, folder, only)
            if files is not None:
                if use and folder.parent == self._own:
                    with contextlib.suppress(OSError):
                        os.utime(folder / MANIFEST)
                return files
        return None

    def write(self, name: str, files: Mapping[str, bytes]) -> None:
        """Store files under an id; what was there before is replaced at one moment.

        Raises
        ------
        GdvizError
            If the disk refuses; what was there before is still there and whole.
        """
        folder = self._own / checked(name)
        listed = {checked(file): _listed(file, data) for file, data in files.items()}
        with self._writing():
            try:
                for file, data in files.items():
                    write_file(folder / listed[file]["at"], data)
                write_file(folder / MANIFEST, json.dumps({"files": listed}, indent=1).encode())
            except OSError as error:
                raise refused(error, self.root) from error
            finally:
                _sweep(folder)
        evict(self.root)

    def remove(self, name: str) -> None:
        """Remove an entry; a shipped one stays."""
        with self._writing():
            remove(self._own / checked(name))

    def put_aside(self, name: str, why: str) -> None:
        """Treat an entry as damaged whose files are what was written, but say nothing to whoever reads them."""
        with self._writing():
            self._move_aside(checked(name), why)

    def lock(self, name: str) -> FileLock:
        """A lock on an id between processes, given back by the system when its holder ends.

        Raises
        ------
        GdvizError
            If the disk refuses a place for it.
        """
        return lock_in(self._own, name, self.root)

    def _folders(self, name: str) -> list[Path]:
        return [place / checked(name) for place in (self._shipped, self._own) if place is not None]

    def _writing(self) -> contextlib.AbstractContextManager[None]:
        """Nobody else writes to this section meanwhile."""
        return writing(self._own, self.root)

    def _look_again(self, name: str, folder: Path, only: Collection[str] | None) -> dict[str, bytes] | None:
        """What looked damaged may only have been replaced while it was read: look while nobody writes."""
        if folder.parent != self._own:
            self.notice(f"store: found the shipped {self.section}/{name} damaged; it counts as missing.")
            return None
        with self._writing():
            try:
                return _whole(folder, only) if folder.is_dir() else None
            except _Damage as damage:
                self._move_aside(name, str(damage))
                return None

    def _move_aside(self, name: str, why: str) -> None:
        folder = self._own / name
        aside = folder.with_name(f".damaged-{name}")
        remove(aside)
        with contextlib.suppress(OSError):
            os.replace(folder, aside)
        self.notice(f"store: found {self.section}/{name} damaged ({why}); it is put aside and counts as missing.")


class _Damage(Exception):
    """Why an entry is not whole."""


def _listed(file: str, data: bytes) -> dict[str, Any]:
    digest = sha256(data)
    return {"at": checked(f"{digest[:16]}-{file}"), "size": len(data), "sha256": digest}


def _whole(folder: Path, only: Collection[str] | None) -> dict[str, bytes]:
    listed = _manifest(folder)
    return {file: _file(folder, file, listed[file]) for file in listed if only is None or file in only}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        with (folder / MANIFEST).open("rb") as file:
            manifest = json.loads(file.read(_MANIFEST_BYTES))
        listed = manifest["files"]
        for name, facts in listed.items():
            checked(name), checked(facts["at"]), int(facts["size"]), str(facts["sha256"])
    except FileNotFoundError:
        raise _Damage("half-written: it has no manifest") from None
    except OSError as error:
        raise _Damage(f"its manifest cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Damage("its manifest is not one") from None
    return dict(listed)


def _file(folder: Path, name: str, facts: Mapping[str, Any]) -> bytes:
    try:
        data = (folder / facts["at"]).read_bytes()
    except OSError as error:
        raise _Damage(f"{name}: {error.strerror}") from None
    if len(data) != facts["size"]:
        raise _Damage(f"{name} has {len(data):,} of {facts['size']:,} bytes")
    if sha256(data) != facts["sha256"]:
        raise _Damage(f"{name} is not what was written")
    return data


def _sweep(folder: Path) -> None:
    """Remove what the manifest does not name: files of an older entry, or of a write that failed."""
    try:
        named = {MANIFEST, *(facts["at"] for facts in _manifest(folder).values())}
    except _Damage:
        remove(folder)
        return
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name not in named:
                path.unlink()
