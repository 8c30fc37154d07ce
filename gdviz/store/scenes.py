"""Scene bytes by content, and which Experiment has which.

``scenes/<digest>`` holds immutable bytes named by their sha256; ``index/<key>`` names the digest that
answers a key. Both are written to a temporary name and renamed, so a reader never meets half a file
and two servers may share one store.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from gdviz.store.cap import evict, remove
from gdviz.store.files import checked, default_root, refused, sha256, write_file


class SceneStore:
    """Scene bytes under one folder.

    Parameters
    ----------
    root : Path, optional
        The store's folder; `default_root()` if not given.
    shipped : sequence of Path
        Read-only folders of the same layout that are looked into first (the presets' scenes, the Lab's first answers).
    """

    def __init__(self, root: Path | None = None, shipped: Sequence[Path] = ()) -> None:
        self.root = root or default_root()
        self._places = [*shipped, self.root]

    def find(self, key: str) -> str | None:
        """The digest stored for a key, or None."""
        for place in self._places:
            digest = _named_in(place / "index" / checked(key))
            if digest is not None and self._file(place, digest).is_file():
                return digest
        return None

    def read(self, digest: str) -> bytes | None:
        """The bytes of a digest, or None. Reading marks them as used; damaged bytes are thrown away."""
        for place in self._places:
            path = self._file(place, digest)
            try:
                data = path.read_bytes()
            except OSError:
                continue
            whole = _digest(data) == digest
            if place == self.root:
                with contextlib.suppress(OSError):
                    os.utime(path) if whole else path.unlink()
            if whole:
                return data
        return None

    def write(self, key: str, data: bytes) -> str:
        """Store bytes for a key; returns their digest.

        Raises
        ------
        GdvizError
            If the disk refuses; nothing half-written stays behind.
        """
        digest = _digest(data)
        try:
            write_file(self.root / "scenes" / digest, data)
            self._evict()
        except OSError as error:
            raise refused(error, self.root) from error
        self.link(key, digest)
        return digest

    def link(self, key: str, digest: str) -> None:
        """Let a key name a digest.

        Raises
        ------
        GdvizError
            If the disk refuses.
        """
        try:
            write_file(self.root / "index" / checked(key), digest.encode())
        except OSError as error:
            raise refused(error, self.root) from error

    def _file(self, place: Path, digest: str) -> Path:
        return place / "scenes" / checked(digest)

    def _evict(self) -> None:
        """Keep the store within its bound; the keys that name scenes which have gone go with them."""
        if any(entry.section == "scenes" for entry in evict(self.root)):
            self.forget_keys()

    def forget_keys(self) -> int:
        """Remove the keys that name no scene; how many there were."""
        orphans = [key for key in (self.root / "index").glob("[!.]*") if not self._is_named(_named_in(key))]
        for key in orphans:
            remove(key)
        return len(orphans)

    def _is_named(self, digest: str | None) -> bool:
        return digest is not None and self._file(self.root, digest).is_file()


def _digest(data: bytes) -> str:
    return sha256(data)[:32]


def _named_in(path: Path) -> str | None:
    """The digest that an index file names, or None where it is missing or damaged."""
    try:
        name = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if re.fullmatch("[0-9a-f]{32}", name) else None
