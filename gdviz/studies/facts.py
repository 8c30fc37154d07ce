"""The exact facts of an Experiment, held against its own simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdviz.facts.finding import CheckReport
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

PARTICLES = 4096
"""Samples at each w behind the facts."""


@dataclass(frozen=True)
class FactsAnswer(Answer):
    """The report of a check."""

    report: CheckReport


@dataclass(frozen=True)
class Facts(Study[FactsAnswer]):
    """Every exact fact that applies to an Experiment."""

    name = "facts"
    answer = FactsAnswer

    experiment: Experiment
    particles: int = PARTICLES

    def run(self, context: StudyContext) -> FactsAnswer:
        from gdviz.facts.of_experiment import check_experiment

        return FactsAnswer(check_experiment(self.experiment, particles=self.particles, progress=context.progress))
