"""Running means of 1/p for near and far classes, and for the Experiment's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdviz.progress import part
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext
from gdviz.studies.theory._subject import subject_of
from gdviz.theory.running import Running

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

DISTANCES = (0.5, 1.0, 1.5, 2.5)
"""Of two unit Gaussians from their middle, from near classes to far ones."""


@dataclass(frozen=True)
class NamedRunning(Running):
    """Running means with the name of their law."""

    name: str = ""


@dataclass(frozen=True)
class TailsAnswer(Answer):
    """Running means of several laws, of `particles` samples each."""

    rows: tuple[NamedRunning, ...]
    particles: int


@dataclass(frozen=True)
class TailsTopic(Study[TailsAnswer]):
    """How often the usual interval of a mean of 1/p covers, and how often the program refuses it.

    Attributes
    ----------
    experiment : Experiment
        Its w do not matter: nothing is guided.
    runs : int
        Independent runs of each law.
    """

    name = "theory-tails"
    answer = TailsAnswer

    experiment: Experiment
    runs: int = 200

    def request(self) -> dict[str, Any]:
        asked = super().request()
        return {**asked, "experiment": {**asked["experiment"], "w": [0.0]}}

    def run(self, context: StudyContext) -> TailsAnswer:
        from gdviz.theory.running import gaussians_apart, running

        experiment, (_, subject) = self.experiment, subject_of(self.experiment)
        named = [(f"two Gaussians at ±{distance:g}", gaussians_apart(distance)) for distance in DISTANCES]
        if subject.of == "mean_reciprocal":
            named.append((f"this experiment, 1 / {subject.plan.reward_title}", subject.plan))
        rows: list[NamedRunning] = []
        for k, (name, plan) in enumerate(named):
            progress = part(context.progress, k / len(named), 1 / len(named))
            curves = running(plan, experiment.particles, self.runs, experiment.seed, progress)
            if curves is not None:
                rows.append(NamedRunning(**vars(curves), name=name))
            answer = TailsAnswer(tuple(rows), experiment.particles, complete=k == len(named) - 1)
            if not answer.complete:
                context.partial(answer)
        return answer
