"""The problem that a caller's own guidance code is given, made so that the law of every N-step chain on it is known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.diffusion import Levels

Array = NDArray[np.float64]
Score = Callable[[Tensor, float], Tensor]
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

    def score(self, x: Tensor, t: float) -> Tensor:
        """Score at x [n, d] float64."""
        slope, constant = (torch.from_numpy(part) for part in self.affine(t))
        return x @ slope.T + constant  # [n, d]


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

    @property
    def scores(self) -> Scores:
        """Of a `Problem` on them."""
        return Scores(self.toward.score, self.away.score, "toward" if self.method == "cfg" else "away")

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


class Scores(NamedTuple):
    """What a problem's functions are made from: (x [n, d] float64, t) -> scores [n, d].

    Attributes
    ----------
    toward, away : callable
    base : {"toward", "away"}
        What w = 0 follows.
    """

    toward: Score
    away: Score
    base: Literal["toward", "away"]


class ScoreProblem:
    """What a guided score of the caller's is given: scores. Its arrays are float64, of the caller's backend.

    Parameters
    ----------
    scores : Scores
    n : int
        Samples for which the caller is asked.
    backend : {"numpy", "torch"}
    predicts : {"score", "noise"}

    Attributes
    ----------
    cond, uncond : callable
        (x, t) -> score of p_t(x | c) and of p_t(x), x of shape [n, d], t a noise variance (a float); noise predictions
        -sqrt(t) score where those were asked for.
    toward, away, base : callable
        The same in the words of the unified framework; base is what w = 0 follows.
    n : int
    asked : list of float
        The t of every score that has been asked for.
    evaluations : float
        Points at which scores have been asked for, a sample; one whose gradient is taken counts twice, the same points asked
        for once more not at all.
    """

    def __init__(self, scores: Scores, n: int, backend: Backend = "numpy", predicts: Predicts = "score") -> None:
        self._backend, self._predicts = backend, predicts
        self.n, self.asked, self.evaluations = n, list[float](), 0.0
        self.toward, self.away = self._asked(scores.toward), self._asked(scores.away)
        self.cond, self.uncond, self.base = self.toward, self.away, self.toward if scores.base == "toward" else self.away

    def own(self, values: Array | Tensor) -> Any:
        """Values as an array of the caller's backend."""
        if self._backend == "torch":
            return torch.as_tensor(values, dtype=torch.float64)
        return np.asarray(values, dtype=np.float64)

    def count(self, x: Tensor) -> None:
        """Count the points x [..., d]; where a gradient is taken, a backward pass is one evaluation more."""
        self.evaluations += (1 + x.requires_grad) * x[..., 0].numel() / self.n

    def _asked(self, score: Score) -> Callable[[Any, Any], Any]:
        last: tuple[float, Tensor, Tensor] | None = None

        def asked(x: Any, t: Any) -> Any:
            nonlocal last
            points, level = torch.as_tensor(x, dtype=torch.float64), float(t)
            self.asked.append(level)
            if last is not None and level == last[0] and not points.requires_grad and torch.equal(points, last[1]):
                return self.own(last[2].clone())
            self.count(points)
            value = score(points, level)  # [n, d]
            value = value if self._predicts == "score" else -math.sqrt(level) * value
            last = None if value.requires_grad else (level, points.clone(), value.clone())
            return self.own(value)

        return asked


class Problem(ScoreProblem):
    """What a sampler of the caller's is given beside the scores: levels, and random numbers to use or ignore.

    Parameters
    ----------
    scores : Scores
    levels : Levels
    start : ndarray, shape [n, d]
    noise : callable
        () -> [steps, n, d]; asked when the caller first looks at them.
    backend, predicts
        As for `ScoreProblem`.

    Attributes
    ----------
    alpha_bar, t : array, shape [steps + 1]
        Noise levels, noisiest first, t = 1 - alpha_bar; a sampler ends at the last one.
    start : array, shape [n, d]
        N(0, I).
    noise : array, shape [steps, n, d]
        Standard normal increments.
    steps : int
    """

    def __init__(
        self,
        scores: Scores,
        levels: Levels,
        start: Array,
        noise: Callable[[], Array],
        backend: Backend = "numpy",
        predicts: Predicts = "score",
    ) -> None:
        super().__init__(scores, len(start), backend, predicts)
        self.steps, self._noise = levels.steps, noise
        self.alpha_bar, self.t, self.start = self.own(levels.alpha_bar), self.own(levels.t), self.own(start)

    @cached_property
    def noise(self) -> Any:
        """Standard normal increments, drawn when they are first asked for."""
        return self.own(self._noise())
