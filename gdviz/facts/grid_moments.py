"""Means and tails of r and 1/r under a law, by plain sums on a wide grid: no simulation, and nothing of `metrics.exact`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdviz.laws import Law
from gdviz.metrics.mean import Array
from gdviz.rewards import Reward

REACH = {1: 40.0, 2: 25.0}
SPACING = {1: 0.02, 2: 0.2}
"""Half-width of the grid and distance of its points: a sum over a smooth density is exact once its narrowest
deviation (0.6) is some three spacings."""

EDGE = 1e-6
"""Share of an integral in the outer tenth of the grid from which it counts as infinite, or as reaching beyond."""

RARE = 0.01
"""Share of the runs that see a value beyond the quantile, where the quantity is largest, to which values are cut down. A third
moment may be infinite for the sake of such values alone, and yet their being seen or not moves the coverage by this at most:
one point, which is what the rule that withholds bands allows (`metrics.skewness.LARGEST`)."""


@dataclass(frozen=True)
class Moments:
    """Of one quantity under one law, as a run of n particles sees it.

    Attributes
    ----------
    n : int
    mean : float
        Infinite where the grid does not hold the integral.
    rare : float
        What cutting at the quantile of RARE / n takes from the mean.
    sd, skewness : float
        Of the quantity so cut.
    """

    n: int
    mean: float
    rare: float
    sd: float
    skewness: float

    def is_heavy(self, most: float) -> bool:
        """Whether the mean has no normal interval: skewness / sqrt n above `most`, or a fifth of the s.e. unseen."""
        return not (self.skewness <= most * math.sqrt(self.n) and self.rare <= 0.2 * self.sd / math.sqrt(self.n))


@dataclass(frozen=True)
class MomentGrid:
    """A density on points."""

    x: Tensor
    log_mass: Array

    @classmethod
    def of(cls, law: Law) -> MomentGrid:
        """The law on the usual grid of its dimension."""
        d = law.dimension
        axis = torch.arange(-REACH[d], REACH[d] + SPACING[d] / 2, SPACING[d], dtype=torch.float64)
        x = torch.cartesian_prod(*[axis] * d).reshape(-1, d)  # [M, d]
        return cls(x, (law.log_density(x, 0.0) + d * math.log(SPACING[d])).numpy())

    def moments(self, log_f: Array, n: int) -> Moments:
        """Moments of f, given log f at the points, for runs of n particles."""
        mean = self._integral(log_f)
        mass = np.exp(self.log_mass)  # [M]
        order = np.argsort(log_f)
        above = len(order) - int(np.searchsorted(np.cumsum(mass[order][::-1]), RARE / n))
        f = np.exp(np.minimum(log_f, log_f[order[max(0, above - 1)]]))  # [M]
        cut = float((mass * f).sum())
        sd = math.sqrt(float((mass * (f - cut) ** 2).sum()))
        skewness = float((mass * (f - cut) ** 3).sum()) / sd**3 if sd else 0.0
        return Moments(n, mean, mean - cut, sd, skewness)

    def rewards(self, reward: Reward, n: int) -> tuple[Moments, Moments]:
        """Moments of r and of 1 / r, for runs of n particles."""
        log_r = reward.log(self.x).numpy()  # [M]
        return self.moments(log_r, n), self.moments(-log_r, n)

    def spread(self) -> float:
        """Root of the trace of the covariance."""
        mass = torch.from_numpy(np.exp(self.log_mass))[:, None]  # [M, 1]
        mean = (mass * self.x).sum(0)  # [d]
        return math.sqrt(float((mass * (self.x - mean) ** 2).sum()))

    def _integral(self, log_f: Array) -> float:
        log_terms = self.log_mass + log_f  # [M]
        top = float(log_terms.max())
        terms = np.exp(log_terms - top)  # [M]
        whole = float(terms.sum())
        outer = (self.x.abs().amax(-1) > 0.9 * float(self.x.abs().max())).numpy()  # [M]
        if float(terms[outer].sum()) > EDGE * whole or top > 600:
            return math.inf
        return math.exp(top) * whole
