"""The seam of every guidance method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from gdviz.family import Family, Kind
from gdviz.guidance._plan import Plan
from gdviz.guidance._schedule import SCHEDULES, ScheduleKind
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import Law
from gdviz.rewards import RewardContext
from gdviz.scores import Scores, ScoresContext

GUIDANCE = Family("guidance", "gdviz.guidance")

Label = Annotated[str, Field(description="The class c that samples are guided to, one of the target's labels.")]


@dataclass(frozen=True)
class GuidanceContext:
    """What a guidance method is built from."""

    law: Law
    scores: Scores

    @property
    def for_rewards(self) -> RewardContext:
        """What a reward may know of the target."""
        return RewardContext(self.law.dimension, self.law.log_posterior, self.law.labels)


class GuidanceKind(Kind):
    """Description of a guidance method."""

    schedule: Annotated[ScheduleKind, SCHEDULES, Field(description="What multiplies w as the noise falls.")] = Constant()

    @property
    def label_pushed_to(self) -> str | None:
        """c where the push is score of p(. | c) - score of p: what weights can be learned for."""
        return None

    def with_schedule(self, networks: ScoresContext) -> Self:
        """The method with its schedule built: most are formulas, one is learned for the method's label.

        Raises
        ------
        GdvizError
            If the schedule needs a network that is not there, or another guidance.
        """
        schedule = self.schedule.build(networks, self.label_pushed_to)
        return self if schedule is self.schedule else self.model_copy(update={"schedule": schedule})

    example_score: ClassVar[dict[str, Any]] = {"kind": "exact"}
    """A source of scores that the examples run with."""

    def build(self, context: GuidanceContext) -> Plan:
        """Make the rule and name its laws.

        Raises
        ------
        GdvizError
            If the label or reward does not fit the target.
        """
        raise NotImplementedError
