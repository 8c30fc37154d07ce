"""Means, proportions and pairs, each against a second implementation, and the coverage of their error bars."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from coverage_of import coverage_is_nominal
from scipy import stats

from gdviz.metrics.improved import independent, paired
from gdviz.metrics.mean import UNKNOWN, mean, share
from gdviz.metrics.spread import spread

REPEATS = 400


def test_mean_and_standard_error():
    values = np.random.default_rng(0).exponential(size=500)
    found = mean(values)
    assert found.value == pytest.approx(math.fsum(values) / 500)
    assert found.se == pytest.approx(stats.sem(values))


def test_means_that_cannot_be_given():
    assert mean(np.array([])) == UNKNOWN
    assert mean(np.array([1.0])) == UNKNOWN
    assert mean(np.array([1.0, np.inf])) == UNKNOWN
    assert mean(np.array([1e308, 1e308])) == UNKNOWN
    assert share(np.array([], dtype=bool)) == UNKNOWN


def test_coverage_of_the_mean_and_of_a_share():
    rng = np.random.default_rng(1)
    means, shares = [], []
    for _ in range(REPEATS):
        m, s = mean(rng.normal(2, 3, 800)), share(rng.random(800) < 0.3)
        means.append(abs(m.value - 2) < 1.96 * m.se)
        shares.append(abs(s.value - 0.3) < 1.96 * s.se)
    coverage_is_nominal(means)
    coverage_is_nominal(shares)


@pytest.mark.parametrize("p", [0.0005, 0.002, 0.01, 0.9995])
def test_a_share_near_its_end_is_covered(p):
    """At least as often as promised: few counts make the interval wider than need be."""
    rng = np.random.default_rng(9)
    covered = sum(abs(s.value - p) < 1.96 * s.se for s in (share(rng.random(800) < p) for _ in range(REPEATS)))
    assert covered >= stats.binom.ppf(1e-4, REPEATS, 0.93)


def test_pairs_are_counted_one_by_one():
    rng = np.random.default_rng(2)
    a, b = rng.integers(0, 4, 300).astype(float), rng.integers(0, 4, 300).astype(float)
    found = paired(a, b)
    assert found.improved == sum(p > q for p, q in zip(a, b, strict=True)) / 300
    assert found.ties == sum(p == q for p, q in zip(a, b, strict=True)) / 300
    added = (300 * found.improved + 2) / 304  # two hits and two misses more
    assert found.se == pytest.approx(math.sqrt(added * (1 - added) / 304))
    assert paired(a, a).se == 0


def test_independent_is_the_mann_whitney_statistic():
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 9, 120).astype(float), rng.integers(1, 8, 150).astype(float)
    found = independent(a, b)
    assert found.value == pytest.approx(stats.mannwhitneyu(a, b).statistic / (120 * 150))
    kernel = (a[:, None] > b) + 0.5 * (a[:, None] == b)  # [n, m]
    variance = kernel.mean(1).var(ddof=1) / 120 + kernel.mean(0).var(ddof=1) / 150
    assert found.se == pytest.approx(math.sqrt(variance))


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_coverage_of_independent(shift):
    rng = np.random.default_rng(4)
    truth = stats.norm.cdf(shift / math.sqrt(2))
    covered = []
    for _ in range(REPEATS):
        found = independent(rng.normal(shift, 1, 300), rng.normal(0, 1, 300))
        covered.append(abs(found.value - truth) < 1.96 * found.se)
    coverage_is_nominal(covered)


def test_spread_is_the_root_of_the_trace_of_the_covariance():
    x = torch.randn(400, 3, generator=torch.Generator().manual_seed(5)) * torch.tensor([1.0, 2.0, 0.1]) + 50
    assert spread(x).value == pytest.approx(math.sqrt(np.trace(np.cov(x.double().numpy().T))), rel=1e-9)
    assert spread(x[:1]) == (None, None)
    assert spread(x[:1].repeat(5, 1)) == (0.0, 0.0)


def test_coverage_of_the_spread():
    """A Gaussian cloud of variances 1 and 4."""
    scale = torch.tensor([1.0, 2.0])
    covered = []
    for k in range(REPEATS):
        found = spread(torch.randn(1000, 2, generator=torch.Generator().manual_seed(k)) * scale)
        covered.append(abs(found.value - math.sqrt(5)) < 1.96 * found.se)
    coverage_is_nominal(covered)
