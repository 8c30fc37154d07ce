"""Integrals of functions that jump and bend along known curves, d <= 2: every cell ends at the curve.

On a line the crossings are found and become edges of cells. In the plane the integral goes line by line: along each
line in y the pieces between crossings are smooth; their integrals, a function of x with corners at most
where two crossings meet, go to the adaptive rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gdviz.laws.breaks import crossings
from gdviz.laws.quadrature_cells import TOLERANCE, Density, Expectation, integrate_cells, uniform_edges
from gdviz.rewards import Break

SAMPLES = {1: 4001, 2: 241}
"""Places on each line in which each break is looked at, by dimension."""

FINE, ROUGH = 16, 10
"""Gauss-Legendre nodes per piece, and those of the rule whose distance is the error along a line."""

ACCURATE = 1e-8
"""Relative error along the lines that is good enough; pieces are made smaller until it is reached, MOST_PIECES at most."""

MOST_PIECES = 256

LINE_TOLERANCE = 1e-10
"""`TOLERANCE` across the lines."""

ACROSS = (0.07, 0.29, 0.5, 0.66, 0.91)
"""Heights, as shares of the box, at which lines across are looked at for crossings."""

TOGETHER = 400_000
"""Evaluations at once."""


def integrate_pieces(f: Density, breaks: Sequence[Break], box: tuple[Tensor, Tensor], largest: float, budget: int) -> Expectation:
    """Integral over a box of an f that is smooth but where a break is 0; `largest` is the width of the widest cell."""
    (low, *rest_low), (high, *rest_high) = (corner.tolist() for corner in box)
    if not rest_low:
        places = crossings(breaks, lambda line, s: s[..., None], 1, low, high, SAMPLES[1])[0]
        return integrate_cells(f, [_with(uniform_edges(low, high, largest), places)], budget, TOLERANCE)
    (bottom,), (top,) = rest_low, rest_high
    heights = bottom + (top - bottom) * torch.tensor(ACROSS, dtype=torch.float64)  # [H]
    across = crossings(breaks, lambda line, s: torch.stack([s, heights[line]], -1), len(ACROSS), low, high, SAMPLES[1])
    edges = _with(uniform_edges(low, high, largest), across.flatten())
    pieces = len(uniform_edges(bottom, top, largest / 2)) - 1
    spent = 0
    while True:
        lines = _Lines(f, breaks, bottom, top, pieces)
        value, error = integrate_cells(lines, [edges], max(1, budget // 10 // (FINE * pieces)), LINE_TOLERANCE)
        integral = Expectation(value, error + lines.error * (high - low))
        spent += lines.spent
        if lines.error * (high - low) <= ACCURATE * abs(value) or 2 * pieces > MOST_PIECES or 2 * spent > budget:
            return integral
        pieces *= 2


def _with(edges: Tensor, more: Tensor) -> Tensor:
    return torch.cat([edges, more]).unique()


class _Lines:
    """x [n, 1] -> the integral of f along y, [n]; `error` is the worst of all lines so far, `spent` the evaluations."""

    def __init__(self, f: Density, breaks: Sequence[Break], bottom: float, top: float, pieces: int) -> None:
        self.f, self.breaks, self.ends = f, breaks, (bottom, top)
        self.edges = torch.linspace(bottom, top, pieces + 1, dtype=torch.float64)
        self.error, self.spent = 0.0, 0

    def __call__(self, x: Tensor) -> Tensor:
        many = max(1, TOGETHER // (FINE * len(self.edges)))
        return torch.cat([self._some(part) for part in x[:, 0].split(many)])

    def _some(self, x: Tensor) -> Tensor:
        places = crossings(self.breaks, lambda line, s: torch.stack([x[line], s], -1), len(x), *self.ends, SAMPLES[2])
        edges = torch.cat([self.edges.expand(len(x), -1), places], 1).sort(1).values  # [n, P + 1]
        line, piece = (edges[:, 1:] > edges[:, :-1]).nonzero(as_tuple=True)  # [K]
        low, high = edges[line, piece], edges[line, piece + 1]
        fine, rough = (self._pieces(x[line], low, high, n) for n in (FINE, ROUGH))  # [K]
        zero = x.new_zeros(len(x))
        self.error = max(self.error, float(zero.index_add(0, line, (fine - rough).abs()).max()))
        return zero.index_add(0, line, fine)

    def _pieces(self, x: Tensor, low: Tensor, high: Tensor, count: int) -> Tensor:
        """Gauss-Legendre integrals of pieces of lines, [K]."""
        nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(count))
        half = (high - low) / 2
        y = ((low + high) / 2)[:, None] + half[:, None] * nodes  # [K, G]
        points = torch.stack([x[:, None].expand_as(y), y], -1)  # [K, G, 2]
        self.spent += y.numel()
        return self.f(points.flatten(0, 1)).reshape(y.shape) @ weights * half
