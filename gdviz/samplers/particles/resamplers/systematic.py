"""Systematic resampling: one uniform number, a comb of K teeth."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from gdviz.family import Card
from gdviz.samplers.particles.resamplers._resampler import ResamplerKind, found_at


class Systematic(ResamplerKind):
    """The points (k + U) / K, k = 0, ..., K - 1, with one U: particle i has floor(K W_i) or one more offspring."""

    kind: Literal["systematic"] = "systematic"

    card = Card(
        title="Systematic",
        idea="Evenly spaced teeth with one random offset: nobody's offspring is off by more than one.",
        formula="ancestor of survivor k: where (k + U) / K falls among the cumulated weights",
        citation="Kitagawa 1996",
    )

    def ancestors(self, weights: Tensor, uniform: Tensor) -> Tensor:
        size = weights.shape[-1]
        teeth = torch.arange(size, dtype=weights.dtype, device=weights.device)  # [K]
        return found_at((teeth + uniform[..., :1]) / size, weights)
