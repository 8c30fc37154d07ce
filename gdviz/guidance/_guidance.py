"""The seam of every guidance method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind
from gdviz.guidance._schedule import SCHEDULES, ScheduleKind
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import Law, LogRatio
from gdviz.rewards import Reward, RewardContext
from gdviz.scores import Scores, ScoresContext

GUIDANCE = Family("guidance", "gdviz.guidance")


@dataclass(frozen=True, slots=True)
class Guided:
    """A guided score in its parts, so that the arrows can be drawn: total = base + weight * push.

    Attributes
    ----------
    base : Tensor, shape [..., d]
        The score followed without guidance.
    push : Tensor, shape [..., d]
        What is added per unit of weight, for the unified framework toward - away (MATH section 2).
    omega : float
        The schedule alone, without w.
    log_ratio : callable or None
        () -> log p^toward_t - log p^away_t, shape [...], where `push` is its gradient and it is known. The improvement
        identity integrates |push|^2 exp(+-log_ratio).
    weight : float or Tensor broadcasting to [..., 1]
        w times the schedule.
    """

    base: Tensor
    push: Tensor
    omega: float = 1.0
    log_ratio: LogRatio | None = None
    weight: float | Tensor = 1.0

    @property
    def total(self) -> Tensor:
        """The guided score, shape [..., d]."""
        if isinstance(self.weight, Tensor):
            return torch.addcmul(self.base, self.weight, self.push)
        return torch.add(self.base, self.push, alpha=self.weight)


class Guidance(ABC):
    """A guidance rule: (x, moment, memory) -> (Guided, memory).

    The rule sets `omega` to its schedule; `Guide` makes `weight` = w omega. Memory is whatever
    the rule wants to keep between steps (None at the start); an affine rule ignores it.
    """

    @abstractmethod
    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        """Base and push at points x of shape [..., d]."""


class Guide:
    """A rule with its w bound: what a sampler calls. One Guide serves one run.

    Parameters
    ----------
    rule : Guidance
    w : float or Tensor
        A number, or a tensor broadcasting to x[..., :1], for example [W, 1, 1].
    """

    def __init__(self, rule: Guidance, w: float | Tensor) -> None:
        self.rule, self.w = rule, w
        self._memory: Any = None

    def __call__(self, x: Tensor, moment: Moment) -> Guided:
        guided, self._memory = self.rule(x, moment, self._memory)
        return replace(guided, weight=self.w * guided.omega)


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


@dataclass(frozen=True)
class Plan:
    """A guidance method built for one target: the rule, and what to read off its samples.

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
    improves : {"mean_reward", "mean_reciprocal"} or None
        The mean that the improvement identity speaks of (MATH section 2); None where the rule is not
        base + w (toward - away) with a density ratio.
    baseline : float or None
        The exact value of that mean at w = 0.
    goals : tuple of Goal
    """

    rule: Guidance
    unguided: Law
    toward: Law | None = None
    away: Law | None = None
    reward: Reward | None = None
    reward_title: str = "r(x)"
    improves: Literal["mean_reward", "mean_reciprocal"] | None = None
    baseline: float | None = None
    goals: tuple[Goal, ...] = ()


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

    schedule: Annotated[ScheduleKind, SCHEDULES] = Constant()

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
