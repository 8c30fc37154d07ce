"""Look-ahead guidance whose weight shrinks where the guess of the clean point is still uncertain."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._look_ahead_plan import look_ahead_plan
from gdviz.guidance._over_coordinates import dot
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guided, WeightedGuidance
from gdviz.guidance.look_ahead import RewardAhead
from gdviz.guidance.look_aheads.tweedie import Tweedie
from gdviz.rewards import REWARDS, Reward, RewardKind

TINY = 1e-30
"""Squared length of a gradient below which it has no direction."""


class Damped(WeightedGuidance):
    """weight / (1 + weight k v) times the look-ahead's push, with D = E[X_0 | X_t = x] and g = grad log r(D).

    v = g'Cg / |g|^2 is the variance of X_0 given x along g, C = (t / sqrt(alpha_bar)) dD/dx; k = -g'Hg / |g|^2 is how strongly
    log r bends down along g, H its second derivatives. If X_0 given x is N(D, C) and log r is quadratic, then
    grad log E[r^w | x] = w dD/dx (I - w H C)^-1 g; this is the same along one direction.
    A log r that bends up is not damped: k weight counts from 0.
    """

    def __init__(self, parts: RewardAhead, reward: Reward) -> None:
        super().__init__(parts)
        self.reward = reward

    def at_weight(self, guided: Guided, x: Tensor, moment: Moment) -> Guided:
        guess = torch.add(x, guided.base, alpha=moment.t) / math.sqrt(moment.alpha_bar)  # [..., d]
        slope, bend = _slope_and_bend(self.reward, guess)  # [..., d], [..., 1]
        square = dot(slope, slope)  # [..., 1]
        to_variance = moment.t / math.sqrt(moment.alpha_bar)
        variance = torch.where(square > TINY, to_variance * dot(slope, guided.push) / square, 0.0).clamp_min(0)
        weight = torch.as_tensor(guided.weight, dtype=x.dtype, device=x.device)
        damping = 1 + (weight * bend).clamp_min(0) * variance  # [..., 1]
        return guided.moved(weight * guided.push * (1 / damping - 1))


def _slope_and_bend(reward: Reward, x: Tensor) -> tuple[Tensor, Tensor]:
    """g = grad log r, [..., d], and -g'Hg / |g|^2, [..., 1]; 0 where they do not exist."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        value = reward.log(x)  # [...]
        if not value.requires_grad:
            return torch.zeros_like(x), torch.zeros_like(x[..., :1])
        (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)  # [..., d]
        along = slope.detach()
        turned = torch.zeros_like(along)  # H g
        if slope.requires_grad:
            (turned,) = torch.autograd.grad((slope * along).sum(), x)
    square = dot(along, along)  # [..., 1]
    bend = -dot(along, turned) / square.clamp_min(TINY)  # [..., 1]
    known = value.isfinite()[..., None] & bend.isfinite()  # [..., 1]
    return torch.where(known, along, 0.0), torch.where(known, bend, 0.0)


class DampedLookAhead(GuidanceKind):
    """s + w / (1 + w k v) grad log r(E[X_0 | X_t = x]), base p; w = 0 samples p."""

    kind: Literal["damped_look_ahead"] = "damped_look_ahead"
    reward: Annotated[RewardKind, REWARDS, Field(description="r, positive wherever the denoiser may land.")]

    card = Card(
        title="Look-ahead guidance, damped",
        idea="The less is known of the clean point, the more the reward of one guess promises beyond the mean reward: weigh the "
        "gradient down by that variance. The paper gives the weight for a Gaussian and -|x - a|^2. Ours: variance and bend are "
        "those along the gradient, for any r. Samples are then not too good inside a mode; no mass moves between modes.",
        formula="s + w / (1 + w k v) grad log r(D), D = E[X_0 | X_t = x]; along grad log r(D) v is the variance of X_0 and "
        "k = - d^2 log r, at least 0",
        base_law="p(x)",
        aims_at="p(x) r(x)^w / E r^w: met on one Gaussian where log r is quadratic and both are round, or r varies along one "
        "direction; biased elsewhere",
        cost="one score and a backward pass, and two of the reward, a step",
        citation="Dandapanthula, Boffi 2026, arXiv 2606.02884",
    )
    examples = (
        {"reward": {"kind": "exp", "strength": 2, "of": {"kind": "quadratic", "center": [1, 0.5]}}},
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}},
    )

    def build(self, context: GuidanceContext) -> Plan:
        look = Tweedie()
        return look_ahead_plan(
            context, self.reward, look, lambda score, r: Damped(RewardAhead(score, r, look, self.schedule), r)
        )
