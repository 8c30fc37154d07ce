"""Expectations under a law without noise: sums over atoms, adaptive Gauss quadrature for densities with d <= 2."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gdviz.laws.components import FullComponents
from gdviz.laws.law import Law
from gdviz.laws.mixture import Mixture
from gdviz.laws.quadrature_cells import Expectation as Expectation
from gdviz.laws.quadrature_cells import integrate_cells, uniform_edges
from gdviz.laws.quadrature_lines import integrate_pieces
from gdviz.rewards import Break

Integrand = Callable[[Tensor], tuple[Tensor, Tensor | float]]
"""x [n, d] -> (log_factor [n], factor [n] or number): the function exp(log_factor) * factor. Where log_factor is NaN it is 0."""

EDGE_SHARE = 1e-12
"""A box is wide enough when its outermost two layers of nodes carry less than this share of the integral."""

BUDGET, COMPONENT_BUDGET = 3_000_000, 200_000_000
"""Evaluations, and those times the law's components, after which the rest is taken as it is and counted in the error."""


PRECISE = 1e-6
"""Where a break leaves a larger relative error, the plain rule is asked as well, and its distance counted."""


def expectation(law: Law, integrand: Integrand, breaks: Sequence[Break] = ()) -> Expectation | None:
    """E f(X_0) under the law; None where it is infinite, or not known (a density with d >= 3, samples alone).

    `breaks` are functions whose zeros are the jumps and kinks of f (`Reward.breaks`): cells end there.
    """
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
    largest = 6 * scale if scale else math.inf
    components = len(law.support) if isinstance(law, Mixture) else 1
    budget = min(BUDGET, max(COMPONENT_BUDGET // components, BUDGET // 50))
    integral = integrate_pieces(density, breaks, box, largest, budget) if breaks else None
    if integral is None or not integral.error <= PRECISE * abs(integral.value):
        edges = [uniform_edges(a, b, largest) for a, b in zip(*(corner.tolist() for corner in box), strict=True)]
        plain = integrate_cells(density, edges, budget)
        integral = plain if integral is None else _agreed(integral, plain)
    return integral if math.isfinite(integral.value) else None


def _agreed(a: Expectation, b: Expectation) -> Expectation:
    """The better of two, with their distance in its error."""
    better = min(a, b, key=lambda e: e.error)
    return Expectation(better.value, better.error + abs(a.value - b.value))


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
    """Corners of a box that holds the law and the integral of exp(log_size); None if no box does: the integral is infinite.

    A box is looked beyond, as far as it is wide: exp(60*(x > 9)) has its mean where the law has next to nothing.
    """
    low, high = law.box(1e-15)
    for _ in range(20):
        width = high - low  # [d]
        counts = node_counts(law, width, 101, 512)
        axes, sizes = _looked_at(log_size, low, high, counts)
        if bool((sizes == torch.inf).any()):
            return None
        share = torch.softmax(sizes.flatten(), 0).reshape(counts)
        below = torch.stack([share.narrow(a, 0, 2).sum() > EDGE_SHARE for a in range(share.dim())])  # [d]
        above = torch.stack([share.narrow(a, n - 2, 2).sum() > EDGE_SHARE for a, n in enumerate(counts)])  # [d]
        if bool((below | above).any()):
            low, high = low - 0.25 * width * below, high + 0.25 * width * above
            continue
        axes, beyond = _looked_at(log_size, low - width, high + width, counts)
        far = grid_points(axes)[(beyond > sizes.max() + math.log(EDGE_SHARE)) & (beyond < torch.inf)]  # [F, d]
        if not len(far) or bool(((far >= low) & (far <= high)).all()):
            return low, high
        step = 3 * width / (torch.tensor(counts) - 1)  # [d]
        low, high = torch.minimum(low, far.amin(0) - step), torch.maximum(high, far.amax(0) + step)
    return None


def _looked_at(log_size: Callable[[Tensor], Tensor], low: Tensor, high: Tensor, counts: list[int]) -> tuple[list[Tensor], Tensor]:
    """The axes of a grid over a box, and log_size there, [n_1, .., n_d]."""
    axes = [torch.linspace(a, b, n, dtype=torch.float64) for a, b, n in zip(low.tolist(), high.tolist(), counts, strict=True)]
    return axes, log_size(grid_points(axes).reshape(-1, len(axes))).reshape(counts)


def _over_atoms(law: Mixture, integrand: Integrand) -> Expectation | None:
    log_factor, factor = integrand(law.components.means[law.support])
    value = float((torch.exp(law.log_weights[law.support] + log_factor) * factor).sum())
    return Expectation(value, 0.0) if math.isfinite(value) else None
