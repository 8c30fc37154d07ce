"""Multinomial resampling: independent draws."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from gdviz.family import Card
from gdviz.samplers.particles.resamplers._resampler import ResamplerKind, found_at


class Multinomial(ResamplerKind):
    """Every survivor draws its ancestor independently, particle i with probability W_i."""

    kind: Literal["multinomial"] = "multinomial"

    card = Card(
        title="Multinomial",
        idea="Each survivor draws its ancestor on its own; the noisiest way.",
        formula="P(ancestor = i) = W_i, independently",
        citation="Gordon, Salmond, Smith 1993",
    )

    def ancestors(self, weights: Tensor, uniform: Tensor) -> Tensor:
        return found_at(uniform, weights)
