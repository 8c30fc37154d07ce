"""Gaussian components, noised: what the score of a mixture is made of.

At noise variance t component k of a mixture is N(sqrt(1-t) mean_k, (1-t) covariance_k + t I). Its log
density is linear in features of x, and so is its score; a mixture's score is then a softmax average.
All coefficients are formed in float64 and cast to the dtype of x.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROOTS_AT_ONCE = 1 << 22
"""Numbers of the matrices that draw points, one a point: 32 MiB, where a million points in 64 dimensions would take 32 GiB."""


@dataclass(frozen=True)
class Coefficients:
    """What a noise level makes of the components.

    With f(x) the F features of a point, the first of them 1, log N_k(x) = linear_k . f(x) + common(x); the
    posterior sums of `moments`, the last of them 1, give the score through `Components.read_score`.

    Attributes
    ----------
    linear : Tensor, shape [K, F]
    moments : Tensor, shape [G + 1, K]
    variance, scale : float
        For components with one shared variance: s^2 = (1-t) v + t, and sqrt(1-t).
    """

    linear: Tensor
    moments: Tensor
    variance: float
    scale: float

    def weighted(self, log_weights: Tensor, keep: Tensor, x: Tensor) -> Coefficients:
        """Those of the components in `keep` with their log weights [K'] added, in the dtype and on the device of x.

        Converted on the CPU first: mps has no float64.
        """
        everything = len(keep) == len(self.linear)
        linear = self.linear.clone() if everything else self.linear[keep]  # [K', F]
        linear[:, 0] += log_weights
        moments = self.moments if everything else self.moments[:, keep]  # [G + 1, K']
        return Coefficients(
            linear.to(x.dtype).to(x.device), moments.to(x.dtype).to(x.device), self.variance, self.scale
        )


class Components(ABC):
    """K Gaussian components in R^d without weights; laws that share them share their logits."""

    means: Tensor
    """[K, d], float64."""

    @property
    def count(self) -> int:
        return self.means.shape[0]

    @property
    def dimension(self) -> int:
        return self.means.shape[1]

    @abstractmethod
    def coefficients(self, t: float) -> Coefficients:
        """Coefficients at noise variance t, float64."""

    @abstractmethod
    def features(self, rows: Tensor) -> Tensor:
        """f(x) for points given coordinate first, [d, M] -> [F, M]; row 0 is 1."""

    @abstractmethod
    def common(self, rows: Tensor, at: Coefficients) -> Tensor | float:
        """The part of log N_k(x) that all components share, [M] or 0."""

    @abstractmethod
    def read_score(self, sums: Tensor, rows: Tensor, at: Coefficients) -> Tensor:
        """Scores from posterior sums of the moments, [C, G + 1, M] -> [C, d, M]."""

    def read_push(self, sums: Tensor, rows: Tensor, at: Coefficients) -> tuple[Tensor, Tensor]:
        """The first score and first minus second, each [d, M], from sums of shape [2, G + 1, M]."""
        first, second = self.read_score(sums, rows, at)
        return first, first - second

    @abstractmethod
    def steepness(self, t: float) -> float:
        """Largest |mean|^2 / 2 in units of the component's own noised covariance: what the terms of a logit reach.

        They cancel down to the logits that matter, so float32 leaves about 1e-8 times this in a posterior.
        """

    @abstractmethod
    def standard_deviations(self) -> Tensor:
        """Clean standard deviation of each component along each axis, [K, d]."""

    @abstractmethod
    def draw(self, index: Tensor, generator: torch.Generator) -> Tensor:
        """One clean sample of each component named in index, [n] -> [n, d]."""


class FullComponents(Components):
    """Components with a covariance each.

    Parameters
    ----------
    means : Tensor, shape [K, d]
    covariances : Tensor, shape [K, d, d], symmetric positive definite
    """

    def __init__(self, means: Tensor, covariances: Tensor) -> None:
        self.means = means.to(torch.float64)
        self.covariances = covariances.to(torch.float64)

    @cached_property
    def _spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.linalg.eigh(self.covariances.numpy())  # [K, d], [K, d, d]

    def coefficients(self, t: float) -> Coefficients:
        # In numpy: on arrays this small its calls cost a third of torch's, and every step of a run needs them.
        values, vectors = self._spectrum
        noised = (1 - t) * values + t  # [K, d]
        precision = (vectors / noised[:, None, :]) @ vectors.swapaxes(1, 2)  # [K, d, d]
        mean = math.sqrt(1 - t) * self.means.numpy()  # [K, d]
        pull = (precision @ mean[:, :, None])[:, :, 0]  # [K, d]
        log_norm = np.log(noised).sum(1) + self.dimension * math.log(2 * math.pi)  # [K]
        constant = -0.5 * (log_norm + (pull * mean).sum(1))  # [K]
        i, j, factor = self._upper
        linear = np.concatenate([constant[:, None], pull, precision[:, i, j] * factor], 1)  # [K, F]
        moments = np.concatenate([pull.T, precision.reshape(self.count, -1).T, np.ones((1, self.count))])  # [G + 1, K]
        return Coefficients(torch.from_numpy(linear), torch.from_numpy(moments), t, math.sqrt(1 - t))

    def steepness(self, t: float) -> float:
        values, _ = self._spectrum
        along = self._along  # [K, d]
        return 0.5 * (1 - t) * float((along / ((1 - t) * values + t)).sum(1).max())

    @cached_property
    def _along(self) -> NDArray[np.float64]:
        """Squares of the means along each axis of their covariance, [K, d]."""
        return np.square(np.einsum("ki,kij->kj", self.means.numpy(), self._spectrum[1]))

    @cached_property
    def _upper(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Row, column and factor of the products x_i x_j, i <= j, in -x' precision x / 2."""
        i, j = np.triu_indices(self.dimension)
        return i, j, np.where(i == j, -0.5, -1.0)

    def features(self, rows: Tensor) -> Tensor:
        d = self.dimension
        if rows.requires_grad:
            products = [rows[k] * rows[k:] for k in range(d)]  # the upper triangle, row by row
            return torch.cat([torch.ones_like(rows[:1]), rows, *products])  # [F, M]
        features = rows.new_empty(1 + d + d * (d + 1) // 2, rows.shape[1])  # [F, M]
        features[0], features[1 : 1 + d], first = 1, rows, 1 + d
        for k in range(d):  # each product written once, where it belongs
            torch.mul(rows[k], rows[k:], out=features[first : first + d - k])
            first += d - k
        return features

    def common(self, rows: Tensor, at: Coefficients) -> Tensor | float:
        return 0.0

    def read_score(self, sums: Tensor, rows: Tensor, at: Coefficients) -> Tensor:
        d = self.dimension
        columns = sums[:, d:-1].unflatten(1, (d, d))  # [C, d, d, M]  of the precision
        score = torch.addcmul(sums[:, :d], columns[:, 0], rows[0], value=-1)  # [C, d, M]
        for k in range(1, d):
            score.addcmul_(columns[:, k], rows[k], value=-1)
        return score.div_(sums[:, -1:])

    def standard_deviations(self) -> Tensor:
        return self.covariances.diagonal(dim1=-2, dim2=-1).sqrt()

    def draw(self, index: Tensor, generator: torch.Generator) -> Tensor:
        values, vectors = (torch.from_numpy(part) for part in self._spectrum)
        z = torch.randn(len(index), self.dimension, generator=generator, dtype=torch.float64)  # [n, d]
        root = vectors * values.clamp_min(0).sqrt()[:, None, :]  # [K, d, d]
        rows = max(1, ROOTS_AT_ONCE // self.dimension**2)
        parts = [(root[some] @ noise[..., None])[..., 0] for some, noise in zip(index.split(rows), z.split(rows), strict=True)]
        return self.means[index] + torch.cat(parts)  # [n, d]


class SharedComponents(Components):
    """Components with one common variance v >= 0 in every direction; v = 0 gives atoms.

    The softmax needs no squares of x: log N_k = (sqrt(1-t) x . m_k - (1-t) |m_k|^2 / 2) / s^2 + common,
    and the score is (sqrt(1-t) E[m | x] - x) / s^2 with s^2 = (1-t) v + t.

    Parameters
    ----------
    means : Tensor, shape [K, d]
    variance : float
    """

    def __init__(self, means: Tensor, variance: float = 0.0) -> None:
        self.means = means.to(torch.float64)
        self.variance = float(variance)

    @cached_property
    def _squares(self) -> Tensor:
        return self.means.square().sum(-1)  # [K]

    @cached_property
    def _moments(self) -> Tensor:
        return torch.cat([self.means, torch.ones_like(self.means[:, :1])], -1).T.contiguous()  # [d + 1, K]

    def coefficients(self, t: float) -> Coefficients:
        variance, scale = (1 - t) * self.variance + t, math.sqrt(1 - t)
        constant = -0.5 * ((1 - t) / variance) * self._squares  # [K]
        linear = torch.cat([constant[:, None], (scale / variance) * self.means], -1)  # [K, d + 1]
        return Coefficients(linear, self._moments, variance, scale)

    def steepness(self, t: float) -> float:
        variance = (1 - t) * self.variance + t
        return 0.5 * (1 - t) / variance * float(self._squares.max()) if variance else math.inf

    def features(self, rows: Tensor) -> Tensor:
        return torch.cat([torch.ones_like(rows[:1]), rows])  # [d + 1, M]

    def common(self, rows: Tensor, at: Coefficients) -> Tensor | float:
        square = rows.square().sum(0)  # [M]
        return -0.5 * (square / at.variance + self.dimension * math.log(2 * math.pi * at.variance))

    def read_score(self, sums: Tensor, rows: Tensor, at: Coefficients) -> Tensor:
        mean = sums[:, :-1] / sums[:, -1:]  # [C, d, M]
        return (at.scale * mean - rows) / at.variance

    def read_push(self, sums: Tensor, rows: Tensor, at: Coefficients) -> tuple[Tensor, Tensor]:
        first, second = sums[:, :-1] / sums[:, -1:]  # [d, M] each
        return (at.scale * first - rows) / at.variance, (first - second) * (at.scale / at.variance)  # x itself cancels

    def standard_deviations(self) -> Tensor:
        return torch.full_like(self.means, self.variance**0.5)

    def draw(self, index: Tensor, generator: torch.Generator) -> Tensor:
        x = self.means[index]  # [n, d]
        if self.variance:
            x = x + self.variance**0.5 * torch.randn(x.shape, generator=generator, dtype=torch.float64)
        return x
