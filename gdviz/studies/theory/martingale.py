"""E f_t(Y_t) along the denoising, and where the gain is made."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.progress import part
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext
from gdviz.studies.theory._subject import subject_of
from gdviz.studies.titles import Titles
from gdviz.theory.martingale import Along

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.theory.subject import Subject

HALVED = 2048
"""Particles that are run again at half the steps."""


@dataclass(frozen=True)
class MartingaleAnswer(Answer):
    """Several w along the denoising.

    Attributes
    ----------
    names : Titles
    baseline : float
        E f(Y^0), exact.
    slope : float or None
        d/dw of the mean at w = 0, exact.
    log_snr : tuple of float
        The noise levels that are looked at.
    rows : tuple of Along
    ends : mapping
        The exact mean of the guided law itself, by w as text; empty where it is not known, and until the run is whole.
    particles : int
    """

    names: Titles
    baseline: float
    slope: float | None
    log_snr: tuple[float, ...]
    rows: tuple[Along, ...]
    ends: Mapping[str, float]
    particles: int


@dataclass(frozen=True)
class MartingaleTopic(Study[MartingaleAnswer]):
    """The mean of f_t(Y_t) and the running integral of the improvement identity, along the same guided paths."""

    name = "theory-martingale"
    answer = MartingaleAnswer

    experiment: Experiment

    def run(self, context: StudyContext) -> MartingaleAnswer:
        from gdviz.metrics import exact_values
        from gdviz.sweep import chunks, fitting
        from gdviz.theory.martingale import LevelPaths, MartingaleStudy

        experiment, (built, subject) = self.experiment, subject_of(self.experiment)
        study = MartingaleStudy(subject, experiment.w, experiment.seed, experiment.particles)
        exact, halved = exact_values(built.plan, built.sampler), min(HALVED, experiment.particles)
        slope = exact.slope_mean_reward_w0 if subject.sign > 0 else exact.slope_mean_reciprocal_w0
        whole, runner = experiment.particles + halved / 2, context.runner(experiment, built)
        parts: list[LevelPaths] = []
        coarse: list[LevelPaths] = []

        def answer(complete: bool) -> MartingaleAnswer:
            return MartingaleAnswer(
                Titles.of_plan(subject.plan),
                subject.baseline,
                slope,
                tuple(study.log_snr.tolist()),
                study.along(LevelPaths.joined(parts), LevelPaths.joined(coarse) if coarse else None),
                _law_means(experiment, subject) if complete else {},
                done,
                complete=complete,
            )

        done, width = 0, 4 * len(experiment.w) * built.law.dimension
        for first, count in chunks(experiment.particles, fitting(width), gradual=True):
            progress = part(context.progress, done / whole, count / whole)
            parts.append(study.paths(first, count, progress=progress, executor=runner))
            done += count
            context.partial(answer(complete=False))
        for first, count in chunks(halved, halved):
            progress = part(context.progress, done / whole, halved / 2 / whole)
            coarse.append(study.paths(first, count, halved=True, progress=progress, executor=runner))
        return answer(complete=True)


def _law_means(experiment: Experiment, subject: Subject) -> dict[str, float]:
    """The guided law's own mean at each w, where it is shipped or, on a line, quickly made."""
    from gdviz.exact_curves import compute, find

    points = find(experiment) or ()
    if not points and subject.plan.unguided.dimension == 1:
        with contextlib.suppress(GdvizError):  # no box holds the law
            points = compute(experiment, experiment.w) or ()
    known = {point.w: getattr(point, subject.of) for point in points if point.w in experiment.w}
    return {f"{w:g}": value for w, value in known.items() if value is not None}
