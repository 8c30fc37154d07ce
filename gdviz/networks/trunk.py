"""What denoisers and classifiers share: features, a first layer to which level and label are added, hidden layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gdviz.networks.features import LEVEL_WAVES, PointFeatures, level_features
from gdviz.networks.recipe import Recipe

_ACTIVATIONS = {"silu": nn.SiLU, "gelu": nn.GELU, "tanh": nn.Tanh}


class Trunk(nn.Module):
    """A multilayer perceptron of a point, a noise level and a label.

    Level and label enter as one vector added after the first layer: sampling, where all particles share
    both, computes it once a step, and predictions with and without a label share the first layer.

    Parameters
    ----------
    dimension, outputs : int
    labels : int
        Number of labels; index `labels` means "no label" (the null class).
    recipe : Recipe
    scale : float
        Root mean square of the clean points per coordinate. Inputs are divided by the size that noised
        points have at their level.
    """

    scale: Tensor

    def __init__(self, dimension: int, outputs: int, labels: int, recipe: Recipe, scale: float = 1.0) -> None:
        super().__init__()
        self.dimension, self.labels, self.recipe = dimension, labels, recipe
        self.points = PointFeatures(dimension, recipe.frequencies)
        self.first = nn.Linear(self.points.size, recipe.width)
        self.level = nn.Linear(1 + 2 * LEVEL_WAVES, recipe.width, bias=False)
        self.label = nn.Embedding(labels + 1, recipe.width)
        nn.init.normal_(self.label.weight, std=recipe.embedding_std)
        layers: list[nn.Module] = [_ACTIVATIONS[recipe.activation]()]
        for _ in range(recipe.depth - 1):
            layers += [nn.Linear(recipe.width, recipe.width), _ACTIVATIONS[recipe.activation]()]
        self.hidden = nn.Sequential(*layers)
        self.last = nn.Linear(recipe.width, outputs)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.register_buffer("scale", torch.tensor(float(scale)))

    @property
    def null(self) -> int:
        """The label index that means "no label"."""
        return self.labels

    def embed(self, t: Tensor, label: Tensor) -> Tensor:
        """What noise variances t [...] and label indices [...] add to the first layer, [..., width]."""
        return self.level(level_features(torch.log1p(-t) - torch.log(t))) + self.label(label)

    def before(self, x: Tensor, t: Tensor) -> Tensor:
        """The first layer at points x [M, d], without level and label; t broadcasts to [M, 1]."""
        return self.first(self.points(x * torch.rsqrt((1 - t) * self.scale**2 + t)))  # [M, width]

    def after(self, first: Tensor) -> Tensor:
        """Last hidden layer [M, width] from the first layer, level and label added."""
        return self.hidden(first)
