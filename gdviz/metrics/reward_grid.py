"""A law and a reward on one grid: quick means of r with an error, and what a picture of both is drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gdviz.laws import Law, Mixture
from gdviz.laws.quadrature import grid_points, node_counts
from gdviz.record import Floats
from gdviz.rewards import Reward

LEAST, USUAL, MOST = {1: 501, 2: 61}, {1: 2001, 2: 121}, {1: 2001, 2: 161}
"""Points of each axis, by dimension: of the largest mixtures, of most laws, of narrow ones and of atoms."""

MOST_SHOWN = {1: 400, 2: 100}
"""Points of each axis of a picture, which a browser is sent."""

COSTLIEST = 6_000_000
"""Points times components, so that a grid is made in some 30 ms whatever the law."""

SHOWN_NOISE = 2e-3
"""Atoms have no density: they are drawn at this noise variance, as on the stage."""

BOXES = ((1e-8, 0.0), (1e-15, 0.0), (1e-15, 0.5))
"""Mass that a box may leave out, and its share by which it is made wider at each end: the first that holds E r^2 is taken."""

EDGE, EDGE_WIDTH = 1e-5, 16
"""Share of a mean in the outer sixteenths of the axes above which the box does not hold it."""

SHOWN_MASS = 1e-3
"""Mass of either law that a picture may leave out at each end of an axis."""


class GridMean(NamedTuple):
    """log of a mean; and as shares of it, all added up: what it changes by on every second point, what lies at the edge of the
    box, and what the law's own mass is off by."""

    log: float
    relative_error: float


@dataclass(frozen=True)
class RewardPicture:
    """What is drawn of a reward on a law, d <= 2.

    Attributes
    ----------
    axes : tuple of d arrays
        Positions along each axis, ascending.
    reward : array, shape [n] or [n_y, n_x]
        r, in 2-D with y along the first axis.
    density : array, of the same shape
        p.
    tilted : array or None
        p r / E r, None where r is refused.
    """

    axes: tuple[Floats, ...]
    reward: Floats
    density: Floats
    tilted: Floats | None


