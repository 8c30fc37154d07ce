"""SSP resampling: fractions meet in pairs until each is 0 or 1."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from gdviz.family import Card
from gdviz.samplers.particles.resamplers._resampler import ResamplerKind


class Ssp(ResamplerKind):
    """Particle i has floor(K W_i) offspring, and one more by Srinivasan's sampling process on the fractions.

    Two fractions a, b meet: one of them becomes 0 (where a + b < 1) or 1, the other takes what is left, and means are kept.
    The winners meet in a tournament of log2 K rounds; K is a power of two.
    """

    kind: Literal["ssp"] = "ssp"

    card = Card(
        title="SSP",
        idea="Whole offspring first; the fractions that are left are settled in pairs. As even as systematic resampling, "
        "and consistent in whatever order the particles stand.",
        formula="floor(K W_i) + B_i, E B_i = K W_i - floor(K W_i), sum of B_i fixed",
        citation="Gerber, Chopin, Whiteley 2017, arXiv 1708.02230",
    )

    def ancestors(self, weights: Tensor, uniform: Tensor) -> Tensor:
        size = weights.shape[-1]
        offspring = (size * weights).floor()  # [..., K]
        fraction = size * weights - offspring  # [..., m], m = K, K / 2, ..., 1 through the rounds
        who = torch.arange(size, device=weights.device).expand(weights.shape)  # [..., m]  whose fraction it is
        uniform, used = uniform.expand(weights.shape), 0
        while fraction.shape[-1] > 1:
            a, b = fraction[..., ::2], fraction[..., 1::2]  # [..., m / 2]
            u = uniform[..., used : used + a.shape[-1]]
            used += a.shape[-1]
            both, short = a + b, a + b < 1
            # a stays in play with the whole sum, or b does; at a sum of 1 or more the one that leaves has become 1.
            a_stays = u * torch.where(short, both, 2 - both).clamp_min(1e-300) < torch.where(short, a, 1 - a)
            settled = torch.where(a_stays, who[..., 1::2], who[..., ::2])
            offspring = offspring.scatter_add(-1, settled, (~short).to(offspring.dtype))
            fraction = torch.where(short, both, both - 1)
            who = torch.where(a_stays, who[..., ::2], who[..., 1::2])
        left = size - offspring.sum(-1, keepdim=True)  # [..., 1]  0 or 1, what rounding made of the last fraction
        offspring = offspring.scatter_add(-1, who, left)
        ends = offspring.cumsum(-1).contiguous()  # [..., K]
        places = torch.arange(size, dtype=ends.dtype, device=ends.device).expand(ends.shape).contiguous()
        return torch.searchsorted(ends, places, right=True).clamp_max(size - 1)
