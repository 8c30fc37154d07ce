"""A two-sample test by a classifier: can held-out points of two samples be told apart?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import binom
from torch import Tensor

LEVEL = 0.05
"""False-alarm rate at which the smallest difference is stated ..."""

POWER = 0.95
"""... and how often it would have been seen."""

FEWEST = 20
"""Points of each sample without which nothing is said."""


NEIGHBOURS = 2000
"""Points of each sample to train on, up to which neighbours are asked; beyond, boosted trees."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClassifierTest:
    """What a classifier trained on one half of two samples does on the other half.

    Attributes
    ----------
    held_out : int
        Points it was asked about, as many of each sample.
    accuracy : float
        Share of them that it put right; 1/2 by chance.
    p_value : float
        Chance of at least so many right answers where both samples are of one law.
    smallest_difference : float
        The least 2 accuracy - 1 of a classifier that would have been seen in 95 % of cases (at 5 % where no level is given).
        A classifier's own 2 accuracy - 1 is at most the total variation between the two laws.
    """

    held_out: int
    accuracy: float
    p_value: float
    smallest_difference: float

    @property
    def difference(self) -> float:
        """2 accuracy - 1: 0 by chance, 1 where the samples do not overlap."""
        return 2 * self.accuracy - 1


def classifier_two_sample(a: Tensor, b: Tensor, seed: int = 0, level: float = LEVEL) -> ClassifierTest | None:
    """Train a classifier to tell two samples apart, and count its right answers on points it has not seen.

    As Lopez-Paz and Oquab 2017, arXiv 1610.06545: nearest neighbours, or boosted trees for many points.
    Given the trained classifier the right answers are a sum of two independent binomials of mean 1/2 together where the laws are
    equal; such a sum spreads no wider than one binomial of chance 1/2 (Hoeffding 1956), so the p-value is exact for a classifier
    that names both samples equally often, and else too large.

    Parameters
    ----------
    a, b : Tensor, shapes [n, d] and [m, d]
        Independent samples of two laws; the first min(n, m) of each are used.
    seed : int
        Of the split into halves.
    level : float
        False-alarm rate at which `smallest_difference` is stated.

    Returns
    -------
    ClassifierTest or None
        None for fewer than 20 points a sample, or where a coordinate is not finite.
    """
    n = min(len(a), len(b))
    if n < FEWEST or not bool(a[:n].isfinite().all() and b[:n].isfinite().all()):
        return None
    generator = torch.Generator().manual_seed(seed)
    order = torch.stack([torch.randperm(n, generator=generator) for _ in "ab"])  # [2, n]
    parts = [x[rows].double().cpu() for x, rows in zip((a, b), order, strict=True)]
    half = n // 2
    train, test = (torch.cat([x[rows] for x in parts]).numpy() for rows in (slice(half), slice(half, None)))  # [.., d]
    said = (_neighbours if half <= NEIGHBOURS else _trees)(train, half, test)  # [2 (n - half)]
    held_out = len(test)
    right = int((said[: n - half] == 0).sum() + (said[n - half :] == 1).sum())
    p_value, smallest = float(binom.sf(right - 1, held_out, 0.5)), smallest_difference(held_out, level)
    return ClassifierTest(held_out, right / held_out, p_value, smallest)


def _neighbours(train: Array, half: int, test: Array) -> Array:
    """What k = sqrt(points trained on) neighbours say, in coordinates scaled to unit spread."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    # Odd, so that no vote is even; a tree, since brute force would use threads, which for so few points wait for each other.
    neighbours = KNeighborsClassifier(n_neighbors=math.isqrt(2 * half) | 1, algorithm="kd_tree")
    neighbours.fit(scaler.transform(train), [0] * half + [1] * half)
    said: Array = neighbours.predict(scaler.transform(test))
    return said


def _trees(train: Array, half: int, test: Array) -> Array:
    """What boosted trees say: seconds where neighbours would take minutes, and sharper on so many points."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):  # a page's worker has neighbours
        trees = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, early_stopping=False, random_state=0)
        trees.fit(train, np.repeat([0, 1], half))
        said: Array = trees.predict(test)
    return said


def smallest_difference(held_out: int, level: float = LEVEL) -> float:
    """2 accuracy - 1 of the worst classifier that is seen at a level with probability `POWER` in so many answers."""
    needed = int(binom.isf(level, held_out, 0.5)) + 1  # P(right >= needed) <= level by chance
    if needed > held_out:
        return 1.0
    # P(Binomial(n, q) >= k) is the regularised incomplete beta function I_q(k, n - k + 1).
    return 2 * float(betaincinv(needed, held_out - needed + 1, POWER)) - 1
