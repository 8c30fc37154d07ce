"""A guidance method built for one target: its rule, its laws, and what may be claimed of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gdviz.guidance._rule import Guidance
from gdviz.guidance._unified import Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import Law, Mixture
from gdviz.rewards import Reward

Improves = Literal["mean_reward", "mean_reciprocal"]
"""The mean that the improvement identity speaks of: E r, or E 1/r."""


@dataclass(frozen=True)
class Goal:
    """A law that a method may be said to aim at, with exact samples of it.

    Attributes
    ----------
    name : str
        ``conditional``, ``powered`` or ``tilted`` in results.
    title : str
        How it is written on screen, e.g. ``p(x | b)``.
    draw : callable
        (w, n, generator) -> samples [n, d] float64, or None where they cannot be had exactly.
    depends_on_w : bool
        Whether the law moves with w; one that does not is drawn once.
    """

    name: str
    title: str
    draw: Callable[[float, int, torch.Generator], Tensor | None]
    depends_on_w: bool = False


class NearestPointReward(Reward):
    """r at the point of a law on points that is nearest to x: a run ends within its last noise level of one."""

    def __init__(self, law: Mixture, reward: Reward) -> None:
        self.law = law
        self.by_point = reward.log(law.components.means)  # [K]

    def log(self, x: Tensor) -> Tensor:
        return self.by_point[self.law.nearest_index(x)].to(x.dtype)  # [...]


@dataclass(frozen=True)
class Plan:
    """A guidance method built for one target: the rule, and what to read off its samples.

    Which claims hold is not written down by the method but follows from its rule: `identity`, `baseline`, `unified`.

    Attributes
    ----------
    rule : Guidance
    unguided : Law
        What w = 0 samples.
    toward, away : Law or None
        The laws whose scores make the push; None where there is no guidance.
    reward : Reward or None
        r, read off the samples: p(c | x) for CFG, the reward otherwise. 1/r is the reciprocal.
    reward_title : str
        How r is written on screen, e.g. ``p(b | x)``.
    mean_w0 : float or None
        The exact mean at w = 0 of what base + w (toward - away) of these laws improves; see `baseline`.
    goals : tuple of Goal
    """

    rule: Guidance
    unguided: Law
    toward: Law | None = None
    away: Law | None = None
    reward: Reward | None = None
    reward_title: str = "r(x)"
    mean_w0: float | None = None
    goals: tuple[Goal, ...] = ()

    @property
    def end_reward(self) -> Reward | None:
        """r as it is read at the end of a run: at the nearest point where the law is one on points."""
        law = self.unguided
        if self.reward is None or not (isinstance(law, Mixture) and law.atomic):
            return self.reward
        return NearestPointReward(law, self.reward)

    @property
    def unified(self) -> Unified | None:
        """The rule where it is base + w (toward - away) itself; None for any other, its subclasses included."""
        return self.rule if type(self.rule) is Unified else None

    @property
    def identity(self) -> Improves | None:
        """The mean that the improvement identity speaks of (MATH section 2), None where the identity is not known to hold.

        It is E r where the push leads from the base toward p r / E r, E 1/r where the base is pushed away from another law.
        """
        if self.unified is None or self.toward is None or self.away is None:
            return None
        return "mean_reward" if self.unified.base == "away" else "mean_reciprocal"

    @property
    def baseline(self) -> float | None:
        """The exact value at w = 0 of the mean that the identity speaks of; None without one, or where it is not known."""
        return None if self.identity is None else self.mean_w0

    @property
    def constant(self) -> bool:
        """Whether the rule is base + w (toward - away) with a w that is the same at every level."""
        return self.unified is not None and isinstance(self.unified.schedule, Constant)