@dataclass(frozen=True)
class RewardGrid:
    """log p and log r at the points of a product grid.

    Attributes
    ----------
    axes : tuple of d Tensors
    x : Tensor, shape [n_1, .., n_d, d]
    log_p : Tensor, shape [n_1, .., n_d]
        At zero noise; of atoms at SHOWN_NOISE.
    log_r : Tensor, of the same shape
        NaN or -inf where r is not above 0.
    """

    axes: tuple[Tensor, ...]
    x: Tensor
    log_p: Tensor
    log_r: Tensor

    def moment(self, power: int) -> GridMean | None:
        """E r^power; None where the grid does not hold it."""
        log_f = self.log_p + power * self.log_r  # [n_1, .., n_d]
        share = torch.softmax(log_f.flatten(), 0).reshape(log_f.shape)
        outer = [(axis, at, n // EDGE_WIDTH) for axis, n in enumerate(share.shape) for at in (0, n - n // EDGE_WIDTH)]
        edge = sum(float(share.narrow(axis, at, width).sum()) for axis, at, width in outer)
        log_mean = self._log_integral(log_f, 1)
        if not (math.isfinite(log_mean) and edge < EDGE):
            return None
        half, mass = self._log_integral(log_f, 2) - log_mean, self._log_integral(self.log_p, 1)
        return GridMean(log_mean, abs(math.expm1(half)) + edge + abs(math.expm1(mass)))

    def has_mass(self, below: float = 1e-6) -> Tensor:
        """Where the density is at least this share of its highest, [n_1, .., n_d]."""
        return self.log_p >= self.log_p.max() + math.log(below)

    def picture(self, reward: Reward, log_mean: float | None, tilted: Law | None, shown_at: float) -> RewardPicture:
        """The part of the grid that holds both laws.

        Parameters
        ----------
        reward : Reward
        log_mean : float or None
            log E r; None where r is refused, so that there is no tilted law.
        tilted : Law or None
            The tilted law where it is known without the grid.
        shown_at : float
            The noise variance at which the laws are drawn.
        """
        log_tilted = None
        if log_mean is not None:
            log_tilted = self.log_p + self.log_r - log_mean if tilted is None else tilted.log_density(self.x, shown_at)
        laws = [self.log_p] if log_tilted is None else [self.log_p, log_tilted]
        part = tuple(_holding(laws, axis) for axis in range(len(self.axes)))  # of the grid
        order = tuple(reversed(range(len(self.axes))))  # y first

        def shown(values: Tensor) -> Floats:
            return np.ascontiguousarray(values[part].permute(order).numpy())

        return RewardPicture(
            axes=tuple(axis[here].numpy() for axis, here in zip(self.axes, part, strict=True)),
            reward=shown(reward(self.x)),
            density=shown(self.log_p.exp()),
            tilted=None if log_tilted is None else shown(log_tilted.exp()),
        )

    def _log_integral(self, log_f: Tensor, step: int) -> float:
        """log of the integral of exp(log_f) over the box, from every `step`-th point of each axis."""
        cell = math.prod(float(axis[step] - axis[0]) for axis in self.axes)
        every = log_f[tuple(slice(None, None, step) for _ in self.axes)]
        return float(torch.logsumexp(every.flatten(), 0)) + math.log(cell)


def reward_grid(law: Law, reward: Reward) -> RewardGrid:
    """Evaluate both on a grid over the law's box, d <= 2, wide enough for E r^2 where one is.

    The sum over a grid whose points are no further apart than the narrowest component is wide is right to many digits for a
    smooth r; where r jumps it is right to about the share of a cell. `GridMean.relative_error` measures either.
    """
    first = grid = _on_box(law, reward, *BOXES[0])
    for box in () if law.atomic else BOXES[1:]:
        if grid.moment(2) is not None:
            return grid
        grid = _on_box(law, reward, *box)
    return first if grid.moment(2) is None else grid


def shown_noise(law: Law) -> float:
    """The noise variance at which a law is drawn: none, unless it is atoms."""
    return SHOWN_NOISE if law.atomic else 0.0


def _on_box(law: Law, reward: Reward, outside: float, wider: float) -> RewardGrid:
    low, high = law.box(outside)  # [d]
    margin = wider * (high - low) + 4 * shown_noise(law) ** 0.5
    low, high = low - margin, high + margin
    d = law.dimension
    components = len(law.support) if isinstance(law, Mixture) else 1
    most = min(MOST[d], max(LEAST[d], math.floor((COSTLIEST / components) ** (1 / d))))
    usual = most if law.atomic else min(USUAL[d], most)
    counts = [n + (n + 1) % 2 for n in node_counts(law, high - low, usual, most)]  # odd: every second has both ends
    axes = [torch.linspace(a, b, n, dtype=torch.float64) for a, b, n in zip(low.tolist(), high.tolist(), counts, strict=True)]
    x = grid_points(axes)  # [n_1, .., n_d, d]
    log_r = reward.log(x)
    log_r = torch.where(torch.isnan(log_r), -torch.inf, log_r)
    return RewardGrid(tuple(axes), x, law.log_density(x, shown_noise(law)), log_r)


def _holding(laws: list[Tensor], axis: int) -> slice:
    """Along an axis, the points between which each law has all but SHOWN_MASS at either end."""
    first, last = laws[0].shape[axis] - 1, 0
    for log_density in laws:
        share = torch.softmax(log_density.flatten(), 0).reshape(log_density.shape)  # [n_1, .., n_d]
        mass = share.movedim(axis, 0).reshape(share.shape[axis], -1).sum(1)  # [n]
        below = mass.cumsum(0)
        first = min(first, int((below < SHOWN_MASS).sum()))
        last = max(last, int((below < 1 - SHOWN_MASS).sum()))
    first, last = max(first - 1, 0), last + 1
    return slice(first, last + 1, math.ceil((last - first) / MOST_SHOWN[laws[0].dim()]))
