"""Whether a sample mean of f_t(Y_t) means anything at a noise level: judged by the exact law where it is known."""

from __future__ import annotations

import math

import numpy as np
import torch

from gdviz.metrics.mean import UNKNOWN, Array, Mean, mean
from gdviz.metrics.skewness import HEAVIEST, LARGEST, LARGEST_OF_SAMPLE, LIGHTER, MISSED, skewness
from gdviz.metrics.tails import FEWEST, LARGEST_SHAPE, tail
from gdviz.theory.subject import Subject

TIMES, MOST = 10, 50_000
"""Exact samples for each particle of the run, and at most."""


class Verdict:
    """Means of f_t(Y_t), unknown where a normal interval would not cover.

    As `gdviz.metrics.skewness` does for the ends of a run, by exact samples of the unguided law noised to each level; their
    mean has to be E f(Y^0) at every level, or they too missed the tail.

    Parameters
    ----------
    subject : Subject
    t : sequence of float
        Noise variances at which it will be asked.
    particles : int
        Of the run.
    seed : int
    """

    def __init__(self, subject: Subject, t: Array, particles: int, seed: int) -> None:
        self.subject = subject
        generator = torch.Generator().manual_seed((seed + 104729) % 2**63)
        count = min(TIMES * particles, MOST)
        clean = subject.plan.unguided.sample(count, generator).x  # [n, d]
        noise = torch.randn(clean.shape, generator=generator, dtype=clean.dtype)  # [n, d]
        self._skewness = [self._at(clean, noise, float(level)) for level in t]

    def _at(self, clean: torch.Tensor, noise: torch.Tensor, t: float) -> float:
        """Skewness of f_t(X_t) under the unguided law, infinite where the samples missed the mean."""
        values = self.subject.relative((1 - t) ** 0.5 * clean + t**0.5 * noise, t).numpy()  # [n]
        if not np.isfinite(values).all():
            return math.inf
        missed = abs(values.mean() - 1) > MISSED * values.std() / math.sqrt(len(values))
        return math.inf if missed else skewness(values - 1)

    def mean(self, values: Array, level: int, w: float) -> Mean:
        """Mean of f_t(Y_t), [n], at the level of that number."""
        if len(values) < FEWEST or not np.isfinite(values).all():
            return UNKNOWN
        known = self._skewness[level] / math.sqrt(len(values))
        if w > 0 and self.subject.sign < 0 and known <= HEAVIEST:  # guidance thins the tail of a cost (`LIGHTER`)
            known /= (1 + w) ** LIGHTER
        if known > LARGEST or skewness(values) / math.sqrt(len(values)) > LARGEST_OF_SAMPLE:
            return UNKNOWN
        return mean(values)


def signed_mean(values: Array) -> Mean:
    """Mean of values of either sign, of whose law nothing is known: by the shape of the sample's tail and its skewness.

    The share that the largest carry (`tail`) is no sign of trouble here: at low noise few particles still gain anything.
    """
    estimate = mean(values)
    if estimate.se is None or estimate.se == 0:
        return estimate
    shape = tail(np.abs(values)).k_hat
    heavy = shape is not None and shape > LARGEST_SHAPE
    return UNKNOWN if heavy or abs(skewness(values)) > LARGEST * math.sqrt(len(values)) else estimate
