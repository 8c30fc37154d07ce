"""Whether a normal interval for the mean of 1 / r covers: judged by the law where it is known, not by the run's own sample.

A run that missed the heavy tail of 1 / r looks light: for two unit Gaussians at +-1 one run in nine passed any test of its
own sample, and its interval then covered in 30 % of cases. So the verdict comes from exact samples of the known laws (what
w = 0 samples; also what w = -1 samples for CFG and cost guidance, and w = 1 where reward is sought), many more than the run
has and independent of it.

The measure is the skewness of 1 / r over sqrt n. The two-sided coverage of the usual 95 % interval falls by about
2 z phi(z) (z^4 + 2 z^2 - 3) / 18 = 0.25 times its square (Edgeworth expansion of the studentised mean; Hall, The Bootstrap
and Edgeworth Expansion, 1992, section 2.6).
"""

from __future__ import annotations

import math

import numpy as np
import torch

from gdviz.guidance import Plan
from gdviz.guidance._unified import Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import Law
from gdviz.metrics.mean import Array
from gdviz.metrics.reading import Reader
from gdviz.rewards.class_probability import ClassProbabilityReward

LARGEST = 0.2
"""Largest skewness / sqrt n of a known law: 1 point of coverage."""

LARGEST_OF_SAMPLE = 0.4
"""Largest skewness / sqrt n of the run itself. Larger than `LARGEST`: a sample's skewness scatters, and to refuse by it is to
print the runs that missed the tail."""

LIGHTER = 1.5
"""Under plain label guidance with w > 0 the skewness of 1 / p falls about like (1 + w) to this power, from at most `HEAVIEST` at
w = 0: seen on pairs of Gaussians at +-0.5 to +-2.5 and on random mixtures, not proved. Not so for other rewards: for
r = exp(b . x) guidance shifts a Gaussian, and the skewness of 1 / r stays what it was."""

HEAVIEST = 1.5

TIMES, MOST = 25, 250_000
"""Exact samples for each particle of the run, and at most."""

MISSED = 4.0
"""Standard errors by which the exact samples' mean may miss the exact mean, where that is known; beyond it they too missed
the tail."""

BLOCK = 10_000
"""Exact samples drawn at once; each block has its own seed, so that they do not depend on how many were asked for before."""


def skewness(values: Array) -> float:
    """Third standardised moment; 0 of constant values, infinite where a value is."""
    if not np.isfinite(values).all():
        return math.inf
    centred = values - values.mean()  # [n]
    scale = float(np.abs(centred).max(initial=0.0))
    if not scale:
        return 0.0
    centred = centred / scale
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


class KnownSkewness:
    """Skewness over sqrt n that a run of n particles has to reckon with at w.

    Parameters
    ----------
    plan : Plan
    read : Reader
        What is read off the end points.
    measured : bool
        Whether that is something else than what guides.
    seed : int
        Of the exact samples.
    """

    def __init__(self, plan: Plan, read: Reader, measured: bool, seed: int) -> None:
        self._read = read
        mean = plan.baseline if plan.improves == "mean_reciprocal" and not measured else None
        self._at_0 = _Sample(plan.unguided, read, seed, mean)
        cost = plan.improves == "mean_reciprocal" and plan.away is not None and not measured
        self._at_minus_1 = _Sample(plan.away, read, seed) if cost and plan.away is not None else None
        rule = plan.rule
        plain = type(rule) is Unified and isinstance(rule.schedule, Constant) and not measured
        seeks = plain and plan.improves == "mean_reward" and plan.toward is not None
        self._at_1 = _Sample(plan.toward, read, seed) if seeks and plan.toward is not None else None
        self._lightens = plain and isinstance(plan.reward, ClassProbabilityReward)

    def at(self, w: float, n: int) -> float:
        """Of the law itself at w = 0, and at w = 1 where reward is sought; between two such laws the larger of both.

        For label guidance with w > 0 less than at w = 0; else what it is at the nearest w whose law is known.
        """
        here = self._at_0.skewness(n)
        if w > 0 and self._at_1 is not None:
            there = self._at_1.skewness(n)
            return there if w >= 1 else max(here, there)
        if w < 0 and self._at_minus_1 is not None:
            return max(here, self._at_minus_1.skewness(n))
        if w > 0 and self._lightens and here <= HEAVIEST:
            return here / (1 + w) ** LIGHTER
        return here


class _Sample:
    """1 / r - 1 at exact samples of a law; grows with what is asked of it."""

    def __init__(self, law: Law, read: Reader, seed: int, mean: float | None = None) -> None:
        self._law, self._read, self._seed, self._mean = law, read, seed, mean
        self._values = np.empty(0)
        self._known: dict[int, float] = {}

    def skewness(self, n: int) -> float:
        """Skewness / sqrt n of as many samples as n particles call for; infinite where they missed the exact mean."""
        count = min(TIMES * n, MOST)
        if count not in self._known:
            self._grow(count)
            values = self._values[:count]
            missed = self._mean is not None and abs(1 + values.mean() - self._mean) > MISSED * values.std() / math.sqrt(count)
            self._known[count] = math.inf if missed else skewness(values)
        return self._known[count] / math.sqrt(n)

    def _grow(self, count: int) -> None:
        for block in range(len(self._values) // BLOCK, -(-count // BLOCK)):
            generator = torch.Generator().manual_seed((self._seed + 7919 * (block + 1)) % 2**63)
            log_r = self._read(self._law.sample(BLOCK, generator).x).log_reward
            assert log_r is not None
            with np.errstate(over="ignore"):
                self._values = np.concatenate([self._values, np.expm1(-log_r)])  # 1 / r - 1 keeps its digits next to r = 1
