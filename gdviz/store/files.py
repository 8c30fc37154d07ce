"""What every part of the store does with a file: a safe name, a digest, a write that leaves the whole or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

import platformdirs

from gdviz.errors import GdvizError

_NAME = re.compile(r"[0-9a-zA-Z.-]{1,100}")


def default_root() -> Path:
    """The store's folder: GDVIZ_STORE, or the platform's cache folder for gdviz."""
    return Path(os.environ.get("GDVIZ_STORE") or platformdirs.user_cache_dir("gdviz", appauthor=False))


def sha256(data: bytes) -> str:
    """The digest of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def checked(name: str) -> str:
    """A file name that cannot leave its folder.

    Raises
    ------
    GdvizError
        For any other name.
    """
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise GdvizError(f"store: found the name {name[:40]!r}; letters, digits, dots and dashes are allowed.")
    return name


def write_file(path: Path, data: bytes) -> None:
    """Write bytes under a temporary name and rename it, so that a reader never meets half a file."""
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


def refused(error: OSError, root: Path) -> GdvizError:
    """What the disk said, as one sentence."""
    return GdvizError(f"store: found {error.strerror or error} at {root}; free some space or set GDVIZ_STORE.")
