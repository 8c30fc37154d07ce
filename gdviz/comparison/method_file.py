"""A method in a Python file of the reader's own, run because they named it: for `gdviz bench` and `gdviz app --plugin`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from gdviz.comparison.compare import own_method
from gdviz.comparison.methods import Method
from gdviz.errors import GdvizError
from gdviz.own_file import run_file

FUNCTIONS = ("guided", "sampler")
OPTIONS = {"TAKES": "takes", "SAMPLER": "sampler", "EVALUATIONS_A_STEP": "evaluations_a_step", "BACKEND": "backend"}
"""Constants that a file may have, and what `gdviz.compare` calls them; TITLE beside them."""

MOST_TITLE = 60


@dataclass(frozen=True)
class MethodFile:
    """What a file holds.

    Attributes
    ----------
    path : Path
    module : module
    digest : str
        sha256 of the file.
    title : str
        Its TITLE, or its name.
    about : str
        The first line of its docstring.
    """

    path: Path
    module: ModuleType
    digest: str
    title: str
    about: str

    def method(self) -> Method:
        """Its function, ``guided(problem, x, t, w)`` or ``sampler(problem, w)``, as a method of a comparison.

        Raises
        ------
        GdvizError
            If it has neither or both, or a constant is not what it should be.
        """
        found = [name for name in FUNCTIONS if hasattr(self.module, name)]
        if len(found) != 1:
            raise GdvizError(
                f"{self.path}: found {'both functions' if found else 'neither function'}; "
                "define one: guided(problem, x, t, w) or sampler(problem, w)."
            )
        said = {option: getattr(self.module, name) for name, option in OPTIONS.items() if hasattr(self.module, name)}
        return own_method(self.title, getattr(self.module, found[0]), **said)


def read_method_file(path: Path) -> MethodFile:
    """Run a file and see what it calls itself.

    Raises
    ------
    GdvizError
        If it is no Python file, does not run, or its TITLE is no title.
    """
    module = run_file(path, "give a Python file with guided(problem, x, t, w) or sampler(problem, w) in it")
    title = getattr(module, "TITLE", path.stem)
    if not isinstance(title, str) or not title.isprintable() or not 0 < len(title) <= MOST_TITLE:
        raise GdvizError(f"{path}: found a TITLE that is none; it is text of 1 to {MOST_TITLE} characters on one line.")
    about = ((module.__doc__ or "").strip().splitlines() or [""])[0]
    return MethodFile(path, module, hashlib.sha256(path.read_bytes()).hexdigest(), title, about)
