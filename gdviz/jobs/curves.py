"""The long run behind the Curves page, as background work whose end is kept in the store."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.keep import kept

if TYPE_CHECKING:
    from gdviz.exact_curves import ExactPoint
    from gdviz.experiment import Experiment
    from gdviz.guided_law.budget import Progress
    from gdviz.jobs import Report
    from gdviz.result import Result

FORMAT = 2

SECONDS_FOR_LAW = 60.0
"""CPU time that the guided law of an Experiment of one's own may take."""


def curves_key(experiment_id: str) -> str:
    """The store's and the pool's key of a run: the Experiment, and the program and format that made it."""
    return f"{experiment_id}-{__version__}-curves{FORMAT}"


def run_curves(text: str, root: str, report: Report) -> bytes:
    """Run an Experiment (JSON text), publishing every partial answer, and keep the whole one in the store at `root`.

    An answer is JSON: ``result`` is the result's own object; ``first`` the rows of the first partial result,
    which set the axes; ``names`` how things are written on screen; ``law`` the guided law's means over w: those
    shipped, or made here, on a line at once and in the plane at the end, null while they are; else empty, and
    ``law_note`` says why where it is too much work. A store that refuses loses only the copy.

    Raises
    ------
    GdvizError
        If the Experiment does not fit together.
    """
    from gdviz.exact_curves import find
    from gdviz.experiment import Experiment
    from gdviz.result import Result, stream

    experiment, first, result, note = Experiment.from_json(text), None, None, ""
    law: Sequence[ExactPoint] | None = find(experiment)
    for event in stream(experiment, executor=report.executor, train=False):
        if isinstance(event, Result):
            result, first = event, first or event.to_dict()["rows"]
            if law is None and event.built.law.dimension == 1:
                law, note = _own_law(experiment)  # a second
            report.partial(_answer(event, first, law or (), note))
        else:
            report.progress(event.done)
    assert result is not None and first is not None
    if law is None:
        report.partial(_answer(result, first, None, note))
        law, note = _own_law(experiment, _timed(report))
    return kept(root, curves_key(experiment.id), _answer(result, first, law, note))


def _answer(result: Result, first: Any, law: Sequence[ExactPoint] | None, note: str) -> bytes:
    points = None if law is None else [asdict(point) for point in law]
    answer = {"names": names(result), "first": first, "result": result.to_dict(), "law": points, "law_note": note}
    return json.dumps(answer, allow_nan=False).encode()


def _own_law(experiment: Experiment, progress: Progress | None = None) -> tuple[Sequence[ExactPoint], str]:
    """The guided law's means where it can be had, and in one sentence what was in the way where it was too much."""
    from gdviz.exact_curves import compute
    from gdviz.guided_law import Budget
    from gdviz.guided_law.budget import silent

    try:
        return compute(experiment, progress=Budget(SECONDS_FOR_LAW, progress or silent)) or (), ""
    except GdvizError as error:  # no box holds the law, or too much work
        return (), f"No exact law of the guided sampler is drawn: {str(error).removeprefix('guided law: ')}"


def _timed(report: Report) -> Progress:
    """Progress through the law, the last part, with the time that is left for it."""
    began = time.monotonic()

    def told(done: float) -> None:
        left = None if done < 0.05 else (time.monotonic() - began) * (1 - done) / done
        report.progress(done, left)

    return told


def names(result: Result) -> dict[str, Any]:
    """How the laws and the reward of a run are written on screen."""
    plan, measure = result.built.plan, result.experiment.measure
    reward = plan.reward_title
    if measure is not None:
        reward = "r(x)" if measure.label is None else f"p({measure.label} | x)"
    return {
        "reward": reward,
        "unguided": plan.unguided.name,
        "toward": None if plan.toward is None else plan.toward.name,
        "away": None if plan.away is None else plan.away.name,
        "goals": {goal.name: goal.title for goal in plan.goals},
    }
