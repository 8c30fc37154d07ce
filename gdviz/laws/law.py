"""The seam of every law: exact noised score, density and label posterior."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import torch
from torch import Tensor

from gdviz.errors import GdvizError, listed

if TYPE_CHECKING:
    from gdviz.rewards import Reward

Time = float | Tensor
"""A noise variance in [0, 1): a number, or a tensor that broadcasts to x.shape[:-1]."""


@dataclass(frozen=True)
class Given:
    """A law is p(. | label) of another one."""

    label: str


@dataclass(frozen=True)
class TiltedBy:
    """A law is p r / E r of another one."""

    reward: Reward


Origin = Given | TiltedBy


@dataclass(frozen=True)
class Points:
    """Samples of a law.

    Attributes
    ----------
    x : Tensor, shape [n, d], float64
    label : Tensor, shape [n], int64
        Index into the law's `labels`; -1 where a point has none.
    """

    x: Tensor
    label: Tensor


LogRatio = Callable[[], Tensor]
"""Works out a log density ratio, shape [...], when it is read: sampling alone needs none."""


class PairScores(NamedTuple):
    """Two scores that shared their work.

    Attributes
    ----------
    toward : Tensor, shape [..., d]
        grad log p^toward_t(x).
    push : Tensor, shape [..., d]
        toward - away = grad log (p^toward_t / p^away_t)(x), formed without cancellation where
        possible. The away score is toward - push.
    log_ratio : callable or None
        () -> log p^toward_t(x) - log p^away_t(x), shape [...]; None where the densities are not known (networks).
    """

    toward: Tensor
    push: Tensor
    log_ratio: LogRatio | None


Pair = Callable[[Tensor, float], PairScores]
"""(x of shape [..., d], noise variance t) -> PairScores. Exact or learned, the same seam."""


class Law(ABC):
    """A probability law p on R^d, noised as X_t = sqrt(1-t) X_0 + sqrt(t) Z (MATH section 1).

    Points have shape [..., d]; t is a noise variance, a float or a tensor that broadcasts to
    x.shape[:-1]. Results have the dtype of x: float64 in, float64 out.

    Attributes
    ----------
    dimension : int
    labels : tuple of str
        The labels that `given` knows, empty for a law without labels.
    name : str
        How the law is written in titles, e.g. ``p(x)`` or ``p(x | b)``.
    atomic : bool
        True for a law on finitely many points, which has no density at t = 0.
    """

    dimension: int
    labels: tuple[str, ...]
    name: str
    atomic: bool = False
    by_samples: bool = False
    """Whether the law is known by samples alone (`SampledLaw`): no density, no exact score, nothing to hold numbers against."""
    origin: Origin | None = None
    """What was done to the target to get this law: a learned score has nothing else to know it by."""

    @property
    def error(self) -> float | None:
        """None for closed forms; otherwise the measured relative error of the score (see `GridTilt`)."""
        return None

    @abstractmethod
    def sample(self, n: int, generator: torch.Generator) -> Points:
        """n independent samples of the clean law."""

    @abstractmethod
    def log_density(self, x: Tensor, t: Time) -> Tensor:
        """log p_t(x), shape [...]."""

    @abstractmethod
    def score(self, x: Tensor, t: Time) -> Tensor:
        """s_t(x) = grad log p_t(x), shape [..., d]."""

    def posterior_mean(self, x: Tensor, t: Time) -> Tensor:
        """The denoiser E[X_0 | X_t = x] = (x + t s_t(x)) / sqrt(1 - t) (Tweedie), shape [..., d]."""
        t = t if isinstance(t, float) else torch.as_tensor(t)[..., None]
        return (x + t * self.score(x, t if isinstance(t, float) else t[..., 0])) / (1 - t) ** 0.5  # [..., d]

    @abstractmethod
    def box(self, outside: float = 1e-6) -> tuple[Tensor, Tensor]:
        """Corners (low, high), each [d], of a box that holds all but at most `outside` of each axis' mass."""

    def given(self, label: str) -> Law:
        """The conditional law p(. | label).

        Raises
        ------
        GdvizError
            If the law does not know the label.
        """
        raise self._unknown(label)

    def class_probability(self, label: str) -> float:
        """p(label)."""
        raise self._unknown(label)

    def log_posterior(self, label: str) -> LabelPosterior:
        """(x, t) -> log p_t(label | x)."""
        self.class_probability(label)
        return LabelPosterior(self, label)

    def _log_posterior(self, label: str, x: Tensor, t: Time) -> Tensor:
        """log p_t(label | x) by Bayes' rule; a law overrides it where it can share work."""
        given = self.given(label)
        prior = torch.log(torch.tensor(self.class_probability(label), dtype=torch.float64))
        return given.log_density(x, t) - self.log_density(x, t) + prior.to(x)

    def remembering(self) -> Self:
        """The same law for one run, which asks for the same levels with every chunk of particles: it remembers them.

        Scores and pairs that a plan is built of hold such a law of their own; laws themselves remember nothing.
        """
        return self

    def pair_with(self, away: Law) -> Pair | None:
        """A shared evaluation of (self, away), or None where they share nothing."""
        return None

    def nearest(self, x: Tensor) -> Tensor:
        """The point at which metrics read a reward: x itself, or the nearest atom."""
        return x

    def _unknown(self, label: str) -> GdvizError:
        known = listed(self.labels) if self.labels else "none, this target has no labels"
        return GdvizError(f"label: found {label[:60]!r}; allowed: {known}.")


@dataclass(frozen=True)
class LabelPosterior:
    """(x, t) -> log p_t(label | x); with t left out, at the end of the denoising."""

    law: Law
    label: str

    def __call__(self, x: Tensor, t: Time = 0.0) -> Tensor:
        return self.law._log_posterior(self.label, x, t)
