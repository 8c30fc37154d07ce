"""The topics by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gdviz.studies.theory.martingale import MartingaleTopic
from gdviz.studies.theory.slope import SlopeTopic
from gdviz.studies.theory.steps import StepsTopic
from gdviz.studies.theory.tails import TailsTopic
from gdviz.studies.theory.winners import WinnersTopic

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.studies import Study

TOPICS: Mapping[str, Callable[[Experiment], Study[Any]]] = MappingProxyType(
    {
        "along": MartingaleTopic,
        "slope": lambda experiment: SlopeTopic(experiment.particles, experiment.seed),
        "tails": TailsTopic,
        "steps": StepsTopic,
        "winners": WinnersTopic,
    }
)


def study_of(topic: str, experiment: Experiment) -> Study[Any]:
    """The study of a topic about an Experiment, or about what of it matters there."""
    return TOPICS[topic](experiment)
