"""Guidance weights omega(c, s, t) as a network of the class and of a step's two noise levels, never of the point."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from gdviz.diffusion import Moment
from gdviz.diffusion.flow import flow_moment
from gdviz.networks.features import level_features
from gdviz.networks.weight_recipe import WeightRecipe

WAVES = 2
"""Sines and cosines of a log-SNR: few, because sampling asks for shorter steps than training has seen."""

CLASS_FEATURES = 8

START = 0.5
"""The weight at every level before training (softplus: the number that it is taken of)."""


class WeightNetwork(nn.Module):
    """omega >= 0, one for each label index and step.

    Parameters
    ----------
    labels : int
    recipe : WeightRecipe
    """

    def __init__(self, labels: int, recipe: WeightRecipe) -> None:
        super().__init__()
        self.labels, self.recipe = labels, recipe
        self.label = nn.Embedding(labels, CLASS_FEATURES)
        layers: list[nn.Module] = []
        size = 2 * (1 + 2 * WAVES) + CLASS_FEATURES
        for _ in range(recipe.depth):
            layers += [nn.Linear(size, recipe.width), nn.SiLU()]
            size = recipe.width
        self.hidden = nn.Sequential(*layers)
        self.last = nn.Linear(size, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.constant_(self.last.bias, START)

    def forward(self, label: Tensor, log_snr: Tensor, log_snr_next: Tensor) -> Tensor:
        """Weights [M] of steps from log-SNR [M] up to log-SNR [M] for label indices [M]."""
        levels = [level_features(each, WAVES) for each in (log_snr, log_snr_next)]
        last = self.last(self.hidden(torch.cat([*levels, self.label(label)], -1)))[..., 0]  # [M]
        omega = functional.relu(last) if self.recipe.output == "relu" else functional.softplus(last)
        return omega if self.recipe.cap is None else omega.clamp_max(self.recipe.cap)


class FrozenWeights:
    """Trained weights as numbers, each worked out once.

    Parameters
    ----------
    network : WeightNetwork
    """

    def __init__(self, network: WeightNetwork) -> None:
        self._network = network
        # Steps start and end between the noisiest and the cleanest level that training has seen.
        self._noisiest = _log_snr(1 - network.recipe.nearest_noise)
        self._cleanest = _log_snr(network.recipe.nearest_data)
        self._omega = lru_cache(maxsize=1 << 16)(self._evaluate)

    def omega(self, label: int, moment: Moment) -> float:
        """The weight of a label index at one step; beyond the levels of training it is that at the last of them."""
        before = math.log(moment.alpha_bar) - math.log(moment.t)
        after = math.log(moment.alpha_bar_next) - math.log(moment.t_next)
        return self._omega(label, self._within(before), self._within(after))

    def curve(self, label: int, flow_times: list[float], step: float = 0.01) -> list[float]:
        """omega(t - step, t) at flow times t, as the paper plots it."""
        return [self.omega(label, flow_moment(t - step, t)) for t in flow_times]

    def _within(self, log_snr: float) -> float:
        return min(max(log_snr, self._noisiest), self._cleanest)

    @torch.no_grad()
    def _evaluate(self, label: int, before: float, after: float) -> float:
        return float(self._network(torch.tensor([label]), torch.tensor([before]), torch.tensor([after])))


def _log_snr(flow_time: float) -> float:
    return 2 * math.log((1 - flow_time) / flow_time)
