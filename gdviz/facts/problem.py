"""The problem that a caller's own guidance code is given, made so that the law of every N-step chain on it is known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.diffusion import Levels

Array = NDArray[np.float64]
Backend = Literal["numpy", "torch"]
Method = Literal["cfg", "reward"]
Predicts = Literal["score", "noise"]

TURN = math.radians(30)
"""The narrow direction lies along no axis, so that coordinates cannot be taken one by one."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, covariance), noised as X_t = sqrt(1 - t) X_0 + sqrt(t) Z; the covariance may be singular.

    Attributes
    ----------
    mean : ndarray, shape [d]
    covariance : ndarray, shape [d, d]
    """

    mean: Array
    covariance: Array

    def affine(self, t: float) -> tuple[Array, Array]:
        """A [d, d] and b [d] of the score s_t(x) = A x + b."""
        precision = np.asarray(np.linalg.inv((1 - t) * self.covariance + t * np.eye(len(self.mean))), np.float64)  # [d, d]
        return -precision, math.sqrt(1 - t) * (precision @ self.mean)


@dataclass(frozen=True, eq=False)
class Laws:
    """The two laws of the unified framework, base + w (toward - away), where base is one of them.

    Attributes
    ----------
    toward, away : Gaussian
        For ``cfg`` p(x | c) and p(x), for ``reward`` p(x) r(x) / E r and p(x).
    method : {"cfg", "reward"}
        The base is toward for ``cfg`` and away for ``reward``.
    """

    toward: Gaussian
    away: Gaussian
    method: Method

    @property
    def base(self) -> Gaussian:
        """What w = 0 samples."""
        return self.toward if self.method == "cfg" else self.away

    def affine(self, w: float, t: float) -> tuple[Array, Array]:
        """A and b of the guided score base + w (toward - away)."""
        (a0, b0), (a1, b1), (a2, b2) = (law.affine(t) for law in (self.base, self.toward, self.away))
        return a0 + w * (a1 - a2), b0 + w * (b1 - b2)


@lru_cache(maxsize=16)
def two_gaussians(method: Method, narrow: float = 0.0) -> Laws:
    """Two classes on a slanted line: Gaussians along it, with variance `narrow` across it (0: atoms).

    Along the line they differ in mean and spread, so w shifts and narrows; across it the last steps' noise is all there is.
    """
    turn = np.array([[math.cos(TURN), -math.sin(TURN)], [math.sin(TURN), math.cos(TURN)]])

    def law(along: float, across: float, variance: float) -> Gaussian:
        return Gaussian(turn @ np.array([along, across]), turn @ np.diag([variance, narrow]) @ turn.T)

    return Laws(law(0.8, 0.05, 0.4), law(-0.8, -0.05, 1.2), method)


class Problem:
    """What the caller's code is given.

    All arrays are float64, of the caller's backend; x has shape [n, 2], t is a noise variance (a float). The
    caller may use its own starting points and its own noise: only the law of the samples is looked at.

    Attributes
    ----------
    cond, uncond : callable
        (x, t) -> score of p_t(x | c) and of p_t(x), [n, 2]; noise predictions -sqrt(t) score where those were asked for.
    toward, away, base : callable
        The same in the words of the unified framework; base is what w = 0 follows.
    alpha_bar, t : array, shape [steps + 1]
        Noise levels, noisiest first, t = 1 - alpha_bar; a sampler ends at the last one.
    start : array, shape [n, 2]
        N(0, I).
    noise : array, shape [steps, n, 2]
        Standard normal increments.
    steps, n : int
    asked : list of float
        The t of every score that has been asked for.
    """

    def __init__(
        self, laws: Laws, levels: Levels, n: int, rng: np.random.Generator, backend: Backend, predicts: Predicts
    ) -> None:
        self._backend, self._predicts = backend, predicts
        self.steps, self.n, self.asked = levels.steps, n, list[float]()
        self.alpha_bar, self.t = self.own(levels.alpha_bar), self.own(levels.t)
        d = len(laws.base.mean)
        self.start, self._rng = self.own(rng.standard_normal((n, d))), rng
        self.toward, self.away, self.base = (self._score(law) for law in (laws.toward, laws.away, laws.base))
        self.cond, self.uncond = self.toward, self.away

    @cached_property
    def noise(self) -> Any:
        """Standard normal increments, drawn when they are first asked for."""
        return self.own(self._rng.standard_normal((self.steps, *self.start.shape)))

    @property
    def evaluations(self) -> int:
        """How many scores have been asked for."""
        return len(self.asked)

    def own(self, values: Array | torch.Tensor) -> Any:
        """Values as an array of the caller's backend."""
        if self._backend == "torch":
            return torch.as_tensor(values, dtype=torch.float64)
        return np.asarray(values, dtype=np.float64)

    def _score(self, law: Gaussian) -> Callable[[Any, Any], Any]:
        def score(x: Any, t: Any) -> Any:
            level = float(t)
            self.asked.append(level)
            slope, constant = law.affine(level)
            value = x @ self.own(slope.T) + self.own(constant)  # [n, d]
            return value if self._predicts == "score" else -math.sqrt(level) * value

        return score
