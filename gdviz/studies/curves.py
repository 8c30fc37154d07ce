"""Reward, 1/p and the rest over w: one Experiment, sharper as particles arrive."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.exact_curves import ExactPoint
from gdviz.experiment import Experiment
from gdviz.metrics import Row
from gdviz.record import Answer
from gdviz.result import ResultSummary
from gdviz.studies._study import Study, StudyContext, trainings_of
from gdviz.studies.titles import Titles

if TYPE_CHECKING:
    from gdviz.progress import ProgressCallback
    from gdviz.result import Result
    from gdviz.training import Task

SECONDS_FOR_LAW = 60.0
"""CPU time that the guided law of an Experiment of one's own may take."""


@dataclass(frozen=True)
class CurvesAnswer(Answer):
    """A result with what is drawn beside it.

    Attributes
    ----------
    names : Titles
    first : tuple of Row
        The rows of the first partial result, which set the axes.
    result : ResultSummary
    law : tuple of ExactPoint or None
        The guided law's means over w: those shipped, or made here, on a line at once and in the plane at the end; None while
        they are made, empty where there are none.
    law_note : str
        Why there are none, where it is too much work.
    """

    names: Titles
    first: tuple[Row, ...]
    result: ResultSummary
    law: tuple[ExactPoint, ...] | None
    law_note: str = ""

    @property
    def particles(self) -> int:
        """At each w."""
        return self.result.rows[0].particles


@dataclass(frozen=True)
class CurvesStudy(Study[CurvesAnswer]):
    """The rows of an Experiment, published as they sharpen, and the exact law of its guided sampler."""

    name = "curves"
    version = 3
    answer = CurvesAnswer

    experiment: Experiment

    def tasks(self) -> tuple[Task, ...]:
        return trainings_of(self.experiment)

    def run(self, context: StudyContext) -> CurvesAnswer:
        from gdviz.exact_curves import find
        from gdviz.result import Result, stream

        first, result, note = None, None, ""
        law = find(self.experiment)
        for event in stream(self.experiment, executor=context.executor, train=False):
            if isinstance(event, Result):
                result, first = event, first or event.rows
                if law is None and event.built.law.dimension == 1:
                    law, note = _own_law(self.experiment)  # a second
                context.partial(_answer(event, first, law or (), note, complete=False))
            else:
                context.progress(event.done)
        assert result is not None and first is not None
        if law is None:
            context.partial(_answer(result, first, None, note, complete=False))
            law, note = _own_law(self.experiment, _timed(context))
        return _answer(result, first, law, note)


def _answer(
    result: Result, first: tuple[Row, ...], law: tuple[ExactPoint, ...] | None, note: str, complete: bool = True
) -> CurvesAnswer:
    names = Titles.of_plan(result.built.plan, result.experiment.measure)
    return CurvesAnswer(names, first, result.summary(), law, note, complete=complete)


def _own_law(experiment: Experiment, progress: ProgressCallback | None = None) -> tuple[tuple[ExactPoint, ...], str]:
    """The guided law's means where it can be had, and in one sentence what was in the way where it was too much."""
    from gdviz.exact_curves import compute
    from gdviz.guided_law import Budget
    from gdviz.progress import silent

    try:
        return compute(experiment, progress=Budget(SECONDS_FOR_LAW, progress or silent)) or (), ""
    except GdvizError as error:  # no box holds the law, or too much work
        return (), f"No exact law of the guided sampler is drawn: {str(error).removeprefix('guided law: ')}"


def _timed(context: StudyContext) -> ProgressCallback:
    """Progress through the law, the last part, with the time that is left for it."""
    began = time.monotonic()

    def progress(done: float) -> None:
        left = None if done < 0.05 else (time.monotonic() - began) * (1 - done) / done
        context.progress(done, left)

    return progress
