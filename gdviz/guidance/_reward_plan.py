"""Plans of guidance by a reward, with whatever rule: their laws, what is read off, and what they are held against."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.guidance._guidance import GuidanceContext
from gdviz.guidance._plan import Goal, Plan
from gdviz.guidance._rule import Guidance
from gdviz.laws import Law, Pair
from gdviz.laws.tilt import Tilted, tilt_with_mean
from gdviz.rewards import Reciprocal, Reward
from gdviz.scores import Base

Form = Literal["reward", "cost"]


def reward_plan(context: GuidanceContext, reward: Reward, form: Form, rule: Callable[[Pair, Base], Guidance]) -> Plan:
    """The plan of a method that samples p at w = 0 and is pushed toward p^r = p r / E r, or away from p J / E J, J = 1 / r.

    Parameters
    ----------
    context : GuidanceContext
    reward : Reward
        Positive wherever p has mass.
    form : {"reward", "cost"}
        Toward p^r, or away from p^J (MATH section 2).
    rule : callable
        ((x, t) -> both scores, their difference and the density ratio; which of the two w = 0 follows) gives the rule.

    Raises
    ------
    GdvizError
        If E r, or E J, is infinite.
    """
    law, seeks = context.law, form == "reward"
    tilted, log_mean = tilt_with_mean(law, reward if seeks else Reciprocal(reward))
    toward, away = (tilted, law) if seeks else (law, tilted)
    base: Base = "away" if seeks else "toward"
    return Plan(
        rule=rule(context.scores.pair(toward, away, base=base), base),
        unguided=law,
        toward=toward,
        away=away,
        reward=reward,
        mean_w0=None if law.by_samples else _exp(log_mean),
        goals=(tilted_goal(law, reward, Tilted(tilted, log_mean) if seeks else None),),
    )


def tilted_goal(law: Law, reward: Reward, known: Tilted | None = None) -> Goal:
    """The law p r / E r as a goal: worked out when it is first drawn from, unless it is known."""

    @cache
    def tilted() -> Law | None:
        try:
            return known.law if known else tilt_with_mean(law, reward).law
        except GdvizError:  # E r is infinite: there is no such law to be held against
            return None

    def draw(w: float, n: int, generator: torch.Generator) -> Tensor | None:
        goal = tilted()
        return None if goal is None else goal.sample(n, generator).x

    return Goal("tilted", f"{law.name} r(x) / E r", draw)


def _exp(log_mean: float) -> float | None:
    """exp, or None beyond the range of floats."""
    return float(torch.tensor(log_mean, dtype=torch.float64).exp()) if abs(log_mean) < 700 else None
