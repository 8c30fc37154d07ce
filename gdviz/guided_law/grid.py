"""Product grids that shrink with the noise, and the forward noising kernel between two of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.laws.quadrature import grid_points

STENCIL = 8
"""Neighbours that a value between nodes is interpolated from: Lagrange polynomials of degree 7."""

NODES = 10
"""Gauss-Hermite nodes of the noising kernel, per axis."""

REACH = 6.0
"""Standard deviations of noise by which a grid is wider than the noised box."""


@dataclass(frozen=True)
class Axis:
    """`count` points, `low` the first, `spacing` apart."""

    low: float
    spacing: float
    count: int

    @property
    def points(self) -> Tensor:
        """[count], float64."""
        return self.low + self.spacing * torch.arange(self.count, dtype=torch.float64)


Box = tuple[tuple[float, float], ...]
"""(low, high) of each axis."""


@dataclass(frozen=True)
class LawGrid:
    """A product grid."""

    axes: tuple[Axis, ...]

    @staticmethod
    def over(box: Box, counts: tuple[int, ...], alpha_bar: float = 1.0, t: float = 0.0) -> LawGrid:
        """The grid that holds what the points of a box become at noise variance t: the box shrunk, and REACH sqrt(t) more."""
        shrink, margin = math.sqrt(alpha_bar), REACH * math.sqrt(t)
        ends = ((shrink * low - margin, shrink * high + margin) for low, high in box)
        return LawGrid(tuple(Axis(low, (high - low) / (n - 1), n) for (low, high), n in zip(ends, counts, strict=True)))

    @property
    def points(self) -> Tensor:
        """[n_1, .., n_d, d]."""
        return grid_points([axis.points for axis in self.axes])

    @property
    def cell(self) -> float:
        """Volume of a cell."""
        return math.prod(axis.spacing for axis in self.axes)


def noised(values: Tensor, old: LawGrid, new: LawGrid, moment: Moment) -> Tensor:
    """E g(sqrt(a) y + sqrt(1 - a) Z) at the points y of `new`, g given on `old`: [W, ..] -> [W, ..].

    The kernel is the product of one matrix an axis, so that all w and a whole grid cost two matrix products.
    """
    for k, (before, after) in enumerate(zip(old.axes, new.axes, strict=True), start=1):
        values = torch.movedim(torch.movedim(values, k, -1) @ kernel(before, after, moment).T, -1, k)
    return values


def kernel(before: Axis, after: Axis, moment: Moment) -> Tensor:
    """Gauss-Hermite over Lagrange interpolation, [after, before]; beyond its ends a function goes on as a constant."""
    nodes, weights = _hermite()
    x = math.sqrt(moment.a) * after.points + math.sqrt(moment.beta) * nodes[:, None]  # [K, n]
    u = ((x - before.low) / before.spacing).clamp(0, before.count - 1)
    first = (u.floor().long() - (STENCIL // 2 - 1)).clamp(0, before.count - STENCIL)  # [K, n]
    offsets = torch.arange(STENCIL)
    away = (u - first) - offsets[:, None, None]  # [S, K, n]
    share = weights[:, None] / _nodal()[:, None, None]  # [S, K, 1]
    for i in range(STENCIL):
        share = torch.where((offsets == i)[:, None, None], share, share * away[i])  # Lagrange: a product over the others
    place = torch.arange(after.count) * before.count + first + offsets[:, None, None]  # [S, K, n]
    matrix = torch.zeros(after.count * before.count, dtype=torch.float64)
    return matrix.index_add_(0, place.flatten(), share.flatten()).reshape(after.count, before.count)


@cache
def _hermite() -> tuple[Tensor, Tensor]:
    """Nodes and weights of the average over a standard normal, [K] each."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return torch.from_numpy(nodes), torch.from_numpy(weights / weights.sum())


@cache
def _nodal() -> Tensor:
    """prod_{i != j} (j - i), [S]."""
    return torch.tensor([math.prod(j - i for i in range(STENCIL) if i != j) for j in range(STENCIL)], dtype=torch.float64)
