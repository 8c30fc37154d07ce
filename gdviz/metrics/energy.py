"""Energy distance between two samples, its standard error, and what it shows between two samples of one law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from gdviz.metrics.mean import UNKNOWN, Mean

_BLOCK = 128
"""Rows of the distance matrix held at once, so that a block stays in the cache."""

FLOOR_POINTS = 800
FLOOR_HALVINGS, NULL_HALVINGS = 200, 1000


class Within:
    """A sample and what every distance to another one needs of it.

    Parameters
    ----------
    x : Tensor, shape [n, d]
    together : int
        How many points in a row belong to one population: only points of different ones are independent.
    """

    def __init__(self, x: Tensor, together: int = 1) -> None:
        self.x, self.together = x, together
        self._sums: Tensor | None = None

    @property
    def others(self) -> int:
        """How many points are independent of each one."""
        return len(self.x) - self.together

    @property
    def sums(self) -> Tensor:
        """Sums of |x_i - x_j| over the j that are independent of i, [n]."""
        if self._sums is None:
            self._sums = distance_sums(self.x, self.x)[0]
            if self.together > 1:
                family = self.x.double().reshape(-1, self.together, self.x.shape[1])  # [M, K, d]
                self._sums = self._sums - torch.cdist(family, family).sum(-1).flatten()
        return self._sums

    def variance_of_mean(self, values: Tensor) -> float:
        """Variance of the mean of one value a point, [n]."""
        return float(values.reshape(-1, self.together).mean(1).var()) * self.together / len(values)


def energy_distance(x: Tensor | Within, y: Tensor | Within) -> Mean:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'| as a U-statistic, unbiased, so it may fall below 0.

    Parameters
    ----------
    x, y : Tensor or Within, shapes [n, d] and [m, d]
        Independent samples of two laws.

    Returns
    -------
    Mean
        The standard error is that of the first Hoeffding projection.
    """
    x, y = _within(x), _within(y)
    n, m = len(x.x), len(y.x)
    if x.others < 1 or y.others < 1:
        return UNKNOWN
    x_to_y, y_to_x = distance_sums(x.x, y.x)
    a, c = x_to_y / m, y_to_x / n  # [n], [m]
    b, e = x.sums / x.others, y.sums / y.others  # [n], [m]
    value = float(2 * a.mean() - b.mean() - e.mean())
    se = 2 * math.sqrt(x.variance_of_mean(a - b) + y.variance_of_mean(c - e))
    return Mean(value, se) if math.isfinite(value) and math.isfinite(se) else UNKNOWN


def energy_change(x: Within, coarse: Within, y: Tensor) -> float:
    """`energy_distance` of x less that of coarse [n, d], both to y [m, d]."""
    n = len(x.x)
    to_y = float((distance_sums(x.x, y)[0] - distance_sums(coarse.x, y)[0]).sum()) / (n * len(y))
    within = float((x.sums - coarse.sums).sum()) / (n * x.others)
    return 2 * to_y - within


def _within(x: Tensor | Within) -> Within:
    return x if isinstance(x, Within) else Within(x)


@dataclass(frozen=True, eq=False)
class EnergyNull:
    """Energy distances between two independent samples of one law, by random halvings: [halvings]."""

    values: Tensor

    @property
    def spread(self) -> float:
        """Their standard deviation."""
        return float(self.values.std())

    def p_value(self, distance: float) -> float:
        """The share of them that are at least as large, the distance itself counted."""
        return (1 + int((self.values >= distance).sum())) / (1 + len(self.values))


def energy_null(y: Tensor, n: int) -> EnergyNull | None:
    """The law of the energy distance between two independent samples of n points of the law of y [m, d]; see `energy_floor`."""
    distances = _null(y, n, NULL_HALVINGS)
    return None if distances is None else EnergyNull(distances)


def energy_floor(y: Tensor, n: int) -> float | None:
    """95 % quantile of the energy distance between two independent samples of n points of one law.

    Random halvings of one sample y [m, d] of the law give the distribution at m / 2 points; with equal
    laws the statistic shrinks like 1 / n.
    """
    distances = _null(y, n, FLOOR_HALVINGS)
    return None if distances is None else float(distances.quantile(0.95))


def _null(y: Tensor, n: int, halvings: int) -> Tensor | None:
    """Distances between random halves of y at n points, [halvings]."""
    half = min(len(y), FLOOR_POINTS) // 2
    if half < 10:
        return None
    y = y[: 2 * half].float()
    table = torch.cdist(y, y)  # [2h, 2h]
    side = _halvings(half, halvings)  # [halvings, 2h]
    total = float(table.double().sum())
    signed = ((side @ table) * side).double().sum(1)  # [halvings]  within minus across
    across, within = (total - signed) / 2, (total + signed) / 2  # ordered pairs
    return (across / half**2 - within / (half * (half - 1))) * (half / n)  # [halvings]


@lru_cache(maxsize=8)
def _halvings(half: int, count: int) -> Tensor:
    """Random signs, +1 for half of the 2 half points and -1 for the others, [count, 2 half]."""
    order = torch.rand(count, 2 * half, generator=torch.Generator().manual_seed(half)).argsort(1)
    return torch.where(order < half, 1.0, -1.0)


def distance_sums(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Sums of |x_i - y_j| over j, [n], and over i, [m], in float64."""
    if x.shape[1] == 1:
        return _sums_on_a_line(x[:, 0], y[:, 0]), _sums_on_a_line(y[:, 0], x[:, 0])
    x, y = x.float(), y.float()
    over_y, over_x = [], torch.zeros(len(y), dtype=torch.float64)
    for rows in x.split(_BLOCK):
        block = _distances(rows, y)  # [block, m]
        over_y.append(block.sum(1).double())
        over_x += block.sum(0)
    return torch.cat(over_y), over_x


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """|x_i - y_j| without cancellation, [n, m]."""
    if x.shape[1] > 4:
        return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
    square = (x[:, :1] - y[:, 0]).square_()  # [n, m]
    for k in range(1, x.shape[1]):
        difference = x[:, k : k + 1] - y[:, k]
        square.addcmul_(difference, difference)
    return square.sqrt_()


def _sums_on_a_line(x: Tensor, y: Tensor) -> Tensor:
    """Sum over j of |x_i - y_j| from the sorted y, [n]: no distance matrix on a line."""
    x, y = x.double(), y.double().sort().values
    below = torch.searchsorted(y, x)  # [n]
    partial = torch.cat([y.new_zeros(1), y.cumsum(0)])  # [m + 1]
    return x * (2 * below - len(y)) - 2 * partial[below] + partial[-1]
