"""Running means of 1/p, and how often their intervals cover: against a closed form drawn here with numpy alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from gdviz.presets import load
from gdviz.theory.running import gaussians_apart, running

Z = float(-ndtri(1e-3 / 20 / 2))
SAMPLES, RUNS = 2000, 150


def coverage(distance: float, runs: int = 2000) -> float:
    """Of the usual interval for E[1 + exp(-2 d X)], X ~ N(d, 1), which is 2."""
    rng = np.random.default_rng(7)
    x = rng.normal(distance, 1, (runs, SAMPLES))
    f = 1 + np.exp(-2 * distance * x)
    return float((np.abs(f.mean(1) - 2) <= 1.96 * f.std(1, ddof=1) / np.sqrt(SAMPLES)).mean())


@pytest.mark.slow
@pytest.mark.parametrize("distance", [0.5, 1.5, 2.5])
def test_coverage_is_that_of_an_independent_count(distance):
    found, expected = running(gaussians_apart(distance), SAMPLES, RUNS, 1), coverage(distance)
    se = np.hypot(found.covered.se, np.sqrt(expected * (1 - expected) / 2000))
    assert found.exact == pytest.approx(2, rel=1e-9)
    assert abs(found.covered.value - expected) <= Z * se


def test_near_classes_are_printed_and_far_ones_refused():
    near, far = (running(gaussians_apart(distance), SAMPLES, 20, 2) for distance in (0.4, 2.5))
    assert near.refused.value == 0 and near.tail.reliable
    assert far.refused.value == 1 and not far.tail.reliable
    last = near.means[0][-1]
    assert abs(last.value - 2) <= Z * last.se


def test_a_running_mean_is_the_mean_of_the_first_samples():
    found = running(gaussians_apart(0.5), 500, 3, 3)
    assert found.n[0] == 20 and found.n[-1] == 500 and len(found.means) == 3
    assert all(len(means) == len(found.n) for means in found.means)
    more = running(gaussians_apart(0.5), 500, 1, 3)
    assert more.means[0] == found.means[0]
    ses = [mean.se for mean in found.means[0]]
    assert ses[-1] < ses[0]


def test_a_reward_that_is_sought_has_no_such_mean():
    plan = load("line-reward").experiment.build().plan
    assert running(plan, 100, 2, 0) is None
