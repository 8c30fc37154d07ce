"""Gaussian mixtures in plain numpy, one component at a time: what the program's laws are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Oracle:
    """sum_k weights_k N(means_k, covariances_k), weights normalised by the reader."""

    weights: Array
    means: Array
    covariances: Array

    def log_terms(self, x: Array, t: float) -> Array:
        """log of every weighted component at noise variance t, [K, n]."""
        terms = []
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            noised = (1 - t) * covariance + t * np.eye(len(mean))
            off = x - np.sqrt(1 - t) * mean  # [n, d]
            square = np.einsum("ni,ni->n", off, np.linalg.solve(noised, off.T).T)
            terms.append(np.log(weight) - square / 2 - np.linalg.slogdet(2 * np.pi * noised)[1] / 2)
        return np.array(terms)

    def log_density(self, x: Array, t: float) -> Array:
        return np.logaddexp.reduce(self.log_terms(x, t), axis=0)

    def score(self, x: Array, t: float) -> Array:
        """The average over components of -noised^-1 (x - sqrt(1-t) mean), by responsibility."""
        responsibility = np.exp(self.log_terms(x, t) - self.log_density(x, t))  # [K, n]
        total = np.zeros_like(x)
        for share, mean, covariance in zip(responsibility, self.means, self.covariances, strict=True):
            noised = (1 - t) * covariance + t * np.eye(len(mean))
            total -= share[:, None] * np.linalg.solve(noised, (x - np.sqrt(1 - t) * mean).T).T
        return total

    def posterior_mean(self, x: Array, t: float) -> Array:
        """E[X_0 | X_t = x]: each component's regression line, averaged by responsibility."""
        responsibility = np.exp(self.log_terms(x, t) - self.log_density(x, t))  # [K, n]
        total = np.zeros_like(x)
        for share, mean, covariance in zip(responsibility, self.means, self.covariances, strict=True):
            noised = (1 - t) * covariance + t * np.eye(len(mean))
            off = x - np.sqrt(1 - t) * mean  # [n, d]
            total += share[:, None] * (mean + np.sqrt(1 - t) * (covariance @ np.linalg.solve(noised, off.T)).T)
        return total
