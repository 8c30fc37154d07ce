"""Expectations under a law without noise: sums over atoms, adaptive Gauss quadrature for densities with d <= 2."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gdviz.laws.components import FullComponents
from gdviz.laws.law import Law
from gdviz.laws.mixture import Mixture

Integrand = Callable[[Tensor], tuple[Tensor, Tensor | float]]
"""x [n, d] -> (log_factor [n], factor [n] or number): the function exp(log_factor) * factor. Where log_factor is NaN it is 0."""

EDGE_SHARE = 1e-12
"""A box is wide enough when its outermost two layers of nodes carry less than this share of the integral."""

NODES = 8
"""Gauss-Legendre nodes per axis and cell."""

TOLERANCE = 1e-12
"""A cell is split until this share of the integral is all that splitting it changes."""

BUDGET, COMPONENT_BUDGET = 3_000_000, 200_000_000
"""Evaluations, and those times the law's components, after which the rest is taken as it is and counted in the error."""


class Expectation(NamedTuple):
    """E f and an estimate of its quadrature error: the last change under refinement, summed over cells."""

    value: float
    error: float


def expectation(law: Law, integrand: Integrand) -> Expectation | None:
    """E f(X_0) under the law; None where it is infinite, or not known (a density with d >= 3, samples alone)."""
    if isinstance(law, Mixture) and law.atomic:
        return _over_atoms(law, integrand)
    if law.dimension > 2 or law.by_samples:
        return None

    def log_size(x: Tensor) -> Tensor:
        log_factor, factor = integrand(x)
        size = torch.as_tensor(factor, dtype=torch.float64).abs().log()
        return (law.log_density(x, 0.0) + log_factor + size).nan_to_num(-torch.inf, torch.inf, -torch.inf)

    box = fit_box(law, log_size)
    if box is None:
        return None

    def density(x: Tensor) -> Tensor:
        log_factor, factor = integrand(x)
        value = torch.exp(law.log_density(x, 0.0) + log_factor) * factor  # [n]
        return torch.where(torch.isnan(value), 0.0, value)

    scale = smallest_scale(law)
    components = len(law.support) if isinstance(law, Mixture) else 1
    budget = min(BUDGET, max(COMPONENT_BUDGET // components, BUDGET // 50))
    value, error = _integrate(density, *box, 6 * scale if scale else math.inf, budget)
    return Expectation(value, error) if math.isfinite(value) else None


def smallest_scale(law: Law) -> float | None:
    """The smallest standard deviation of any component in any direction; None where the law does not tell."""
    if not isinstance(law, Mixture):
        return None
    if isinstance(law.components, FullComponents):
        return float(torch.linalg.eigvalsh(law.components.covariances[law.support]).min().sqrt())
    return float(law.components.standard_deviations().min())


def grid_points(axes: list[Tensor]) -> Tensor:
    """All points of a product grid, [n_1, .., n_d, d]."""
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)


def node_counts(law: Law, width: Tensor, least: int, most: int) -> list[int]:
    """Nodes per axis so that they are no further apart than the law's narrowest component is wide, within bounds."""
    scale = smallest_scale(law)
    return [min(max(least, math.ceil(side / scale) + 1 if scale else 0), most) for side in width.tolist()]


def fit_box(law: Law, log_size: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor] | None:
    """Corners of a box that holds the law and the integral of exp(log_size); None if no box does: the integral is infinite."""
    low, high = law.box(1e-15)
    for _ in range(20):
        width = high - low  # [d]
        counts = node_counts(law, width, 101, 512)
        axes = [torch.linspace(a, b, n, dtype=torch.float64) for a, b, n in zip(low.tolist(), high.tolist(), counts, strict=True)]
        sizes = log_size(grid_points(axes).reshape(-1, law.dimension)).reshape(counts)
        if bool((sizes == torch.inf).any()):
            return None
        share = torch.softmax(sizes.flatten(), 0).reshape(counts)
        below = torch.stack([share.narrow(a, 0, 2).sum() > EDGE_SHARE for a in range(share.dim())])  # [d]
        above = torch.stack([share.narrow(a, n - 2, 2).sum() > EDGE_SHARE for a, n in enumerate(counts)])  # [d]
        if not bool((below | above).any()):
            return low, high
        low, high = low - 0.25 * width * below, high + 0.25 * width * above
    return None


def _over_atoms(law: Mixture, integrand: Integrand) -> Expectation | None:
    log_factor, factor = integrand(law.components.means[law.support])
    value = float((torch.exp(law.log_weights[law.support] + log_factor) * factor).sum())
    return Expectation(value, 0.0) if math.isfinite(value) else None


def _integrate(f: Callable[[Tensor], Tensor], low: Tensor, high: Tensor, largest: float, budget: int) -> tuple[float, float]:
    """Integral over a box and its error: cells of at most `largest` at first, split where splitting changes anything."""
    counts = [min(max(8, math.ceil(side / largest)), 64) for side in (high - low).tolist()]
    half = (high - low) / torch.tensor(counts, dtype=torch.float64) / 2  # [d]
    index = torch.cartesian_prod(*[torch.arange(n) for n in counts]).reshape(-1, len(counts))  # [C, d]
    centers = low + (2 * index + 1) * half  # [C, d]
    coarse = _cells(f, centers, half)  # [C]
    spent = len(centers) * NODES ** len(counts)
    size = float(coarse.abs().sum())
    value, error = 0.0, 0.0
    corners = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=len(counts))), dtype=torch.float64)  # [2^d, d]
    while len(centers):
        half = half / 2
        children = centers[:, None] + corners * half  # [C, 2^d, d]
        parts = _cells(f, children.flatten(0, 1), half).reshape(len(centers), -1)  # [C, 2^d]
        spent += parts.numel() * NODES ** len(counts)
        change = (parts.sum(1) - coarse).abs()  # [C]
        split = change > TOLERANCE * size
        if spent + int(split.sum()) * (2 * NODES) ** len(counts) * len(corners) > budget:
            split = torch.zeros_like(split)
        value += float(parts[~split].sum())
        error += float(change[~split].sum())
        centers, coarse = children[split].flatten(0, 1), parts[split].flatten()
    return value, error


def _cells(f: Callable[[Tensor], Tensor], centers: Tensor, half: Tensor) -> Tensor:
    """Gauss-Legendre integral of each cell, [C], some cells at a time."""
    nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(NODES))
    d = centers.shape[1]
    offsets = torch.cartesian_prod(*[nodes] * d).reshape(-1, d) * half  # [G, d]
    scales = torch.cartesian_prod(*[weights] * d).reshape(-1, d).prod(-1) * half.prod()  # [G]
    chunks = centers.split(max(1, 200_000 // len(scales)))
    return torch.cat([f((some[:, None] + offsets).flatten(0, 1)).reshape(len(some), -1) @ scales for some in chunks])
