"""Scene bytes by content, and which Experiment has which.

``scenes/<digest>`` holds immutable bytes named by their sha256; ``index/<key>`` names the digest that
answers a key. Both are written to a temporary name and renamed, so a reader never meets half a file
and two servers may share one store.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

import platformdirs

from gdviz.errors import GdvizError

CAP = 512 << 20
"""Bytes kept; the least recently used go first."""

_NAME = re.compile(r"[0-9a-zA-Z.-]{1,100}")


def default_root() -> Path:
    """The store's folder: GDVIZ_STORE, or the platform's cache folder for gdviz."""
    return Path(os.environ.get("GDVIZ_STORE") or platformdirs.user_cache_dir("gdviz", appauthor=False))


class SceneStore:
    """Scene bytes under one folder.

    Parameters
    ----------
    root : Path, optional
        The store's folder; `default_root()` if not given.
    shipped : Path, optional
        A read-only folder of the same layout that is looked into first (the presets' scenes).
    """

    def __init__(self, root: Path | None = None, shipped: Path | None = None) -> None:
        self.root = root or default_root()
        self._places = [place for place in (shipped, self.root) if place is not None]

    def find(self, key: str) -> str | None:
        """The digest stored for a key, or None."""
        for place in self._places:
            with contextlib.suppress(OSError):
                digest = (place / "index" / _checked(key)).read_text().strip()
                if self._file(place, digest).is_file():
                    return digest
        return None

    def read(self, digest: str) -> bytes | None:
        """The bytes of a digest, or None. Reading marks them as used."""
        for place in self._places:
            path = self._file(place, digest)
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                if place == self.root:
                    os.utime(path)
                return data
        return None

    def write(self, key: str, data: bytes) -> str:
        """Store bytes for a key; returns their digest.

        Raises
        ------
        GdvizError
            If the disk refuses; nothing half-written stays behind.
        """
        digest = hashlib.sha256(data).hexdigest()[:32]
        try:
            _write(self.root / "scenes" / digest, data)
            self._evict()
        except OSError as error:
            raise _refused(error, self.root) from error
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
            _write(self.root / "index" / _checked(key), digest.encode())
        except OSError as error:
            raise _refused(error, self.root) from error

    def _file(self, place: Path, digest: str) -> Path:
        return place / "scenes" / _checked(digest)

    def _evict(self) -> None:
        files = [(path, path.stat()) for path in (self.root / "scenes").iterdir() if path.is_file()]
        total = sum(stat.st_size for _, stat in files)
        for path, stat in sorted(files, key=lambda item: item[1].st_mtime):
            if total <= CAP:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= stat.st_size


def _refused(error: OSError, root: Path) -> GdvizError:
    return GdvizError(f"store: found {error.strerror or error} at {root}; free some space or set GDVIZ_STORE.")


def _checked(name: str) -> str:
    """A file name that cannot leave its folder."""
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise GdvizError(f"store: found the name {name[:40]!r}; letters, digits, dots and dashes are allowed.")
    return name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
