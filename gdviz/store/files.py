"""What every part of the store does with a file: a safe name, a digest, a write that leaves the whole or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from gdviz.errors import GdvizError

PATIENCE = 10.0
"""Seconds that a writer waits for another one; writing takes milliseconds."""

_NAME = re.compile(r"[0-9a-zA-Z.-]{1,100}")


def default_root() -> Path:
    """The store's folder: GDVIZ_STORE, or the platform's cache folder for gdviz.

    Raises
    ------
    GdvizError
        If the system takes no such name, or may not look there.
    """
    root = Path(os.environ.get("GDVIZ_STORE") or platformdirs.user_cache_dir("gdviz", appauthor=False))
    try:
        root.exists()
    except (OSError, ValueError) as error:  # a name too long, a folder above it that is closed
        why = getattr(error, "strerror", None) or error
        raise GdvizError(f"store: found {why} at {str(root)[:120]}; set GDVIZ_STORE to a folder that can be written.") from None
    return root


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


def read_at_most(path: Path, most: int) -> bytes:
    """The first bytes of a file, one more than `most` where it has more; memory is in proportion to the file.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or its name holds a null character.
    """
    with path.open("rb") as file:
        told = os.fstat(file.fileno())
        size = told.st_size if stat.S_ISREG(told.st_mode) and told.st_size else most
        return file.read(min(size, most) + 1)  # Python sets aside as much as it is asked for


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


def lock_in(place: Path, name: str, root: Path) -> FileLock:
    """A lock between processes on what goes by a name in a section's folder, given back by the system when its holder ends.

    Raises
    ------
    GdvizError
        If the disk refuses a place for it.
    """
    locks = place / ".locks"
    try:
        locks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, root) from error
    return FileLock(locks / f"{checked(name)}.lock")


@contextlib.contextmanager
def writing(place: Path, root: Path) -> Iterator[None]:
    """Nobody else writes to a section's folder meanwhile.

    Raises
    ------
    GdvizError
        If another program holds it for long, or the disk refuses.
    """
    lock = lock_in(place, "write", root)
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise GdvizError(f"store: found {place} held by another program for {PATIENCE:.0f} s; try again.") from None
    except OSError as error:
        raise refused(error, root) from error
    try:
        yield
    finally:
        lock.release()


def refused(error: OSError, root: Path) -> GdvizError:
    """What the disk said, as one sentence."""
    return GdvizError(f"store: found {error.strerror or error} at {root}; free some space or set GDVIZ_STORE.")
