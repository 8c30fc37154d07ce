"""Particles whose reward fell and others, with their paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdviz.record import Answer
from gdviz.studies import Study, StudyContext
from gdviz.studies.theory._subject import subject_of
from gdviz.studies.titles import Titles
from gdviz.theory.winners import Winners

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


@dataclass(frozen=True)
class WinnersAnswer(Answer):
    """Who lost and who won at the largest w, among `particles` of them."""

    names: Titles
    found: Winners
    particles: int


@dataclass(frozen=True)
class WinnersTopic(Study[WinnersAnswer]):
    """The same particles without and with guidance, on the same noise."""

    name = "theory-winners"
    answer = WinnersAnswer

    experiment: Experiment

    def run(self, context: StudyContext) -> WinnersAnswer:
        from gdviz.theory.winners import KEPT, winners

        experiment, (built, subject) = self.experiment, subject_of(self.experiment)
        runner = context.runner(experiment, built)
        pairs = winners(subject, max(experiment.w), experiment.particles, experiment.seed, context.progress, runner)
        shown = replace(pairs, before=pairs.before[:KEPT], after=pairs.after[:KEPT])
        return WinnersAnswer(Titles.of_plan(subject.plan), shown, experiment.particles)
