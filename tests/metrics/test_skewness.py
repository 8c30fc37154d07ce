"""The verdict on a mean of 1 / r: the measure against closed forms, the verdict against the exact variance."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gdviz.experiment import Built, Experiment
from gdviz.facts.random_experiments import random_experiment
from gdviz.metrics import RowReader
from gdviz.metrics.exact import variance_of_reciprocal
from gdviz.metrics.reading import Reader
from gdviz.metrics.skewness import LARGEST, MOST, KnownSkewness, skewness


def pair(distance: float, variance: float = 1.0, **changes) -> Built:
    """p(c) = 1/2, c: N(d, variance), the rest: N(-d, 1)."""
    parts = [
        {"mean": [distance], "covariance": [[variance]], "label": "c"},
        {"mean": [-distance], "covariance": [[1]], "label": "rest"},
    ]
    asked = {"target": {"kind": "gaussian_mixture", "components": parts}, "guidance": {"kind": "cfg", "label": "c"}, "w": [0]}
    return Experiment.parse(asked | changes).build()


def known(built: Built, measured: bool = False) -> KnownSkewness:
    return KnownSkewness(built.plan, Reader(built.law, built.plan.reward), measured, 0)


def test_skewness_against_scipy():
    values = np.random.default_rng(0).gamma(2.0, size=500)
    assert skewness(values) == pytest.approx(stats.skew(values))
    assert skewness(1e200 * values) == pytest.approx(stats.skew(values))
    assert skewness(np.ones(5)) == 0 and skewness(np.array([1.0, np.inf])) == math.inf


@pytest.mark.slow
def test_the_law_of_two_near_gaussians():
    """1/p - 1 is lognormal with s = 2 d: skewness (e^(s^2) + 2) sqrt(e^(s^2) - 1). At d = 0.25, from 250,000 exact samples."""
    growth = math.exp(0.25)
    exact = (growth + 2) * math.sqrt(growth - 1)
    rng = np.random.default_rng(1)
    scatter = np.std([skewness(rng.lognormal(sigma=0.5, size=MOST)) for _ in range(30)], ddof=1)
    assert known(pair(0.25)).at(0.0, 4000) * math.sqrt(4000) == pytest.approx(exact, abs=4 * scatter)


@pytest.mark.parametrize("distance", [1.0, 1.5, 2.0, 2.5, 4.0])
def test_no_band_where_the_exact_relative_error_exceeds_a_twentieth(distance):
    """Nor does any sample talk it into one: 20 runs each, the ones that miss the tail among them."""
    built = pair(distance)
    variance = variance_of_reciprocal(built.plan)
    assert math.sqrt(variance / 4000) / 2 > 0.05
    reader = RowReader(built.law, built.plan)
    for seed in range(20):
        x = built.plan.unguided.sample(4000, torch.Generator().manual_seed(seed)).x.float()
        reading = reader.read(x)
        row = reader.row(0.0, reading, reading, distances=False)
        assert row.mean_reciprocal is None and not row.tail.reliable
        below = reader.row(-0.5, reading, reading, distances=False)
        assert below.mean_reciprocal is None


def test_an_infinite_variance_has_no_band():
    built = pair(1.0, variance=0.4)  # 1/p grows like exp(0.75 x^2), its square faster than p(. | c) falls
    assert variance_of_reciprocal(built.plan) is None
    assert known(built).at(0.0, 4000) > LARGEST


def test_a_tail_that_the_exact_samples_missed_too():
    """One particle in 10^7 would carry a mean that is known: a class of its own far away, nearly never visited."""
    parts = [
        {"weight": 1.0, "mean": [0.0], "covariance": [[1.0]], "label": "c"},
        {"weight": 1e-7, "mean": [0.0], "covariance": [[1e-4]], "label": "c"},
        {"weight": 1.0, "mean": [60.0], "covariance": [[1.0]], "label": "rest"},
    ]
    asked = {"target": {"kind": "gaussian_mixture", "components": parts}, "guidance": {"kind": "cfg", "label": "c"}, "w": [0]}
    built = Experiment.parse(asked).build()
    assert known(built).at(0.0, 4000) > LARGEST  # the sample's own 1/p is 1 throughout; its mean is 2


def test_a_tail_that_is_missed_below_0_is_seen_by_its_exact_mean():
    """w = -1 samples p, part of which lies where p(c | x) is tiny: 100,000 exact samples put E 1/p 198 errors too low."""
    experiment = Experiment.parse(random_experiment(2, 1310))
    built, n = experiment.build(), 1000
    assert known(built).at(0.0, n) <= LARGEST < known(built).at(-1.0, n)


def test_w_above_0_is_lighter_only_under_plain_guidance():
    plain, scheduled = pair(1.0), pair(1.0, guidance={"kind": "cfg", "label": "c", "schedule": {"kind": "interval"}})
    at = [known(plain).at(w, 4000) for w in (-0.5, 0.0, 0.5, 1.0, 2.0)]
    assert at == sorted(at, reverse=True) and at[1] > LARGEST > at[-1]
    assert known(scheduled).at(2.0, 4000) == known(scheduled).at(0.0, 4000)
    assert known(plain, measured=True).at(2.0, 4000) == known(plain).at(0.0, 4000)
    assert known(pair(2.5)).at(50.0, 4000) > LARGEST  # too heavy for any w to be trusted


def test_the_verdict_does_not_depend_on_what_was_asked_before():
    built = pair(0.75)
    fresh, used = known(built), known(built)
    for n in (100, 600, 5000):
        used.at(0.0, n)
    assert used.at(0.0, 4000) == fresh.at(0.0, 4000)


def test_points_that_tell_their_class_have_a_mean():
    """1/p is 1 at every point of c: nothing is skewed, though c is impossible elsewhere."""
    target = {"kind": "points", "points": [[0.0], [1.0], [3.0]], "labels": ["c", "c", "rest"]}
    built = Experiment.parse({"target": target, "guidance": {"kind": "cfg", "label": "c"}, "w": [0]}).build()
    assert known(built).at(0.0, 4000) == 0


@pytest.mark.parametrize(("form", "w"), [("reward", 0.5), ("reward", 1.0), ("reward", 4.0), ("cost", 0.5), ("cost", 4.0)])
def test_guidance_is_not_trusted_to_lighten_what_it_only_shifts(form, w):
    """r = exp(b x) on one Gaussian: guidance moves it by w b, and 1 / r is lognormal with the same skewness at every w."""
    n, b = 1000, 0.8
    target = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]], "label": "c"}]}
    reward = {"kind": "exp", "of": {"kind": "linear", "direction": [b]}}
    guidance = {"kind": "reward", "form": form, "reward": reward}
    built = Experiment.parse({"target": target, "guidance": guidance, "w": [0]}).build()
    exact = (math.exp(b**2) + 2) * math.sqrt(math.expm1(b**2)) / math.sqrt(n)
    found = known(built)
    assert found.at(w, n) == pytest.approx(found.at(0.0, n), rel=1e-6)  # the same samples, moved
    assert exact / 2 < found.at(w, n) < 2 * exact  # a sample's skewness scatters


@pytest.mark.parametrize(("form", "w"), [("reward", 0.0), ("reward", 1.0), ("reward", 3.0), ("cost", -1.0), ("cost", 2.0)])
def test_a_mean_of_r_keeps_its_value_and_loses_its_band_where_r_is_heavy(form, w):
    """r = exp(b x) on one Gaussian is lognormal at every w; skewness (e^(b^2) + 2) sqrt(e^(b^2) - 1)."""
    for b, light in ((0.2, True), (2.0, False)):
        target = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]], "label": "c"}]}
        reward = {"kind": "exp", "of": {"kind": "linear", "direction": [b]}}
        guidance = {"kind": "reward", "form": form, "reward": reward}
        built = Experiment.parse({"target": target, "guidance": guidance, "w": [0]}).build()
        reader = RowReader(built.law, built.plan)
        x = built.plan.unguided.sample(1000, torch.Generator().manual_seed(1)).x.float()
        reading = reader.read(x)
        row = reader.row(w, reading, reading, distances=False)
        assert row.mean_reward is not None and (row.se_reward is not None) is light
        exact = (math.exp(b**2) + 2) * math.sqrt(math.expm1(b**2)) / math.sqrt(1000)
        assert (exact <= LARGEST) is light


def test_a_probability_keeps_its_band():
    """1/p is as heavy as can be, p is at most 1: only an upper tail without an end is refused."""
    found = known(pair(2.0))
    assert found.at(0.0, 4000) > 1 and found.of_reward(0.0, 4000) < 0
