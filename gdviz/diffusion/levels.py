"""The time grid of a run: noise variances from nearly 1 down to nearly 0."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from gdviz.errors import GdvizError
from gdviz.family import Family, Kind

LEVELS = Family("levels", "gdviz.diffusion.spacings")

Variance = Annotated[float, Field(ge=1e-12, le=1 - 1e-12)]

SHORTEST = 1e-6
"""Least distance of the two ends in log-SNR: 20,000 levels between them are still distinct numbers."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the denoising: from noise variance `t` down to `t_next`.

    Attributes
    ----------
    index : int
        0 for the first (noisiest) step.
    t, t_next : float
        Noise variances before and after the step; flow time and sigma are functions of them.
    alpha_bar, alpha_bar_next : float
        1 - t and 1 - t_next, carried apart so that neither loses digits.
    total : int
        How many steps the run has.
    """

    index: int
    t: float
    t_next: float
    alpha_bar: float
    alpha_bar_next: float
    total: int

    @property
    def a(self) -> float:
        """alpha_bar / alpha_bar_next < 1, the signal kept by one forward step."""
        return self.alpha_bar / self.alpha_bar_next

    @property
    def beta(self) -> float:
        """1 - a. The difference is taken between the smaller pair, (t, t') or (alpha_bar', alpha_bar), which keeps its digits."""
        near_data = self.t < self.alpha_bar
        drop = self.t - self.t_next if near_data else self.alpha_bar_next - self.alpha_bar
        return drop / self.alpha_bar_next

    @property
    def du(self) -> float:
        """The step in u = log alpha_bar."""
        beta = self.beta
        return -math.log1p(-beta) if beta < 0.5 else -math.log(self.a)

    @property
    def sigma(self) -> float:
        """sqrt(t / alpha_bar), EDM's noise standard deviation."""
        return math.sqrt(self.t / self.alpha_bar)

    @property
    def sigma_ratio(self) -> float:
        """sigma' / sigma < 1; minus its logarithm is half the step in log-SNR."""
        return math.sqrt(self.a * self.t_next / self.t)

    @property
    def sigma_drop(self) -> float:
        """1 - sigma' / sigma, formed without cancellation: 1 - (sigma' / sigma)^2 = (1 - a) / t."""
        return self.beta / self.t / (1 + self.sigma_ratio)


@dataclass(frozen=True)
class Levels:
    """Float64 pairs (alpha_bar, t), noisiest first.

    Attributes
    ----------
    alpha_bar, t : ndarray, shape [steps + 1]
    """

    alpha_bar: NDArray[np.float64]
    t: NDArray[np.float64]

    @staticmethod
    def from_log_snr(log_snr: NDArray[np.float64]) -> Levels:
        """Levels from increasing log-SNR values log(alpha_bar / t)."""
        return Levels(alpha_bar=1 / (1 + np.exp(-log_snr)), t=1 / (1 + np.exp(log_snr)))

    @property
    def steps(self) -> int:
        return len(self.t) - 1

    @property
    def log_snr(self) -> NDArray[np.float64]:
        return np.log(self.alpha_bar) - np.log(self.t)

    def moments(self) -> Iterator[Moment]:
        """The steps in the order they are taken."""
        ab, t = self.alpha_bar.tolist(), self.t.tolist()
        for k in range(self.steps):
            yield Moment(k, t[k], t[k + 1], ab[k], ab[k + 1], self.steps)

    def halved(self) -> Levels:
        """Every second level, both ends kept: the grid of the step-change measurement."""
        keep = np.unique(np.r_[np.arange(0, self.steps + 1, 2), self.steps])
        return Levels(self.alpha_bar[keep], self.t[keep])

    def uniform_frames(self, frames: int) -> NDArray[np.int64]:
        """Indices of at most `frames` levels nearest to uniform in log-SNR, both ends included."""
        log_snr = self.log_snr
        wanted = np.linspace(log_snr[0], log_snr[-1], min(frames, self.steps + 1))
        right = np.clip(np.searchsorted(log_snr, wanted), 1, self.steps)
        left_is_nearer = wanted - log_snr[right - 1] < log_snr[right] - wanted
        return np.unique(np.where(left_is_nearer, right - 1, right))


class LevelsKind(Kind):
    """A spacing: a coordinate in which the levels are uniform, and the ends it has by default.

    `start` and `stop` (noise variances, start > stop) fix the ends, as order-of-convergence
    measurements need; the default ends belong to the spacing.
    """

    start: Annotated[
        Variance | None, Field(description="Noise variance of the first level; the spacing's own where left out.")
    ] = None
    stop: Annotated[Variance | None, Field(description="Noise variance of the last level, below that of the first.")] = None

    @model_validator(mode="after")
    def _ordered(self) -> LevelsKind:
        if self.start is not None and self.stop is not None and self.start <= self.stop:
            raise ValueError(f"found start {self.start} and stop {self.stop}; start must be the larger noise variance")
        return self

    def coordinate(self, log_snr: float) -> float:
        """The coordinate that is spaced uniformly, as a function of log-SNR."""
        raise NotImplementedError

    def log_snr(self, coordinate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Inverse of `coordinate`."""
        raise NotImplementedError

    def default_ends(self, steps: int) -> tuple[float, float]:
        """log-SNR of the first and last level when `start` and `stop` are not given."""
        raise NotImplementedError

    def build(self, steps: int) -> Levels:
        """`steps` + 1 levels, uniform in `coordinate`.

        Raises
        ------
        GdvizError
            If the ends coincide, or one given end lies beyond the spacing's own other end.
        """
        first, last = self._ends(steps)
        grid = np.linspace(self.coordinate(first), self.coordinate(last), steps + 1)
        log_snr = self.log_snr(grid)
        log_snr[0], log_snr[-1] = first, last
        return Levels.from_log_snr(log_snr)

    def _ends(self, steps: int) -> tuple[float, float]:
        first, last = self.default_ends(steps)
        first = first if self.start is None else float(np.log1p(-self.start) - np.log(self.start))
        last = last if self.stop is None else float(np.log1p(-self.stop) - np.log(self.stop))
        if not first + SHORTEST < last:
            raise GdvizError(
                f"levels: found start {1 / (1 + np.exp(first)):.6g} and stop {1 / (1 + np.exp(last)):.6g} "
                "(the spacing's own where not given); start must be the larger noise variance, by more than rounding."
            )
        return first, last
