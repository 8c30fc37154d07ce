"""E f_t(Y_t) along the denoising, beside the running integral of the improvement identity; and where the gain is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError
from gdviz.metrics.identity import PRECISION
from gdviz.metrics.mean import UNKNOWN, Array, Mean
from gdviz.progress import ProgressCallback, silent
from gdviz.sweep import Chunk, PlanExecutor, SweepOptions, gathered
from gdviz.theory.level_values import LevelValues
from gdviz.theory.subject import Subject
from gdviz.theory.verdict import Verdict, signed_mean

LEVELS = 41
"""Noise levels at which paths are looked at, at most; evenly spaced in log-SNR."""

NORMAL_95 = 1.96


@dataclass(frozen=True)
class LevelPaths:
    """What particles say at each level that is looked at, relative to E f(Y^0); [W, N, F] each.

    Attributes
    ----------
    value : array
        f_t(Y_t).
    integral : array
        Int omega |push|^2 f_t du from the start.
    """

    value: Array
    integral: Array

    @classmethod
    def of(cls, chunk: Chunk) -> LevelPaths:
        """What a sweep's particles say (`MartingaleStudy.options`)."""
        return cls(chunk.readings["value"].numpy(), chunk.readings["integral"].numpy())

    @classmethod
    def joined(cls, parts: Sequence[LevelPaths]) -> LevelPaths:
        """The particles of several ranges."""
        return cls(np.concatenate([p.value for p in parts], 1), np.concatenate([p.integral for p in parts], 1))

    def first(self, n: int) -> LevelPaths:
        """The first n particles."""
        return LevelPaths(self.value[:, :n], self.integral[:, :n])


@dataclass(frozen=True)
class Along:
    """One w along the denoising.

    Attributes
    ----------
    w : float
    value : tuple of Mean, one a level
        E f_t(Y_t).
    predicted : tuple of Mean, one a level
        E f(Y^0) +- w times the running integral along the same paths. Without an error, because exact, at w = 0.
    gap : tuple of Mean, one a level
        The difference, particle by particle: a martingale along the guided path, 0 but for noise and step size.
    gain : Mean
        The whole integral, what a unit of w gains: at w = 0 the size of the slope.
    rate : tuple of Mean, one between two levels
        Where it is made, per unit of log-SNR: E[omega |grad f_t|^2 / f_t] t, since du = t d log-SNR.
    step : tuple of float or None, one a level
        How far the gap moves against half as many steps on coupled noise; empty until that was run.
    """

    w: float
    value: tuple[Mean, ...]
    predicted: tuple[Mean, ...]
    gap: tuple[Mean, ...]
    gain: Mean
    rate: tuple[Mean, ...]
    step: tuple[float | None, ...] = ()


class MartingaleStudy:
    """Several w on the same noise, looked at along the denoising.

    Parameters
    ----------
    subject : Subject
    w : sequence of float
        None negative.
    seed : int
    particles : int
        How many there will be at most, for the verdict on the tails.

    Raises
    ------
    GdvizError
        If a w is negative.
    """

    def __init__(self, subject: Subject, w: Sequence[float], seed: int, particles: int) -> None:
        if min(w) < 0:
            raise GdvizError(f"w: found {min(w):g}; the laboratory follows w >= 0, where the mean is monotone.")
        self.subject, self.w, self.seed = subject, tuple(w), seed
        levels = subject.levels
        frames = np.unique(np.r_[levels.uniform_frames(LEVELS) // 2 * 2, levels.steps])  # on both grids
        self._both = np.unique(np.r_[np.arange(0, levels.steps + 1, 2), levels.steps])
        self._frames: NDArray[np.int64] = frames[np.isin(frames, self._both)]
        self.t, self.log_snr = levels.t[self._frames], levels.log_snr[self._frames]
        self._verdict = Verdict(subject, self.t, particles, seed)

    def options(self, count: int, *, first: int = 0, halved: bool = False, gradual: bool = False) -> SweepOptions:
        """The sweep of the particles first, ..., first + count - 1; `LevelPaths.of` reads its chunks.

        Parameters
        ----------
        first : int
            A multiple of 1024 (`TILE`).
        halved : bool
            At half the steps, on coupled noise.
        """
        levels = np.searchsorted(self._both, self._frames) if halved else self._frames
        observers = (LevelValues(tuple(levels.tolist())),)
        return SweepOptions(
            self.w, count, self.seed, first, halvings=int(halved), gradual=gradual, observers=observers, padded=False
        )

    def paths(
        self,
        first: int,
        count: int,
        *,
        halved: bool = False,
        progress: ProgressCallback = silent,
        executor: PlanExecutor | None = None,
    ) -> LevelPaths:
        """Run the particles first, ..., first + count - 1, here or where the executor does (see `options`)."""
        run = executor or self.subject.here
        return LevelPaths.of(gathered(run(self.options(count, first=first, halved=halved)), progress))

    def along(self, paths: LevelPaths, coarse: LevelPaths | None = None) -> tuple[Along, ...]:
        """What the particles so far say at each w; with the same first particles at half the steps also the step changes."""
        return tuple(self._along(k, w, paths, coarse) for k, w in enumerate(self.w))

    def _along(self, k: int, w: float, paths: LevelPaths, coarse: LevelPaths | None) -> Along:
        subject, f = self.subject, self.subject.baseline
        value, integral = f * paths.value[k], f * paths.integral[k]  # [N, F]
        predicted = f + subject.sign * w * integral  # [N, F]
        means = tuple(self._verdict.mean(value[:, j], j, w) for j in range(value.shape[1]))
        gap = value - predicted  # [N, F]
        rate = np.diff(integral, axis=1) / np.diff(self.log_snr)  # [N, F - 1]
        return Along(
            w,
            means,
            tuple(_precise(signed_mean(column)) if w else Mean(f, 0.0) for column in predicted.T),
            tuple(signed_mean(column) if known.se is not None else known for column, known in zip(gap.T, means, strict=True)),
            signed_mean(integral[:, -1]),
            tuple(signed_mean(column) for column in rate.T),
            () if coarse is None else self._step(k, w, paths, coarse),
        )

    def _step(self, k: int, w: float, fine: LevelPaths, coarse: LevelPaths) -> tuple[float | None, ...]:
        n, f, weight = coarse.value.shape[1], self.subject.baseline, self.subject.sign * w
        with np.errstate(invalid="ignore", over="ignore"):
            gaps = [f * (p.value[k, :n] - weight * p.integral[k, :n]) for p in (fine, coarse)]  # [n, F] each
            change = np.abs((gaps[0] - gaps[1]).mean(0))  # [F]
        return tuple(float(c) if np.isfinite(c) else None for c in change)


def _precise(prediction: Mean) -> Mean:
    """A prediction that is worth holding against the mean (`gdviz.metrics.identity.PRECISION`)."""
    if prediction.value is None or prediction.se is None:
        return UNKNOWN
    return prediction if NORMAL_95 * prediction.se <= PRECISION * abs(prediction.value) else UNKNOWN
