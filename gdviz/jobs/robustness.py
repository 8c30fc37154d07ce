"""What wrong scores do to the guided means, as background work whose end is kept in the store."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.keep import kept

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.jobs import Report
    from gdviz.metrics.error_effect import ErrorEffect, ErrorPaths, ErrorStudy

FORMAT = 2

LENGTHS = 300, 1000, 4000
"""Optimiser steps of the networks that are compared at first; those of the first preset come with the program."""

HALVED = 1024
"""Particles that are run again at half the steps: the change of a paired difference needs no more."""

KINDS = ("cfg", "reward")
"""Guidance with an improvement identity, which the account of an error rests on."""


def robustness_key(experiment_id: str) -> str:
    """The store's and the pool's key: the Experiment with the wrong score, and the program and format that ran it."""
    return f"{experiment_id}-{__version__}-robustness{FORMAT}"


def why_not(experiment: Experiment) -> str | None:
    """Why the effect of a score's error cannot be accounted for, in one sentence; None where it can, as far as can be seen
    without building anything."""
    guidance, sampler = experiment.guidance.kind_name(), experiment.sampler.kind_name()
    if guidance not in KINDS:
        return f"No improvement identity is known for the guidance {guidance!r}; it is for classifier-free and reward guidance."
    if not experiment.sampler.unit_noise:
        return f"The account needs the full noise of the backward equation, which {sampler!r} does not have; ddpm has it."
    return None


def run_robustness(text: str, root: str, report: Report) -> bytes:
    """Run an Experiment (JSON text) beside its twin of exact scores, publishing every partial answer; keep the whole one.

    An answer is JSON: ``rows``, one for each w (`ErrorEffect`; a mean is a pair of its value and its standard error) with
    ``steps``, how far `measured` and `gap` change against half as many steps, null until the run is whole; ``names``, how
    reward and laws are written on screen; ``particles``, ``seconds``, ``complete``. A store that refuses loses only the copy.

    Raises
    ------
    GdvizError
        If no identity is known for the guidance or the sampler, or a network is not there: networks are trained elsewhere.
    """
    from gdviz.experiment import Experiment
    from gdviz.metrics.error_effect import ErrorPaths, ErrorStudy
    from gdviz.scores.exact import Exact
    from gdviz.sweep import chunks, fitting

    began, wrong = time.perf_counter(), Experiment.from_json(text)
    problem = why_not(wrong)
    if problem is not None:
        raise GdvizError(problem)
    exact = wrong.model_copy(update={"score": Exact()}).build()
    plan = wrong.build(wrong.stored_only(Path(root))).plan
    study = ErrorStudy(exact.plan, plan, wrong.sampler, exact.levels, wrong.w, wrong.seed)
    halved = min(HALVED, wrong.particles)
    whole, done = wrong.particles + halved / 2, 0.0

    def said(count: float) -> Callable[[float], None]:
        """Progress through the next `count` particles."""
        return lambda share: report.progress((done + share * count) / whole)

    def answer(complete: bool) -> bytes:
        rows = [asdict(effect) for effect in study.effects(ErrorPaths.joined(parts))]
        changes = _step_changes(study, parts, coarse) if complete else [None] * len(rows)
        shown = {
            "names": _names(exact.plan),
            "rows": [{**row, "steps": change} for row, change in zip(rows, changes, strict=True)],
            "particles": sum(part.exact.shape[1] for part in parts),
            "seconds": time.perf_counter() - began,
            "complete": complete,
        }
        return json.dumps(shown, allow_nan=False).encode()

    parts: list[ErrorPaths] = []
    coarse: list[ErrorPaths] = []
    for first, count in chunks(wrong.particles, fitting(len(wrong.w) * exact.law.dimension), gradual=True):
        parts.append(study.paths(first, count, progress=said(count)))
        done += count
        report.partial(answer(complete=False))
    coarse.append(study.paths(0, halved, halved=True, progress=said(halved / 2)))
    return kept(root, robustness_key(wrong.id), answer(complete=True))


def _step_changes(study: ErrorStudy, fine: list[ErrorPaths], coarse: list[ErrorPaths]) -> list[dict[str, float | None]]:
    """How far the paired means move against half as many steps, over the particles of both runs."""
    from gdviz.metrics.error_effect import ErrorPaths

    count = coarse[0].exact.shape[1]
    both = (ErrorPaths.joined(fine).first(count), coarse[0])
    pairs = zip(*(study.effects(paths) for paths in both), strict=True)
    return [{name: _change(a, b, name) for name in ("measured", "gap")} for a, b in pairs]


def _change(a: ErrorEffect, b: ErrorEffect, name: str) -> float | None:
    one, other = getattr(a, name).value, getattr(b, name).value
    return None if one is None or other is None else abs(one - other)


def _names(plan: Any) -> dict[str, Any]:
    return {
        "reward": plan.reward_title,
        "of": plan.identity,
        "unguided": plan.unguided.name,
        "toward": plan.toward.name,
        "away": plan.away.name,
    }
