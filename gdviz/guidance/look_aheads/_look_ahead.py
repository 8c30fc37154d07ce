"""The seam of every look-ahead."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind
from gdviz.rewards import Reward
from gdviz.scores import Score

LOOK_AHEADS = Family("look-ahead", "gdviz.guidance.look_aheads")


class LookAheadKind(Kind):
    """A guess of the clean point X_0 that x at noise variance t leads to, so that a reward of clean points can judge x."""

    def point(self, score: Score, x: Tensor, moment: Moment) -> Tensor:
        """The guess at x of shape [..., d]; differentiable in x.

        Parameters
        ----------
        score : callable
            (x, t) -> score of the law that is sampled without guidance.
        """
        raise NotImplementedError


def log_reward_ahead(
    look: LookAheadKind, reward: Reward, score: Score, x: Tensor, moment: Moment, gradient: bool = True
) -> tuple[Tensor, Tensor | None]:
    """log r at the looked-ahead point, shape [...], and its gradient in x, shape [..., d], with the look-ahead's exact Jacobian.

    The gradient is taken by automatic differentiation. Where r is 0 or bends it may not be finite; it is 0 there.
    """
    if not gradient:
        return reward.log(look.point(score, x, moment)), None
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        value = reward.log(look.point(score, x, moment))  # [...]
        if not value.requires_grad:  # a reward that is read at the nearest of a law's points
            return value, torch.zeros_like(x)
        (slope,) = torch.autograd.grad(value.sum(), x)  # [..., d]
    return value.detach(), slope.nan_to_num_(0.0, 0.0, 0.0)
