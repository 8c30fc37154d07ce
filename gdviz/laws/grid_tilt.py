"""A law tilted by any reward, d <= 2: the base law's exact score plus the gradient of a tabulated log r_t."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Self

import numpy as np
import torch
from torch import Tensor

from gdviz.laws.grid_tilt_table import RewardTable, TableSize
from gdviz.laws.law import Law, Pair, PairScores, Points, TiltedBy, Time
from gdviz.rewards import Reward

SIZES = {1: TableSize(1536, 4096, 1024, 64), 2: TableSize(224, 512, 256, 80)}
"""By dimension; chosen so that the tables are made within two seconds on one thread."""

MARGIN = 1.5
"""A cell's density is bounded by 1.5 times the largest at its corners, for sampling."""

ERROR_LEVELS = (0.9, 0.5, 0.2, 0.05, 0.01, 0.001)
ERROR_POINTS = 2048
"""Noise variances, and samples at each, at which the error is measured."""


class GridTilt(Law):
    """p^r(x) = r(x) p(x) / E r with log r_t(x) = log E[r(X_0) | X_t = x] interpolated from tables (MATH section 2).

    score = base score + grad log r_t, log density = base log density + log r_t - log E r; the first is
    the gradient of the second. `error` is measured against tables of half the resolution.

    Parameters
    ----------
    base : Law
        Exact, d <= 2.
    reward : Reward
    name : str

    Raises
    ------
    GdvizError
        If E r is infinite.
    """

    def __init__(self, base: Law, reward: Reward, name: str) -> None:
        self.base, self.reward, self.name = base, reward, name
        self.dimension, self.labels, self.origin = base.dimension, (), TiltedBy(reward)
        self.table = RewardTable(base, reward, SIZES[base.dimension])
        self.log_mean = self.table.log_mean

    # ------------------------------------------------------------------ the noised law
    def score(self, x: Tensor, t: Time) -> Tensor:
        return self.base.score(x, t) + self.log_factor(x, t)[1]

    def log_density(self, x: Tensor, t: Time) -> Tensor:
        return self.base.log_density(x, t) + self.log_factor(x, t)[0]

    def log_factor(self, x: Tensor, t: Time) -> tuple[Tensor, Tensor]:
        """log r_t(x) - log E r and its gradient, shapes [...] and [..., d]."""
        return _log_factor(self.table, x, t)

    def pair_with(self, away: Law) -> Pair | None:
        """Against its own base the push is the gradient of the table alone, with no difference of scores."""
        if away is not self.base:
            return None

        run = self.remembering()

        def pair(x: Tensor, t: float) -> PairScores:
            log_ratio, push = run.log_factor(x, t)
            return PairScores(run.base.score(x, t) + push, push, lambda: log_ratio)

        return pair

    def remembering(self) -> Self:
        run = copy.copy(self)
        run.base, run.table = self.base.remembering(), self.table.remembering()
        return run

    # ------------------------------------------------------------------ the clean law
    def sample(self, n: int, generator: torch.Generator) -> Points:
        """Exact by rejection: a cell of the grid by its bound, a point uniform in it, kept with probability p r / bound.

        The bound is the largest p r at the cell's corners times a margin; mass outside the box (1e-10
        of E r at most) is left out.
        """
        x = torch.cat([b for b in self._batches(n, generator)])[:n]  # [n, d]
        return Points(x, torch.full((n,), -1))

    def box(self, outside: float = 1e-6) -> tuple[Tensor, Tensor]:
        grid = self.table.grid
        low, high = [], []
        for axis, marginal in zip(grid.axes, grid.marginals, strict=True):
            mass = marginal.cumsum(0)  # [n]
            low.append(axis[int((mass < outside / 2).sum().sub(1).clamp_min(0))])
            high.append(axis[int((mass < 1 - outside / 2).sum().add(1).clamp_max(len(axis) - 1))])
        return torch.stack(low), torch.stack(high)

    def _batches(self, n: int, generator: torch.Generator) -> list[Tensor]:
        grid = self.table.grid
        bound = grid.log_p + grid.log_r  # [n_1, .., n_d]
        for axis in range(self.dimension):
            count = bound.shape[axis] - 1
            bound = torch.maximum(bound.narrow(axis, 0, count), bound.narrow(axis, 1, count))
        flat = bound.flatten()
        chances = torch.softmax(flat, 0).cumsum(0)  # [cells]
        low = torch.stack([axis[0] for axis in grid.axes])  # [d]
        step = torch.stack([axis[1] - axis[0] for axis in grid.axes])  # [d]
        batches, accepted = [], 0
        while accepted < n:
            draws = torch.rand(2 * n + 64, self.dimension + 2, generator=generator, dtype=torch.float64)
            cell = torch.searchsorted(chances, draws[:, 0] * chances[-1]).clamp_max(len(flat) - 1)
            corner = torch.from_numpy(np.stack(np.unravel_index(cell.numpy(), bound.shape), -1))  # [m, d]; torch's imports sympy
            x = low + (corner + draws[:, 2:]) * step  # [m, d]
            log_accept = self.base.log_density(x, 0.0) + self.reward.log(x) - flat[cell] - torch.tensor(MARGIN).log()
            batches.append(x[draws[:, 1].log() < log_accept])
            accepted += len(batches[-1])
        return batches

    @cached_property
    def error(self) -> float:
        """Rms of sqrt(t) times the score's change at half the resolution, relative to that of sqrt(t) times the score.

        Measured when first asked for: it takes as long as making the law.
        """
        coarse = RewardTable(self.base, self.reward, SIZES[self.dimension], coarser=2)
        generator = torch.Generator().manual_seed(0)
        half = ERROR_POINTS // 2
        off, size = 0.0, 0.0
        for t in ERROR_LEVELS:
            clean = torch.cat([self.sample(half, generator).x, self.base.sample(half, generator).x])  # [n, d]
            x = (1 - t) ** 0.5 * clean + t**0.5 * torch.randn(clean.shape, generator=generator, dtype=torch.float64)
            gradient = self.log_factor(x, t)[1]
            off += t * float((gradient - _log_factor(coarse, x, t)[1]).square().sum())
            size += t * float((self.base.score(x, t) + gradient).square().sum())
        return (off / size) ** 0.5


def _log_factor(table: RewardTable, x: Tensor, t: Time) -> tuple[Tensor, Tensor]:
    rows = x.movedim(-1, 0).reshape(x.shape[-1], -1)  # [d, M]
    if isinstance(t, Tensor) and t.numel() > 1:
        value, gradient = rows.new_empty(rows.shape[1]), torch.empty_like(rows)
        levels, which = torch.unique(t.broadcast_to(x.shape[:-1]).reshape(-1), return_inverse=True)
        for k, level in enumerate(levels.tolist()):
            mine = which == k
            value[mine], gradient[:, mine] = table.at(level, x)(rows[:, mine])
    else:
        value, gradient = table.at(float(t), x)(rows)
    return (value - table.log_mean).reshape(x.shape[:-1]), gradient.reshape(-1, *x.shape[:-1]).movedim(0, -1)
