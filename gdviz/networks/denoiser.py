"""A network that predicts noise: a learned score."""

from __future__ import annotations

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
        a, b = (1 - t).sqrt(), t.sqrt()
        if self.difference:
            return a * b * last
        match self.recipe.prediction:
            case "noise":
                return last
            case "clean":
                return (x - a * self.scale * last) / b
            case "velocity":  # v = a eps - b x_0, so eps = b x + a v
                return b * x + a * (a**2 + (b * self.scale) ** 2).sqrt() * last

    def forward(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """Noise prediction [M, d] at points x [M, d], noise variances t [M] and label indices [M]."""
        column = t[:, None]  # [M, 1]
        return self.noise(self.last(self.after(self.before(x, column) + self.embed(t, label))), x, column)
