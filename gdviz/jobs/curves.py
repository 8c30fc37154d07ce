"""The long run behind the Curves page, as background work whose end is kept in the store."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.keep import kept

if TYPE_CHECKING:
    from gdviz.exact_curves import ExactPoint
    from gdviz.jobs import Report
    from gdviz.result import Result

FORMAT = 2


def curves_key(experiment_id: str) -> str:
    """The store's and the pool's key of a run: the Experiment, and the program and format that made it."""
    return f"{experiment_id}-{__version__}-curves{FORMAT}"


def run_curves(text: str, root: str, report: Report) -> bytes:
    """Run an Experiment (JSON text), publishing every partial answer, and keep the whole one in the store at `root`.

    An answer is JSON: ``result`` is the result's own object; ``first`` the rows of the first partial result,
    which set the axes; ``names`` how things are written on screen; ``law`` the guided law's means over w where
    they are shipped or, on a line, quickly made; else empty. A store that refuses loses only the copy.

    Raises
    ------
    GdvizError
        If the Experiment does not fit together.
    """
    from gdviz.exact_curves import find
    from gdviz.experiment import Experiment
    from gdviz.result import Result, stream

    experiment, first, answer = Experiment.from_json(text), None, b""
    law = find(experiment)
    for event in stream(experiment, executor=report.executor, train=False):
        if isinstance(event, Result):
            shown = event.to_dict()
            first = first or shown["rows"]
            if law is None:
                law = _quick_law(event)
            points = [asdict(point) for point in law]
            answer = json.dumps({"names": names(event), "first": first, "result": shown, "law": points}, allow_nan=False).encode()
            report.partial(answer)
        else:
            report.progress(event.done)
    return kept(root, curves_key(experiment.id), answer)


def _quick_law(result: Result) -> tuple[ExactPoint, ...]:
    """The guided law's means on a line, which takes a second; empty in the plane, where it may take a minute."""
    from gdviz.exact_curves import compute

    if result.built.law.dimension > 1:
        return ()
    with contextlib.suppress(GdvizError):  # no box holds the law
        return compute(result.experiment) or ()
    return ()


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
