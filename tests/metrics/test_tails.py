"""The tail diagnostic: the fit against known Pareto laws, the decision against the coverage of the usual interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from gdviz.metrics.tails import pareto_shape, tail, upper_shape


@pytest.mark.parametrize("k", [-0.3, 0.2, 0.5, 0.8, 1.5])
def test_shape_of_pareto_samples(k):
    """On average over 200 samples of 400; the estimate's known pull toward 1/2 is undone first.

    Asymptotic standard deviation of the maximum-likelihood shape: (1 + k) / sqrt(m); what is left is a
    bias of order 1 / m.
    """
    rng = np.random.default_rng(0)
    m = 400
    found = [pareto_shape(np.sort(stats.genpareto.rvs(k, size=m, random_state=rng))) for _ in range(200)]
    unpulled = (np.array(found) * (m + 10) - 5) / m
    tolerance = 4 * max(unpulled.std(ddof=1), (1 + k) / math.sqrt(m)) / math.sqrt(200) + 5 / m
    assert unpulled.mean() == pytest.approx(k, abs=tolerance)


def test_shape_agrees_with_maximum_likelihood():
    rng = np.random.default_rng(1)
    gaps = []
    for _ in range(20):
        excess = np.sort(stats.genpareto.rvs(0.6, scale=3.0, size=1000, random_state=rng))
        ours = (pareto_shape(excess) * 1010 - 5) / 1000
        gaps.append(ours - stats.genpareto.fit(excess, floc=0)[0])
    assert np.abs(gaps).max() < 0.5 * 1.6 / math.sqrt(1000)  # half a standard error of either


def test_shape_does_not_depend_on_the_unit():
    excess = np.sort(np.random.default_rng(2).pareto(1.5, 300))
    assert pareto_shape(1e-9 * excess) == pytest.approx(pareto_shape(excess), rel=1e-6)


def costs(distance: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """1 / p(c | x) for x ~ p(. | c), two unit Gaussians at +-distance; its mean is 2."""
    return 1 + np.exp(-2 * distance * rng.normal(distance, 1, n))


@pytest.mark.parametrize("n", [1500, 4000, 20_000])
@pytest.mark.parametrize(
    ("distance", "reliable"), [(0.25, True), (0.5, True), (0.75, True), (1.5, False), (2.0, False), (3.0, False)]
)
def test_near_classes_pass_and_far_ones_are_flagged(n, distance, reliable):
    """In at least 90 % of runs, at a false-alarm rate of 1e-4 had it been 95 %."""
    rng = np.random.default_rng(3)
    right = sum(tail(costs(distance, n, rng)).reliable is reliable for _ in range(200))
    assert right >= stats.binom.ppf(1e-4, 200, 0.95)


def test_unflagged_means_have_covering_intervals():
    """Where most runs pass, the usual 95 % interval covers in at least 90 % of them (rate 1e-4)."""
    rng = np.random.default_rng(4)
    for distance in (0.25, 0.5, 0.75):
        covered = []
        for _ in range(400):
            values = costs(distance, 4000, rng)
            if tail(values).reliable:
                covered.append(abs(values.mean() - 2) < 1.96 * values.std(ddof=1) / math.sqrt(4000))
        assert len(covered) > 200
        assert sum(covered) >= stats.binom.ppf(1e-4, len(covered), 0.93)


def test_top_share_is_what_the_largest_hundredth_carries():
    values = np.random.default_rng(5).exponential(size=1000)
    assert tail(values).top_share == pytest.approx(sum(sorted(values)[-10:]) / sum(values))


def test_values_without_a_tail():
    assert upper_shape(np.ones(200)) is None
    assert tail(np.ones(200)).reliable
    assert not tail(np.append(np.ones(200), np.inf)).reliable
    assert not tail(np.ones(5)).reliable  # too few to tell
