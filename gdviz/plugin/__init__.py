"""A guidance rule of the reader's own in the app: their file, named with `gdviz app --plugin`, beside the shipped methods.

The file is run in the server's process and in every worker, so only a server that nobody else reaches takes one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gdviz.errors import GdvizError

SETTING = "GDVIZ_PLUGIN"
"""sha256:path of the file: how the server's process tells its workers."""


@dataclass(frozen=True)
class Plugin:
    """A file that is loaded.

    Attributes
    ----------
    path : str
    digest : str
        Its sha256.
    kinds : tuple of str
        The guidance methods that it brings.
    """

    path: str
    digest: str
    kinds: tuple[str, ...]


_loaded: Plugin | None = None


def load_plugin(path: Path) -> Plugin:
    """Run the file and register its rules, in this process and in the workers that it starts.

    Raises
    ------
    GdvizError
        If it is no Python file, does not run, holds no rule, or one that does not return a guided score.
    """
    global _loaded
    from gdviz.comparison.method_file import read_method_file
    from gdviz.plugin.kinds import register

    file = read_method_file(path)
    _loaded = Plugin(str(path.resolve()), file.digest, register(file))
    os.environ[SETTING] = f"{file.digest}:{_loaded.path}"
    return _loaded


def load_named() -> None:
    """Load the file that the server's process has loaded, once: what a worker does before a job.

    Raises
    ------
    GdvizError
        If it has changed since.
    """
    named = os.environ.get(SETTING)
    if named is None or _loaded is not None:
        return
    digest, _, path = named.partition(":")
    import hashlib

    try:
        now = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        now = ""
    if now != digest:
        raise GdvizError(f"{path}: found another file than the one that was loaded; start gdviz app again.")
    load_plugin(Path(path))


def banner() -> str | None:
    """What every page says while a file is loaded; None otherwise."""
    named = os.environ.get(SETTING)
    return named and f"Your own rule is loaded: {named.partition(':')[2]}. It runs on this machine only."

