"""What a guidance rule is: a guided score in its parts, at one point and noise level."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.laws import LogRatio
from gdviz.rewards import Reward


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

    def moved(self, by: Tensor) -> Guided:
        """The same with `by`, shape [..., d], added to the total: the push takes it on, per unit of weight.

        Where the weight is 0 nothing is added, so that w = 0 stays unguided. `log_ratio` goes: the push is no longer its
        gradient.
        """
        if isinstance(self.weight, Tensor):
            extra = torch.where(self.weight == 0, 0.0, by / self.weight)  # [..., d]
        else:
            extra = by / self.weight if self.weight else torch.zeros_like(by)  # [..., d]
        return replace(self, push=self.push + extra, log_ratio=None)


class Guidance(ABC):
    """A guidance rule: (x, moment, memory) -> (Guided, memory).

    The rule sets `omega` to its schedule; `Guide` makes `weight` = w omega. Memory is whatever
    the rule wants to keep between steps (None at the start); an affine rule ignores it.
    """

    @abstractmethod
    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        """Base and push at points x of shape [..., d]."""


class WeightedGuidance(Guidance):
    """A rule whose guided score is not affine in w: the parts of another rule, changed when their weight is known.

    Parameters
    ----------
    parts : Guidance
        Gives base and push, and keeps what has to be remembered; affine in w.
    """

    def __init__(self, parts: Guidance) -> None:
        if isinstance(parts, WeightedGuidance):
            raise TypeError("the parts of a rule with w come from an affine rule")
        self.parts = parts

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        return self.parts(x, moment, memory)

    @abstractmethod
    def at_weight(self, guided: Guided, x: Tensor, moment: Moment) -> Guided:
        """The guided score at `guided.weight`, w omega, a number or a tensor that broadcasts to [..., 1].

        Usually ``guided.moved(by)``, where `by` is what the total changes by; it shall vanish with the weight.
        """


class Guide:
    """A rule with its w bound: what a sampler calls. One Guide serves one run.

    Parameters
    ----------
    rule : Guidance
    w : float or Tensor
        A number, or a tensor broadcasting to x[..., :1], for example [W, 1, 1].
    reward : Reward, optional
        r of clean points, for samplers that weigh particles.
    """

    def __init__(self, rule: Guidance, w: float | Tensor, reward: Reward | None = None) -> None:
        self.rule, self.w, self.reward = rule, w, reward
        self._memory: Any = None

    def __call__(self, x: Tensor, moment: Moment) -> Guided:
        parts, self._memory = self.rule(x, moment, self._memory)
        guided = replace(parts, weight=self.w * parts.omega)
        return self.rule.at_weight(guided, x, moment) if isinstance(self.rule, WeightedGuidance) else guided
