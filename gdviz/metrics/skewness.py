"""Whether a normal interval for the mean of r or 1 / r covers: judged by the law where it is known, not by the run's own sample.

A run that missed the heavy tail of 1 / r looks light: for two unit Gaussians at +-1 one run in nine passed any test of its
own sample, and its interval then covered in 30 % of cases. So the verdict comes from exact samples of the known laws (what
w = 0 samples; also what w = -1 samples for CFG and cost guidance, and w = 1 where reward is sought), many more than the run
has and independent of it.

The measure is the skewness of r or 1 / r over sqrt n, where it is positive: the upper tail of a positive number is the one that
has no end. The two-sided coverage of the usual 95 % interval falls by about
2 z phi(z) (z^4 + 2 z^2 - 3) / 18 = 0.25 times its square (Edgeworth expansion of the studentised mean; Hall, The Bootstrap
and Edgeworth Expansion, 1992, section 2.6).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import torch

from gdviz.guidance import Plan
from gdviz.laws import Law
from gdviz.metrics.exact import mean_under
from gdviz.metrics.mean import Array, is_flat
from gdviz.metrics.reading import Reader
from gdviz.rewards import Reciprocal
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

TIMES, TIMES_FEW, MOST = 100, 25, 250_000
"""Exact samples for each particle of the run, and at most. With 25, 5 of some 1400 random means whose tail is too heavy
looked light, their tail being rarer than one in 25,000. 25 do for atoms, where each value is seen often, and `LIGHTER` and
`HEAVIEST` were found with them."""

MISSED = 4.0
"""Standard errors by which the exact samples' mean may miss the exact mean, where that is known; beyond it they too missed
the tail."""

SIGNS = {"mean_reward": 1, "mean_reciprocal": -1}
"""The power of r of which a mean is the mean."""

MISSED_ROUNDING = 1e-9
"""Relative error of the exact mean itself, which is all there is between it and a constant."""

BLOCK = 10_000
"""Exact samples drawn at once; each block has its own seed, so that they do not depend on how many were asked for before."""


def skewness(values: Array) -> float:
    """Third standardised moment; 0 of values without spread, infinite where a value is."""
    if not np.isfinite(values).all():
        return math.inf
    if is_flat(values):
        return 0.0
    centred = values - values.mean()  # [n]
    scale = float(np.abs(centred).max())
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
        means = {SIGNS[plan.identity]: plan.baseline} if plan.identity and plan.baseline and not measured else {}
        self._at_0 = _Sample(plan.unguided, read, seed, means.get)
        cost = plan.identity == "mean_reciprocal" and plan.away is not None and not measured
        self._at_minus_1 = _Sample(plan.away, read, seed, cache(partial(_mean, plan))) if cost and plan.away is not None else None
        plain = plan.constant and not measured
        seeks = plain and plan.identity == "mean_reward" and plan.toward is not None
        tilted = {-1: 1 / plan.baseline} if plan.baseline else {}  # under p r / E r the mean of 1 / r is 1 / E r
        self._at_1 = _Sample(plan.toward, read, seed, tilted.get) if seeks and plan.toward is not None else None
        self._lightens = plain and isinstance(plan.reward, ClassProbabilityReward)

    def of_reward(self, w: float, n: int) -> float:
        """Of r: of the law itself at w = 0, and at w = 1 where reward is sought; else as `at`, but nothing lightens."""
        return self._nearest(w, n, 1)

    def at(self, w: float, n: int) -> float:
        """Of 1 / r: of the law itself at w = 0, and at w = 1 where reward is sought; between two such laws the larger of both.

        For label guidance with w > 0 less than at w = 0; else what it is at the nearest w whose law is known.
        """
        if w > 0 and self._lightens:
            at_0 = self._at_0.skewness(n, -1, TIMES_FEW)
            return at_0 / (1 + w) ** LIGHTER if at_0 <= HEAVIEST else at_0
        return self._nearest(w, n, -1)

    def _nearest(self, w: float, n: int, sign: int) -> float:
        here = self._at_0.skewness(n, sign)
        if w > 0 and self._at_1 is not None:
            there = self._at_1.skewness(n, sign)
            return there if w >= 1 else max(here, there)
        if w < 0 and self._at_minus_1 is not None:
            return max(here, self._at_minus_1.skewness(n, sign))
        return here


def _mean(plan: Plan, sign: int) -> float | None:
    """The mean of r^sign under the law at w = -1, by quadrature."""
    assert plan.away is not None and plan.reward is not None
    return mean_under(plan.away, plan.reward if sign > 0 else Reciprocal(plan.reward))


class _Sample:
    """log r at exact samples of a law; grows with what is asked of it. `mean` gives that of r^sign, where it is known."""

    def __init__(self, law: Law, read: Reader, seed: int, mean: Callable[[int], float | None]) -> None:
        self._law, self._read, self._seed, self._mean = law, read, seed, mean
        self._log_r = np.empty(0)
        self._known: dict[tuple[int, int], float] = {}

    def skewness(self, n: int, sign: int, times: int = TIMES) -> float:
        """Skewness / sqrt n of r^sign in as many samples as n particles call for; infinite where they missed the exact mean."""
        count = min((TIMES_FEW if self._law.atomic else times) * n, MOST)
        if (count, sign) not in self._known:
            self._grow(count)
            with np.errstate(over="ignore"):
                values = np.expm1(sign * self._log_r[:count])  # less 1: it keeps its digits next to r = 1
            mean = self._mean(sign)
            missed = mean is not None and abs(1 + values.mean() - mean) > (
                MISSED * values.std() / math.sqrt(count) + MISSED_ROUNDING * abs(mean)
            )
            self._known[count, sign] = math.inf if missed else skewness(values)
        return self._known[count, sign] / math.sqrt(n)

    def _grow(self, count: int) -> None:
        for block in range(len(self._log_r) // BLOCK, -(-count // BLOCK)):
            generator = torch.Generator().manual_seed((self._seed + 7919 * (block + 1)) % 2**63)
            log_r = self._read(self._law.sample(BLOCK, generator).x).log_reward
            assert log_r is not None
            self._log_r = np.concatenate([self._log_r, log_r])
