"""log r_t(x) = log E[r(X_0) | X_t = x] in tables: one a noise level, interpolated in x and in level."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor

from gdviz.laws.break_places import BreakPlaces
from gdviz.laws.grid_tilt_breaks import NearBreaks
from gdviz.laws.grid_tilt_interpolation import Surface
from gdviz.laws.grid_tilt_quadrature import CleanGrid, clean_grid
from gdviz.laws.law import Law
from gdviz.laws.quadrature import grid_points
from gdviz.laws.recent import AtLevel, remembered
from gdviz.rewards import Reward

GHOSTS = 2
"""Nodes beyond each side of a table, from which slopes at the sides are differenced."""

REACH = 7.0
"""Standard deviations of the noise that a table reaches beyond the box."""

FIRST_SNR = 0.02
"""The noisiest table is where sqrt(alpha_bar) times the radius is this; beyond it log r_t is linear in sqrt(SNR)."""

LAST_SPACINGS = 1.5
"""The least noisy table is where sigma is 1.5 input spacings; below it log r_t is a parabola in sigma^2 down to log r."""

NARROW = 2.5
"""Noise of fewer spacings of a table than this is narrower than what a table shows of a jump or a kink: see `NearBreaks`."""

BLUR = 9.0
"""Deviations of the least noisy table's noise within which a break is seen in a parabola made of it."""

RARE = 30.0
"""A break where p and p r are below exp(-30) of their largest is left to the table: no particle gets there."""

_REMEMBERED = 4


class TableSize(NamedTuple):
    """How many numbers the tables hold.

    Attributes
    ----------
    least, most : int
        Bounds on the nodes of the clean grid per axis; see `clean_grid`.
    nodes : int
        Nodes of each table per axis.
    levels : int
        Number of noise levels, uniform in log-SNR; the exact one at t = 0 comes on top.
    """

    least: int
    most: int
    nodes: int
    levels: int


