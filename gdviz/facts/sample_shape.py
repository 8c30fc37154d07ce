"""Whether samples are one Gaussian cloud to the last particle: kurtosis, the farthest particle, values that repeat.

The steps of a sampler on Gaussian scores are affine, so whatever the step size its samples are exactly Gaussian.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr
from scipy.stats import beta, chi2, poisson

from gdviz.facts.finding import Finding
from gdviz.facts.problem import Array, Gaussian


def kurtosis(y: Array) -> Array:
    """Fourth standardised moment of each column of y [n, d]: 3 for a Gaussian."""
    squared = np.square(y - y.mean(0))  # [n, d]
    return np.asarray(np.square(squared).mean(0) / np.maximum(squared.mean(0) ** 2, 1e-300))


def kurtosis_p(values: Array, n: int) -> list[float]:
    """Chance of a kurtosis of n Gaussian samples so far from 3, for each of `values`: Anscombe and Glynn (1983).

    Its cube root, moved and scaled to its first three moments, is nearly normal; far out (2e-5) the chance so found was seen to
    be too small by 6 at 100 samples, by 4.5 at 500, by next to nothing at 4,000, and is raised by 1 + 2000 / n for that.
    """
    off = (values - 3 * (n - 1) / (n + 1)) / math.sqrt(24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5)))
    skew = 6 * (n**2 - 5 * n + 2) / ((n + 7) * (n + 9)) * math.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / skew * (2 / skew + math.sqrt(1 + 4 / skew**2))
    root = np.cbrt((1 - 2 / a) / (1 + off * math.sqrt(2 / (a - 4))))
    return [min(1.0, float(2 * ndtr(-abs(z))) * (1 + 2000 / n)) for z in (1 - 2 / (9 * a) - root) / math.sqrt(2 / (9 * a))]


def farthest(y: Array) -> Finding:
    """The largest Mahalanobis distance in y [n, d], in the samples' own mean and covariance S.

    Of each particle n / (n - 1)^2 (y - m)' S^-1 (y - m) is Beta(d / 2, (n - d - 1) / 2) (Wilks 1963); p is n times its tail, an
    upper bound that is exact where it is small. Expected is the median of the largest of n.
    """
    n, d = y.shape
    centred = y - y.mean(0)  # [n, d]
    squared = np.einsum("nd,de,ne->n", centred, np.linalg.pinv(centred.T @ centred / (n - 1)), centred)  # [n]
    largest = float(squared.max())
    p = min(1.0, n * float(beta.sf(min(1.0, n * largest / (n - 1) ** 2), d / 2, (n - d - 1) / 2)))
    usual = math.sqrt(chi2.isf(math.log(2) / n, d))
    return Finding("the farthest particle, in deviations", usual, math.sqrt(largest), p_value=p)


SPACING = 2.0**-23
"""Of float32 numbers, relative; a state kept in float32 passes, one in half precision does not."""

ROUNDINGS = 4.0
"""How many times as many repeats as one rounding to float32 makes are allowed: numbers are rounded on the way too."""


def repeats(x: Array, law: Gaussian) -> Finding:
    """Values that came before, among n of each coordinate of x [n, d].

    With numbers |x| SPACING apart two of n draws from N(m, s^2) agree in at most n^2 / 2 SPACING E|X| / (s sqrt(2 pi)) pairs on
    average, E|X| <= sqrt(m^2 + s^2); their number is held against a Poisson law of ROUNDINGS times that.
    """
    n, d = x.shape
    lost = np.array([n - len(np.unique(column)) for column in x.T])  # [d]
    s = np.sqrt(np.diag(law.covariance))  # [d]
    with np.errstate(divide="ignore"):
        pairs = ROUNDINGS * n**2 / 2 * SPACING * np.hypot(law.mean, s) / (s * math.sqrt(2 * math.pi))  # [d]
    p = [float(poisson.sf(count - 1, mean)) if mean < n else 1.0 for count, mean in zip(lost, pairs, strict=True)]
    k = int(np.argmin(p))
    return Finding("share of values that repeat", 0.0, float(lost[k]) / n, p_value=min(1.0, d * p[k]))
