"""Making a figure: its runs one after the other, then what is read off them."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from gdviz.errors import GdvizError
from gdviz.progress import ProgressCallback, part

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.papers.paper_figure import PaperFigure, Value
    from gdviz.papers.picture import Picture
    from gdviz.result import Result
    from gdviz.sweep_request import Executor

NUMBERS = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class FigureSize:
    """How much is run: steps of the sampler, and particles at each w."""

    steps: int
    particles: int


@dataclass(frozen=True)
class FigureReading:
    """What a figure reads off its runs: the picture, the numbers, what agrees with the paper and what is ours, in sentences."""

    picture: Picture
    values: tuple[Value, ...]
    agrees: str
    ours: str


class Maker(Protocol):
    """A module ``figure_N``: its sizes, its runs and how they are read."""

    FULL: FigureSize
    QUICK: FigureSize

    def experiments(self, size: FigureSize) -> dict[str, Experiment]: ...

    def read(self, results: Mapping[str, Result]) -> FigureReading: ...


def check_number(number: int) -> None:
    """Refuse a figure that there is not, at once.

    Raises
    ------
    GdvizError
        In one sentence that says which there are.
    """
    if number not in NUMBERS:
        raise GdvizError(f"figure: found {number}; allowed: {', '.join(map(str, NUMBERS))}.")


def maker(number: int) -> Any:
    """The module of a figure (a `Maker`)."""
    check_number(number)
    return importlib.import_module(f"gdviz.papers.figure_{number}")


def figure_id(number: int, quick: bool) -> str:
    """sha256 of the Experiments behind a figure: another version of them is another figure."""
    module = maker(number)
    runs: dict[str, Experiment] = module.experiments(module.QUICK if quick else module.FULL)
    return hashlib.sha256("\n".join(f"{name} {run.id}" for name, run in runs.items()).encode()).hexdigest()


def make(
    number: int,
    quick: bool = False,
    *,
    size: FigureSize | None = None,
    device: str = "auto",
    progress: ProgressCallback | None = None,
    executor: Executor | None = None,
) -> PaperFigure:
    """Run what a figure needs and read it off.

    Parameters
    ----------
    number : {1, 2, 3, 4, 5}
        As in "Towards a unified framework for guided diffusion models", arXiv 2512.04985.
    quick : bool
        Fewer steps and trials, seconds in place of a minute or two.
    size : FigureSize, optional
        Another size, which then counts as quick.
    device, progress, executor
        As for `gdviz.result.run`.

    Raises
    ------
    GdvizError
        If there is no such figure.
    """
    module = maker(number)
    from gdviz.papers.paper_figure import PaperFigure
    from gdviz.result import run

    chosen: FigureSize = size or (module.QUICK if quick else module.FULL)
    runs: dict[str, Experiment] = module.experiments(chosen)
    results: dict[str, Result] = {}
    for name, experiment in runs.items():
        results[name] = run(
            experiment,
            device=device,
            progress=part(progress, len(results) / len(runs), 1 / len(runs)),
            frame_particles=0,
            executor=executor,
        )
    reading: FigureReading = module.read(results)
    said = [reading.agrees, reading.ours]
    if chosen != module.FULL:
        said.append(_quick(chosen, module.FULL))
    summaries = {name: result.summary() for name, result in results.items()}
    return PaperFigure(number, chosen != module.FULL, " ".join(said), reading.picture, reading.values, summaries)


def _quick(size: FigureSize, full: FigureSize) -> str:
    return (
        f"Quick version: {size.steps:,} steps and {size.particles:,} trials for each w in place of "
        f"{full.steps:,} and {full.particles:,}, so its errors are larger."
    )


def within(pairs: Sequence[tuple[float, float, float]]) -> str:
    """How many of the differences (value, truth, allowance) are inside, in words."""
    inside = sum(abs(value - truth) <= allowance for value, truth, allowance in pairs)
    return f"all {len(pairs)}" if inside == len(pairs) else f"{inside} of {len(pairs)}"
