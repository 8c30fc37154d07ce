"""What a wrong score does to the guided means, beside its twin of exact scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.progress import part
from gdviz.record import Answer
from gdviz.studies._study import Study, StudyContext, trainings_of
from gdviz.studies.titles import Titles
from gdviz.theory.error_effect import ErrorEffect

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.theory.error_effect import ErrorPaths, ErrorStudy
    from gdviz.training import Task

LENGTHS = 300, 1000, 4000
"""Optimiser steps of the networks that are compared at first; those of the first preset come with the program."""

HALVED = 1024
"""Particles that are run again at half the steps: the change of a paired difference needs no more."""

KINDS = ("cfg", "reward")
"""Guidance with an improvement identity, which the account of an error rests on."""


@dataclass(frozen=True)
class StepChange:
    """|value - value at half as many steps| of paired means; None where one is unknown."""

    measured: float | None
    gap: float | None


@dataclass(frozen=True)
class Effect(ErrorEffect):
    """The effect at one w, with its step changes once they are known."""

    steps: StepChange | None = None


@dataclass(frozen=True)
class RobustnessAnswer(Answer):
    """The effects of one wrong score at each w, of `particles` of them."""

    names: Titles
    rows: tuple[Effect, ...]
    particles: int


def why_not(experiment: Experiment) -> str | None:
    """Why the effect of a score's error cannot be accounted for, in one sentence; None where it can, as far as can be seen
    without building anything."""
    guidance, sampler = experiment.guidance.kind_name(), experiment.sampler.kind_name()
    if guidance not in KINDS:
        return f"No improvement identity is known for the guidance {guidance!r}; it is for classifier-free and reward guidance."
    if not experiment.sampler.unit_noise:
        return f"The account needs the full noise of the backward equation, which {sampler!r} does not have; ddpm has it."
    return None


@dataclass(frozen=True)
class Robustness(Study[RobustnessAnswer]):
    """An Experiment with a wrong score and its twin of exact scores, on the same noise."""

    name = "robustness"
    version = 3
    answer = RobustnessAnswer

    experiment: Experiment

    def tasks(self) -> tuple[Task, ...]:
        return trainings_of(self.experiment)

    def run(self, context: StudyContext) -> RobustnessAnswer:
        from gdviz.checkpoints import build_stored
        from gdviz.scores.exact import Exact
        from gdviz.sweep import chunks, fitting
        from gdviz.theory.error_effect import ErrorPaths, ErrorStudy

        wrong = self.experiment
        problem = why_not(wrong)
        if problem is not None:
            raise GdvizError(problem)
        twin = wrong.model_copy(update={"score": Exact()})
        exact = build_stored(twin)
        built = build_stored(wrong, context.root)
        study = ErrorStudy(exact.plan, built.plan, wrong.sampler, exact.levels, wrong.w, wrong.seed)
        runners = context.runner(twin, exact), context.runner(wrong, built)
        halved = min(HALVED, wrong.particles)
        whole, done = wrong.particles + halved / 2, 0
        names, parts = Titles.of_plan(exact.plan), list[ErrorPaths]()

        def effects() -> tuple[Effect, ...]:
            return tuple(Effect(**vars(effect)) for effect in study.effects(ErrorPaths.joined(parts)))

        def progress(count: float) -> Callable[[float], None]:
            """Through the next `count` particles."""
            return part(context.progress, done / whole, count / whole)

        for first, count in chunks(wrong.particles, fitting(len(wrong.w) * exact.law.dimension), gradual=True):
            parts.append(study.paths(first, count, progress=progress(count), executors=runners))
            done += count
            context.partial(RobustnessAnswer(names, effects(), done, complete=False))
        coarse = study.paths(0, halved, halved=True, progress=progress(halved / 2), executors=runners)
        changes = _step_changes(study, ErrorPaths.joined(parts).first(halved), coarse)
        rows = tuple(replace(row, steps=change) for row, change in zip(effects(), changes, strict=True))
        return RobustnessAnswer(names, rows, done)


def _step_changes(study: ErrorStudy, fine: ErrorPaths, coarse: ErrorPaths) -> list[StepChange]:
    """How far the paired means move against half as many steps, over the particles of both runs."""
    pairs = zip(study.effects(fine), study.effects(coarse), strict=True)
    return [StepChange(_change(a, b, "measured"), _change(a, b, "gap")) for a, b in pairs]


def _change(a: ErrorEffect, b: ErrorEffect, name: str) -> float | None:
    one, other = getattr(a, name).value, getattr(b, name).value
    return None if one is None or other is None else abs(one - other)
