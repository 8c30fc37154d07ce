"""The seam of every look-ahead."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind
from gdviz.rewards import Reward
from gdviz.scores import Score

LOOK_AHEADS = Family("look-ahead", "gdviz.guidance.look_aheads")

BLOCK = 1 << 14
"""Points whose operations are kept at once for their gradient: it takes this times a mixture's components in memory."""


class LookAheadKind(Kind):
    """A guess of the clean point X_0 that x at noise variance t leads to, so that a reward of clean points can judge x."""

    def point(self, score: Score, x: Tensor, moment: Moment) -> Tensor:
        """The guess at x of shape [..., d]; differentiable in x.

        Parameters
        ----------
        score : callable
            (x, t) -> score of the law that is sampled without guidance. What it gives at x itself is not evaluated again.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look-ahead saw from x of shape [..., d].

    Attributes
    ----------
    score : Tensor, shape [..., d]
        The score at x.
    value : Tensor, shape [...]
        log r at the looked-ahead point; NaN or -inf where r is not positive.
    gradient : Tensor, shape [..., d]
        Its gradient in x, with the look-ahead's exact Jacobian; 0 where it has none: r not positive, a corner, a plateau.
    """

    score: Tensor
    value: Tensor
    gradient: Tensor


def see_ahead(look: LookAheadKind, reward: Reward, score: Score, x: Tensor, moment: Moment) -> Seen:
    """log r at the looked-ahead point and its gradient by automatic differentiation, and the score, evaluated once."""
    shape = x.shape[:-1]
    rows = x.detach().movedim(-1, 0).reshape(x.shape[-1], -1)  # [d, M]
    parts = [_see(look, reward, score, some, moment) for some in rows.split(BLOCK, 1)]
    here, value, gradient = (torch.cat(each, -1) for each in zip(*parts, strict=True))  # [d, M], [M], [d, M]
    here, gradient = (each.reshape(-1, *shape).movedim(0, -1) for each in (here, gradient))  # [..., d]
    return Seen(here, value.reshape(shape), gradient)


def _see(
    look: LookAheadKind, reward: Reward, score: Score, rows: Tensor, moment: Moment
) -> tuple[Tensor, Tensor, Tensor]:
    """Score [d, m], log r [m] and its gradient [d, m] at points given coordinate first, [d, m]."""
    with torch.enable_grad():
        leaf = rows.clone().requires_grad_()
        x = leaf.movedim(0, -1)  # [m, d]
        noting = _Noting(score, x, moment.t)
        value = reward.log(look.point(noting, x, moment))  # [m]
        gradient = torch.zeros_like(leaf)
        if value.requires_grad:  # one that is read at the nearest of a law's points depends on nothing
            (gradient,) = torch.autograd.grad(value.sum(), leaf)
    at_x = score(rows.movedim(0, -1), moment.t) if noting.at_x is None else noting.at_x.detach()  # [m, d]
    there = value.isfinite() & gradient.isfinite()  # [d, m]; log r of a negative r has a slope, and it means nothing
    return at_x.movedim(-1, 0), value.detach(), torch.where(there, gradient, 0.0)


class _Noting:
    """A score that notes what it gave at one tensor of points."""

    at_x: Tensor | None = None

    def __init__(self, score: Score, x: Tensor, t: float) -> None:
        self.score, self.x, self.t = score, x, t

    def __call__(self, x: Tensor, t: float) -> Tensor:
        score = self.score(x, t)
        if x is self.x and t == self.t:
            self.at_x = score
        return score


def log_reward_ahead(
    look: LookAheadKind, reward: Reward, score: Score, x: Tensor, moment: Moment, gradient: bool = True
) -> tuple[Tensor, Tensor | None]:
    """log r at the looked-ahead point, shape [...], and, where it is asked for, its gradient in x, shape [..., d]."""
    if not gradient:
        return reward.log(look.point(score, x, moment)), None
    seen = see_ahead(look, reward, score, x, moment)
    return seen.value, seen.gradient
