"""A network that guesses the label of a noised point."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.networks.recipe import Recipe
from gdviz.networks.trunk import Trunk


class Classifier(Trunk):
    """log p_t(label | x) for every label; its gradient in x is classifier guidance."""

    def __init__(self, dimension: int, labels: int, recipe: Recipe, scale: float = 1.0) -> None:
        super().__init__(dimension, labels, labels, recipe, scale)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """log p_t(. | x), [M, labels], at points x [M, d] and noise variances t [M]."""
        null = torch.full(t.shape, self.null, device=x.device)
        return self.last(self.after(self.before(x, t[:, None]) + self.embed(t, null))).log_softmax(-1)
