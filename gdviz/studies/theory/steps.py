"""The mean at fewer and fewer steps, and the limit of small ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdviz.progress import part
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext
from gdviz.studies.theory._subject import subject_of
from gdviz.studies.titles import Titles
from gdviz.theory.step_size import Limit, Resolution

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


@dataclass(frozen=True)
class StepsAnswer(Answer):
    """The mean of f at several w, by the number of steps, the finest first.

    Attributes
    ----------
    names : Titles
    w : tuple of float
    rows : tuple of Resolution
    limits : tuple of Limit
        Of the guided law itself; empty where it is not known.
    particles : int
    """

    names: Titles
    w: tuple[float, ...]
    rows: tuple[Resolution, ...]
    limits: tuple[Limit, ...]
    particles: int


@dataclass(frozen=True)
class StepsTopic(Study[StepsAnswer]):
    """Step size against guidance, on the same Brownian paths."""

    name = "theory-steps"
    answer = StepsAnswer

    experiment: Experiment

    def run(self, context: StudyContext) -> StepsAnswer:
        import numpy as np

        from gdviz.sweep import chunks, fitting
        from gdviz.theory.step_size import StepStudy

        experiment, (built, subject) = self.experiment, subject_of(self.experiment)
        study, n = StepStudy(subject, experiment.w, experiment.seed, experiment.particles), experiment.particles
        runner = context.runner(experiment, built)
        names, limits, parts, done = Titles.of_plan(subject.plan), tuple(study.limits()), list[Any](), 0
        for first, count in chunks(n, fitting(2 * len(experiment.w) * built.law.dimension), gradual=True):
            parts.append(study.ends(first, count, part(context.progress, done / n, count / n), runner))
            done += count
            rows = study.resolutions(np.concatenate(parts, -1))
            answer = StepsAnswer(names, experiment.w, rows, limits, done, complete=done == n)
            if not answer.complete:
                context.partial(answer)
        return answer