class RewardTable:
    """log r_t and its gradient for any reward on a law with d <= 2.

    A table covers sqrt(alpha_bar) center +- H(t) with H = sqrt(alpha_bar radius^2 + 49 t) in each
    axis, by nodes at fixed fractions xi of H; outside, log r_t is continued linearly. Between levels
    tables are combined at equal xi, cubically in log-SNR.

    Parameters
    ----------
    size : TableSize
    coarser : int
        2 takes half as many nodes and levels everywhere, to measure the error.

    Raises
    ------
    GdvizError
        If E r is infinite.
    """

    _recent: AtLevel[Surface] | None = None

    def __init__(self, law: Law, reward: Reward, size: TableSize, coarser: int = 1) -> None:
        grid = clean_grid(law, reward, size.least, size.most, coarser)
        self.grid, self.nodes = grid, size.nodes // coarser
        self.center, self.radius = grid.center, grid.radius  # [d]
        self.log_mean = grid.log_mean
        first = 2 * math.log(FIRST_SNR / float(self.radius.max()))
        self.last_variance = (LAST_SPACINGS * grid.spacing) ** 2
        self.log_snr = torch.linspace(first, -math.log(self.last_variance), size.levels // coarser, dtype=torch.float64)  # [L]
        tables = []
        for level in self.log_snr.tolist():
            alpha_bar, t = 1 / (1 + math.exp(-level)), 1 / (1 + math.exp(level))
            tables.append(grid.smoothed(alpha_bar, t, self._axes(alpha_bar, t)))
        self.tables = torch.stack(tables)  # [L, N', .., N']
        clean = reward.log(grid_points(self._axes(1.0, 0.0)))  # [N', .., N']
        self.clean = torch.where(torch.isfinite(clean), clean, grid.log_r.min())
        self.near_breaks = _near_breaks(law, reward, grid, [axis[GHOSTS:-GHOSTS] for axis in self._axes(1.0, 0.0)], coarser)
        self.spacing = 2 * float(self.radius.max()) / (self.nodes - 1)

    def at(self, t: float, x: Tensor) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
        """log r_t: points [d, M] -> values [M] and gradients [d, M], in the dtype of x."""
        surface = (self._recent or self._surface)(t, x)
        breaks, variance = self.near_breaks, t / (1 - t)
        if breaks is None or not 0 < variance < (NARROW * self.spacing) ** 2:
            return surface
        blurred = BLUR * self.last_variance**0.5 if variance < self.last_variance else 0.0
        return lambda rows: breaks.mend(rows, t, *surface(rows), blurred)

    def remembering(self) -> Self:
        """The same tables for one run, which remembers the last few surfaces."""
        run = copy.copy(self)
        run._recent = remembered(self._surface, _REMEMBERED)
        run.near_breaks = self.near_breaks and self.near_breaks.remembering()
        return run

    def _surface(self, t: float, x: Tensor) -> Surface:
        alpha_bar = 1 - t
        half_width = self._half_width(alpha_bar, t)  # [d]
        low = alpha_bar**0.5 * self.center - half_width  # [d]
        return Surface(self._table(t), GHOSTS, low, 2 * half_width / (self.nodes - 1), x)

    def _table(self, t: float) -> Tensor:
        """log r_t at the nodes, [N', .., N']."""
        level = math.log1p(-t) - math.log(t) if t > 0 else math.inf
        first, last = float(self.log_snr[0]), float(self.log_snr[-1])
        if level >= last:
            return self._near_the_data(t / (1 - t) / self.last_variance)
        if level <= first:
            return self.log_mean + math.exp((level - first) / 2) * (self.tables[0] - self.log_mean)
        count = len(self.log_snr)
        position = (level - first) / (last - first) * (count - 1)
        start = min(max(int(position) - 1, 0), count - 4)
        weights = torch.tensor(_lagrange(position - start, range(4)), dtype=torch.float64)
        return torch.tensordot(weights, self.tables[start : start + 4], dims=1)

    def _near_the_data(self, part: float) -> Tensor:
        """The parabola in sigma^2 through log r and two tables; `part` is sigma^2 in units of the last one's."""
        step = float(self.log_snr[1] - self.log_snr[0])
        back = math.ceil(math.log(2) / step)
        nodes = (0.0, 1.0, math.exp(back * step))
        weights = _lagrange(part, nodes)
        return weights[0] * self.clean + weights[1] * self.tables[-1] + weights[2] * self.tables[-1 - back]

    def _axes(self, alpha_bar: float, t: float) -> list[Tensor]:
        xi = torch.linspace(-1, 1, self.nodes, dtype=torch.float64)  # [N]
        step = xi[1] - xi[0]
        beyond = step * torch.arange(1, GHOSTS + 1, dtype=torch.float64)
        xi = torch.cat([-1 - beyond.flip(0), xi, 1 + beyond])  # [N']
        half_width = self._half_width(alpha_bar, t).tolist()
        return [alpha_bar**0.5 * c + h * xi for c, h in zip(self.center.tolist(), half_width, strict=True)]

    def _half_width(self, alpha_bar: float, t: float) -> Tensor:
        return (alpha_bar * self.radius.square() + REACH**2 * t).sqrt()  # [d]


def _near_breaks(law: Law, reward: Reward, grid: CleanGrid, axes: list[Tensor], coarser: int) -> NearBreaks | None:
    """None where the reward is smooth wherever particles get."""
    breaks, floor = reward.breaks(), float(grid.log_r.min())
    if not breaks:
        return None
    most = float(grid.log_p.max()), float((grid.log_p + grid.log_r).max())

    def log_r(x: Tensor) -> Tensor:
        return reward.log(x).nan_to_num(floor, floor, floor)  # [..]; r <= 0 is allowed far out

    def reached(x: Tensor) -> Tensor:
        log_p = law.log_density(x, 0.0)  # [n]
        return (log_p > most[0] - RARE) | (log_p + log_r(x) > most[1] - RARE)

    places = BreakPlaces(breaks, log_r, axes, reached)
    return NearBreaks(law, log_r, breaks, places, coarser) if places.found else None


def _lagrange(position: float, nodes: Sequence[float]) -> list[float]:
    """Weights of the values at the nodes in the polynomial through them."""
    return [math.prod((position - b) / (a - b) for b in nodes if b != a) for a in nodes]
