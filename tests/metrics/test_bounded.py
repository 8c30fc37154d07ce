"""The interval for bounded means: its closed forms, and how often it covers where the normal one fails."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from gdviz.metrics.bounded import bounded_interval


def test_closed_forms():
    n = 500
    assert bounded_interval(1.0, n, 1.0, 901.0).low == 1.0
    assert bounded_interval(1.0, n, 1.0, 901.0).high == pytest.approx(1 + 900 * -math.expm1(-math.log(40) / n), rel=1e-9)
    assert bounded_interval(0.5, n, 0, 1).high == pytest.approx(1 - bounded_interval(0.5, n, 0, 1).low)
    # Far from both ends it is the normal one but for sqrt(2 log 40) / 1.96: the price of holding for every law.
    half = bounded_interval(0.5, 10**6, 0, 1).high - 0.5
    assert half == pytest.approx(0.5 * math.sqrt(2 * math.log(40)) / 1000, rel=1e-3)


@pytest.mark.parametrize("p", [0.0005, 0.002, 0.02, 0.4])
def test_it_covers_coins_exactly(p):
    """The chance that a count of n coins leads to an interval with p inside, summed over all counts: no simulation."""
    n = 1000
    ends = [bounded_interval(k / n, n, 0, 1) for k in range(n + 1)]
    covered = sum(binom.pmf(k, n, p) for k, each in enumerate(ends) if each.low <= p <= each.high)
    assert covered >= 0.95


def test_it_covers_a_law_whose_normal_interval_does_not():
    """1/r with r = 1 but in one case of 1000, where it is 1/500: fixed seed, 400 runs of 1000, 5 standard errors below 0.95."""
    rng = np.random.default_rng(0)
    p, n, runs = 0.001, 1000, 400
    truth = 1 + p * 499
    means = 1 + 499 * rng.binomial(n, p, runs) / n
    spreads = np.sqrt(np.maximum((means - 1) * (500 - means), 0) / n)
    normal = np.mean(np.abs(means - truth) <= 1.96 * spreads)
    found = [bounded_interval(float(m), n, 1, 500) for m in means]
    covered = np.mean([each.low <= truth <= each.high for each in found])
    assert normal < 0.7
    assert covered >= 0.95 - 5 * math.sqrt(0.95 * 0.05 / runs)
