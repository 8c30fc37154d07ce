"""An entry: one method on every scene of a benchmark, every budget and seed, and whose it is."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from gdviz import __version__
from gdviz.bench.definition import Definition, Scene
from gdviz.comparison.answer import ComparisonAnswer
from gdviz.comparison.methods import Method, find_method, takes_of
from gdviz.errors import GdvizError
from gdviz.record import Record


@dataclass(frozen=True)
class BenchEntry(Record):
    """What one method did.

    Attributes
    ----------
    benchmark, definition : str
        Its name, and the sha256 of what it was.
    title, about : str
        Of the method.
    method, code : str
        Its file and that file's sha256, or the name of a method that comes with the program and nothing.
    quick : bool
        A try with tiny budgets, and no entry.
    made_with : str
        Versions.
    seconds : float
        All of it.
    scenes : mapping of str to ComparisonAnswer
        By the name of the scene; a method for labels or for rewards alone leaves out the others.
    """

    benchmark: str
    definition: str
    title: str
    about: str
    method: str
    code: str
    quick: bool
    made_with: str
    seconds: float
    scenes: Mapping[str, ComparisonAnswer]


@dataclass(frozen=True)
class Entrant:
    """A method before it has run; the attributes are those of `BenchEntry`."""

    method: Method
    about: str
    name: str
    code: str


def find_entrant(name: str) -> Entrant:
    """A method of the program by its name, or a Python file of one's own, which is run.

    Raises
    ------
    GdvizError
        If there is no such method, or the file holds none.
    """
    if not name.endswith(".py"):
        method = find_method(name)
        return Entrant(method, "", name, "")
    from gdviz.comparison.method_file import read_method_file

    file = read_method_file(Path(name))
    return Entrant(file.method(), file.about, file.path.name, file.digest)


def run_entry(
    definition: Definition, entrant: Entrant, quick: bool = False, progress: Callable[[float], None] = lambda done: None
) -> BenchEntry:
    """Run a method on every scene that it fits, in this process.

    Raises
    ------
    GdvizError
        If the method does not return what it should, or fits no scene.
    """
    began, sizes = time.perf_counter(), definition.sizes(quick)
    fitting = [scene for scene in definition.scenes if _fits(entrant.method, scene)]
    answers: dict[str, ComparisonAnswer] = {}
    for k, scene in enumerate(fitting):

        def told(done: float, k: int = k) -> None:
            progress((k + done) / len(fitting))

        answers[scene.name] = _answer(entrant.method, scene, sizes["budgets"], sizes["particles"], sizes["seeds"], told)
    return BenchEntry(
        definition.name, definition.digest, entrant.method.title, entrant.about, entrant.name, entrant.code, quick,
        f"gdviz {__version__}, torch {version('torch')}, Python {platform.python_version()}",
        time.perf_counter() - began, answers,
    )  # fmt: skip


def read_entry(path: Path, definition: Definition) -> BenchEntry:
    """An entry's file.

    Raises
    ------
    GdvizError
        If it cannot be read, is no entry, or one of another definition.
    """
    try:
        entry = BenchEntry.from_json(path.read_bytes())
    except OSError as error:
        raise GdvizError(f"{path}: {error.strerror or error}; give an entry, as gdviz bench writes it.") from None
    except ValueError:
        raise GdvizError(f"{path}: found no entry; gdviz bench {definition.name} METHOD writes one.") from None
    if entry.definition != definition.digest:
        raise GdvizError(
            f"{path}: found an entry of {entry.benchmark[:60]} {entry.definition[:12]}; "
            f"{definition.name} is {definition.digest[:12]}: run it again."
        )
    return entry


def _fits(method: Method, scene: Scene) -> bool:
    from gdviz.experiment import Experiment

    return method.takes in ("both", takes_of(Experiment.parse(scene.experiment)))


def _answer(
    method: Method, scene: Scene, budgets: tuple[int, ...], particles: int, seeds: int, progress: Callable[[float], None]
) -> ComparisonAnswer:
    from gdviz.comparison.compare import compare

    answer = compare(
        [method], experiment=scene.experiment, w=scene.w, evaluations=budgets, particles=particles, seeds=seeds, progress=progress
    )
    return replace(answer, entries=tuple(replace(entry, shown=()) for entry in answer.entries), goal_shown=())
