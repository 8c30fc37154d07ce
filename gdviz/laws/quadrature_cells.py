"""Adaptive Gauss quadrature over the cells of a product grid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

NODES = 8
"""Gauss-Legendre nodes per axis and cell."""

TOLERANCE = 1e-12
"""A cell is split until this share of the integral is all that splitting it changes."""

Density = Callable[[Tensor], Tensor]
"""x [n, d] -> [n], finite."""


class Expectation(NamedTuple):
    """E f and an estimate of its quadrature error: the last change under refinement, summed over cells."""

    value: float
    error: float


def uniform_edges(low: float, high: float, largest: float) -> Tensor:
    """Edges of 8 to 64 equal cells, of at most `largest` where 64 are enough for that."""
    return torch.linspace(low, high, min(max(8, math.ceil((high - low) / largest)), 64) + 1, dtype=torch.float64)


def integrate_cells(f: Density, edges: Sequence[Tensor], budget: int, tolerance: float = TOLERANCE) -> Expectation:
    """Integral over a box; cells between the edges of each axis are split where splitting changes anything.

    Parameters
    ----------
    f : callable
    edges : sequence of d Tensors
        Ascending. Where f jumps or bends at an edge, nothing is lost.
    budget : int
        Evaluations after which the rest is taken as it is and counted in the error.
    tolerance : float
        Share of the integral of |f| that a cell may change by.
    """
    d = len(edges)
    corners = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=d)), dtype=torch.float64)  # [2^d, d]
    centers = torch.cartesian_prod(*[(e[1:] + e[:-1]) / 2 for e in edges]).reshape(-1, d)  # [C, d]
    half = torch.cartesian_prod(*[(e[1:] - e[:-1]) / 2 for e in edges]).reshape(-1, d)  # [C, d]
    coarse = _cells(f, centers, half)  # [C]
    spent = len(centers) * NODES**d
    size = float(coarse.abs().sum())
    value, error = 0.0, 0.0
    while len(centers):
        half = (half / 2).repeat_interleave(len(corners), 0)  # [C 2^d, d]
        children = (centers[:, None] + corners * half.reshape(len(centers), -1, d)).flatten(0, 1)  # [C 2^d, d]
        parts = _cells(f, children, half).reshape(len(centers), -1)  # [C, 2^d]
        spent += parts.numel() * NODES**d
        change = (parts.sum(1) - coarse).abs()  # [C]
        split = change > tolerance * size
        if spent + int(split.sum()) * (2 * NODES) ** d * len(corners) > budget:
            split = torch.zeros_like(split)
        value += float(parts[~split].sum())
        error += float(change[~split].sum())
        again = split.repeat_interleave(len(corners))  # [C 2^d]
        centers, half, coarse = children[again], half[again], parts[split].flatten()
    return Expectation(value, error)


def _cells(f: Density, centers: Tensor, half: Tensor) -> Tensor:
    """Gauss-Legendre integral of each cell, [C], some cells at a time."""
    nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(NODES))
    d = centers.shape[1]
    offsets = torch.cartesian_prod(*[nodes] * d).reshape(-1, d)  # [G, d]
    shares = torch.cartesian_prod(*[weights] * d).reshape(-1, d).prod(-1)  # [G]
    many = max(1, 200_000 // len(shares))
    return torch.cat(
        [
            f((some[:, None] + offsets * by[:, None]).flatten(0, 1)).reshape(len(some), -1) @ shares * by.prod(-1)
            for some, by in zip(centers.split(many), half.split(many), strict=True)
        ]
    )
