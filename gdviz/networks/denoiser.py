"""A network that predicts noise: a learned score."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.networks.recipe import Recipe
from gdviz.networks.trunk import Trunk


class Denoiser(Trunk):
    """eps(x, t, label) = -sqrt(t) score, whatever the last layer predicts.

    Parameters
    ----------
    dimension, labels, recipe, scale
        As for `Trunk`.
    difference : bool
        Predict what guidance adds to the noise of another network: -sqrt(t) grad log r_t, which vanishes like
        sqrt(t) near the data and like sqrt(1 - t) in the noise.
    """

    def __init__(self, dimension: int, labels: int, recipe: Recipe, scale: float = 1.0, difference: bool = False) -> None:
        super().__init__(dimension, dimension, labels, recipe, scale)
        self.difference = difference

    def noise(self, last: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """The noise prediction [M, d] from what the last layer gave at points x; t broadcasts to [M, 1]."""
        offset = self.offset(t)
        scaled = self.gain(t) * last  # [M, d]
        return scaled if offset is None else torch.addcmul(scaled, offset, x)

    def gain(self, t: Tensor) -> Tensor:
        """What a unit of the last layer adds to the noise prediction."""
        a, b = (1 - t).sqrt(), t.sqrt()
        if self.difference:
            return a * b
        match self.recipe.prediction:
            case "noise":
                return torch.ones_like(t)
            case "clean":  # eps = (x - a x_0) / b
                return -a * self.scale / b
            case "velocity":  # v = a eps - b x_0, so eps = b x + a v
                return a * (a**2 + (b * self.scale) ** 2).sqrt()

    def offset(self, t: Tensor) -> Tensor | None:
        """What a unit of x adds to the noise prediction; None for nothing."""
        if self.difference or self.recipe.prediction == "noise":
            return None
        return t.rsqrt() if self.recipe.prediction == "clean" else t.sqrt()

    def forward(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """Noise prediction [M, d] at points x [M, d], noise variances t [M] and label indices [M]."""
        column = t[:, None]  # [M, 1]
        return self.noise(self.last(self.after(self.before(x, column) + self.embed(t, label))), x, column)
