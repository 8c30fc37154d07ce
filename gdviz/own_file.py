"""A Python file of the reader's own, run because they named it: what goes wrong in it is one sentence."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gdviz.errors import GdvizError


def run_file(path: Path, give: str) -> ModuleType:
    """Run a file as a module; pickles of what it defines find it again by the same name.

    Parameters
    ----------
    path : Path
    give : str
        What should have been given, said where there is no such file.

    Raises
    ------
    GdvizError
        If it is no Python file, or does not run.
    """
    try:
        there = path.is_file()
    except (OSError, ValueError):  # a name too long, a null character
        there = False
    if not there:
        raise GdvizError(f"{str(path)[:120]}: found no such file; {give}.")
    spec = importlib.util.spec_from_file_location(f"gdviz_own_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise GdvizError(f"{path}: found no Python file; its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # classes look their own module up
    try:
        tried(f"{path}: found a file that does not run", spec.loader.exec_module, module)
    except GdvizError:
        del sys.modules[spec.name]
        raise
    return module


def tried(words: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call what is not ours; whatever it raises is one sentence.

    Raises
    ------
    GdvizError
        With `words`, and what was raised.
    """
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:
        raise GdvizError(f"{words} ({type(error).__name__}: {first_line(error)}).") from error


def first_line(error: BaseException) -> str:
    """The first line of what an error says."""
    return (str(error).splitlines() or [""])[0][:120].rstrip(".")
