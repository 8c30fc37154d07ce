"""How the laws and the reward of a run are written on screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdviz.experiment import Measure
    from gdviz.guidance import Plan


@dataclass(frozen=True)
class Titles:
    """How the laws and the reward of a run are written on screen.

    Attributes
    ----------
    reward : str
        r as it is read off the samples, e.g. ``p(b | x)``.
    unguided : str
        What w = 0 samples.
    toward, away : str or None
        None where there is no guidance.
    of : {"mean_reward", "mean_reciprocal"} or None
        The mean that the improvement identity speaks of.
    goals : mapping
        Name of a goal law -> how it is written.
    """

    reward: str
    unguided: str
    toward: str | None = None
    away: str | None = None
    of: str | None = None
    goals: Mapping[str, str] = field(default_factory=dict)

    @property
    def f(self) -> str:
        """What the theorem speaks of: r where reward is sought, else 1/r."""
        return self.reward if self.of == "mean_reward" else f"1 / {self.reward}"

    @classmethod
    def of_plan(cls, plan: Plan, measure: Measure | None = None) -> Titles:
        """The titles of a plan; `measure` is what is read off in place of its reward."""
        reward = plan.reward_title
        if measure is not None:
            reward = "r(x)" if measure.label is None else f"p({measure.label} | x)"
        toward, away = (None if law is None else law.name for law in (plan.toward, plan.away))
        return cls(reward, plan.unguided.name, toward, away, plan.identity, {goal.name: goal.title for goal in plan.goals})
