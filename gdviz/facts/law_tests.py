"""Samples held against a law by their moments, mode shares and mean reward: all samples, each test with the smallest
difference that it would have seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from gdviz.laws import Law, Mixture
from gdviz.laws.components import FullComponents
from gdviz.metrics.mean import Array
from gdviz.metrics.mean_difference import MeanDifference, share_noise, share_p_value, smallest_p
from gdviz.metrics.skewness import LARGEST_OF_SAMPLE

LEVEL = 0.01
"""Probability that samples of a law itself are told from it, over all tests of that law together."""

GROUPS = 6
"""Kinds of test of a law; each gets an equal part of `LEVEL`, shared again by the tests of that kind."""

MOST_AXES = 8
"""Principal directions between which correlations are tested."""

FLAT = 1e-10
"""Share of the largest variance below which a law has no extent along a direction."""

Kind = Literal["mean", "spread", "share", "reward", "distance", "classifier"]


@dataclass(frozen=True)
class LawTest:
    """One number of the samples beside that of a law.

    Attributes
    ----------
    kind : str
        ``mean``, ``spread`` (correlations included), ``share``, ``reward``, ``distance`` or ``classifier``.
    what : str
        What is compared, as it is written.
    found, expected : float
        Of the samples and of the law.
    p_value : float
        Two-sided, for this test alone.
    smallest : float or None
        The difference that would have been seen in 95 % of cases, at this test's part of `LEVEL`.
    """

    kind: Kind
    what: str
    found: float
    expected: float
    p_value: float
    smallest: float | None

    @property
    def off(self) -> str:
        """In words, e.g. ``the spread along (1, 0) is 5.0 % too large``."""
        by, way = self.found - self.expected, "large" if self.found > self.expected else "small"
        if self.kind == "spread" and self.expected > 0:
            return f"the {self.what} is {100 * abs(by) / self.expected:.2g} % too {way}"
        if self.kind in ("mean", "share", "reward", "spread"):
            return f"the {self.what} is {self.found:.4g} for {self.expected:.4g}"
        return f"the {self.what} tells them apart"


def adjusted(tests: list[LawTest]) -> dict[str, float]:
    """p-value by kind, for the number of tests of that kind and for `GROUPS` kinds."""
    kinds = dict.fromkeys(test.kind for test in tests)
    return {kind: min(1.0, GROUPS * smallest_p([t.p_value for t in tests if t.kind == kind])) for kind in kinds}


@dataclass(frozen=True, eq=False)
class Reference:
    """A law as it is tested against.

    Attributes
    ----------
    y : Tensor, shape [m, d]
        Independent draws.
    mean, covariance : ndarray, shapes [d], [d, d]
    exact : bool
        Whether those two are the law's own, not the draws'.
    """

    y: Tensor
    mean: Array
    covariance: Array
    exact: bool

    @classmethod
    def of(cls, y: Tensor, law: Law | None) -> Reference:
        """From draws, and the law itself where that is a mixture."""
        if isinstance(law, Mixture):
            return cls(y, *moments(law), True)
        return cls(y, y.mean(0).numpy(), np.atleast_2d(np.cov(y.numpy(), rowvar=False, bias=True)), False)

    @property
    def draws(self) -> float:
        """How many draws the mean and the covariance stand on."""
        return math.inf if self.exact else len(self.y)


def moments(law: Mixture) -> tuple[Array, Array]:
    """Mean [d] and covariance [d, d] of a mixture."""
    weights, means = law.weights[law.support], law.components.means[law.support]  # [K'], [K', d]
    own = law.components
    each = own.covariances if isinstance(own, FullComponents) else own.standard_deviations().square().diag_embed()  # [K, d, d]
    mean = weights @ means  # [d]
    off = means - mean  # [K', d]
    covariance = torch.einsum("k,kij->ij", weights, each[law.support]) + (weights[:, None] * off).T @ off  # [d, d]
    return mean.numpy(), covariance.numpy()


def moment_tests(x: Tensor, worth: float, law: Reference) -> list[LawTest]:
    """Mean and spread along each principal direction of a law, and the correlations between them.

    Parameters
    ----------
    x : Tensor, shape [n, d]
    worth : float
        How many independent samples they are worth.
    law : Reference
    """
    values, axes = np.linalg.eigh(law.covariance)  # [d], [d, d]
    wide = np.flatnonzero(values > FLAT * values.max())[::-1]
    scale, axes = np.sqrt(values[wide]), axes[:, wide]  # [k], [d, k]
    axes = axes * np.where(axes.sum(0) < 0, -1, 1)  # a direction and its opposite are one
    names = [_direction(axis) for axis in axes.T]
    u, v = ((points.numpy() - law.mean) @ axes / scale for points in (x, law.y))  # [n, k], [m, k]
    k, pairs = len(wide), list(combinations(range(min(len(wide), MOST_AXES)), 2))
    mean_level, spread_level = (LEVEL / GROUPS / count for count in (max(1, k), max(1, k + len(pairs))))
    tests: list[LawTest] = []
    for i, name in enumerate(names):
        known = MeanDifference.of(v[:, i], worth, law.draws)
        place, off = float(law.mean @ axes[:, i]), float(u[:, i].mean())
        smallest = known.smallest(mean_level) * scale[i]
        tests.append(LawTest("mean", f"mean{name}", place + off * scale[i], place, known.p_value(off), smallest))
    u = u - u.mean(0)
    free = max(1.0, worth - 1)
    for i, name in enumerate(names):
        known = MeanDifference.of(v[:, i] ** 2, free, law.draws)
        ratio = float((u[:, i] ** 2).sum()) / max(1, len(u) - 1)
        seen = scale[i] * known.smallest(spread_level) / 2  # of the root
        p = known.p_value(ratio - 1)
        tests.append(LawTest("spread", f"spread{name}", scale[i] * math.sqrt(ratio), float(scale[i]), p, float(seen)))
    for i, j in pairs:
        known = MeanDifference.of(v[:, i] * v[:, j], free, law.draws)
        product = float(u[:, i] @ u[:, j]) / max(1, len(u) - 1)
        what, p = f"correlation of{names[i]} and{names[j]}".replace(" along", ""), known.p_value(product)
        tests.append(LawTest("spread", what, product, 0.0, p, None))
    return tests


def share_tests(names: tuple[str, ...], mine: list[int], worth: float, law: list[int]) -> list[LawTest]:
    """The share of each mode, from counts [M] of the samples and of a law's draws."""
    n, m, tests = sum(mine), sum(law), []
    once = round(worth)
    for name, hits, known in zip(names, mine, law, strict=True):
        pooled = (hits + known) / (n + m)
        smallest = share_noise(pooled, once, m).smallest(LEVEL / GROUPS / len(names))
        p = share_p_value(round(hits * once / n), once, known, m)
        tests.append(LawTest("share", f"share of {name}", hits / n, known / m, p, smallest))
    return tests


def reward_test(title: str, mine: Array, worth: float, law: Array) -> LawTest | None:
    """The mean of r, from its values at the samples [n] and at a law's draws [m]; None where the tail is too heavy for it."""
    if not (np.isfinite(mine).all() and np.isfinite(law).all()):
        return None
    known = MeanDifference.of(law, worth, len(law))
    if known.noise == 0 or abs(known.skew) > LARGEST_OF_SAMPLE:
        return None
    mean, expected = float(mine.mean()), float(law.mean())
    return LawTest("reward", f"mean {title}", mean, expected, known.p_value(mean - expected), known.smallest(LEVEL / GROUPS))


def _direction(axis: Array) -> str:
    """`` along (0.8, 0.6)``; nothing on a line, the largest coordinates above four dimensions."""
    if len(axis) == 1:
        return ""
    if len(axis) <= 4:
        return f" along ({', '.join(f'{c:.2g}' for c in np.round(axis, 3) + 0.0)})"
    return f" along {' '.join(f'{axis[i]:+.2g} x{i}' for i in np.argsort(-np.abs(axis))[:3])} ..."
