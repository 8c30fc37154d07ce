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
            digest = _named_in(place / "index" / _checked(key))
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
        """Keep at most CAP bytes: the least recently used scenes go, and then the keys that name them."""
        files = []
        for path in (self.root / "scenes").iterdir():
            with contextlib.suppress(OSError):  # another server may have removed it just now
                files.append((path, path.stat()))
        total = sum(stat.st_size for _, stat in files)
        if total <= CAP:
            return
        for path, stat in sorted(files, key=lambda item: item[1].st_mtime):
            if total <= CAP:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= stat.st_size
        for key in (self.root / "index").glob("[!.]*"):
            digest = _named_in(key)
            if digest is None or not self._file(self.root, digest).is_file():
                with contextlib.suppress(OSError):
                    key.unlink()


def _refused(error: OSError, root: Path) -> GdvizError:
    return GdvizError(f"store: found {error.strerror or error} at {root}; free some space or set GDVIZ_STORE.")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _named_in(path: Path) -> str | None:
    """The digest that an index file names, or None where it is missing or damaged."""
    try:
        name = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if re.fullmatch("[0-9a-f]{32}", name) else None


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
