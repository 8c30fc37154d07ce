"""Moments, shares and mean rewards against a law: right as often as stated, and a difference of the stated size is seen."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from scipy import stats

from gdviz.experiment import Experiment
from gdviz.facts.judge import goals, judge
from gdviz.facts.judgement_table import HEAVY, law_rows, tail_line
from gdviz.facts.law_tests import LEVEL, Reference, adjusted, moment_tests, moments, reward_test, share_tests
from gdviz.metrics.mean_difference import MeanDifference, share_p_value
from gdviz.presets import load

COVARIANCE = np.array([[2.0, 0.6], [0.6, 0.5]])
MEAN = np.array([1.0, -2.0])


def normal(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(MEAN, COVARIANCE, n)


@pytest.fixture(scope="module")
def law() -> Reference:
    return Reference(torch.from_numpy(normal(4000, 0)), MEAN, COVARIANCE, True)


def test_a_spread_has_the_p_value_of_chi_square() -> None:
    """For a Gaussian (n - 1) s^2 / sigma^2 is chi square, whatever n; the law's skewness is sqrt 8 and its sd sqrt 2."""
    for n, ratio in ((10, 0.3), (50, 1.6), (1000, 0.9)):
        known = MeanDifference(np.sqrt(2 / (n - 1)), np.sqrt(8 / (n - 1)))
        exact = stats.chi2(n - 1)
        assert known.p_value(ratio - 1) == pytest.approx(2 * min(exact.cdf((n - 1) * ratio), exact.sf((n - 1) * ratio)), rel=1e-9)


def test_a_share_has_the_p_value_of_fisher() -> None:
    for hits, n, known, m in ((7, 50, 900, 9000), (0, 60, 500, 5000), (40, 50, 4100, 9000)):
        both = [[hits, n - hits], [known, m - known]]
        smaller = min(stats.fisher_exact(both, alternative=way)[1] for way in ("less", "greater"))
        assert share_p_value(hits, n, known, m) == pytest.approx(min(1, 2 * smaller), rel=1e-6)


def test_moments_of_a_mixture_by_hand() -> None:
    """Two components: the mean and the covariance that numpy finds for a million draws, within 5 standard errors."""
    target = load("surrounded-class").experiment.target.build()
    mean, covariance = moments(target)
    x = target.sample(1_000_000, torch.Generator().manual_seed(3)).x.numpy()
    off = x - x.mean(0)
    products = off[:, :, None] * off[:, None, :]  # [n, d, d]
    assert (np.abs(x.mean(0) - mean) <= 5 * x.std(0) / 1000).all()
    assert (np.abs(products.mean(0) - covariance) <= 5 * products.std(0) / 1000).all()


@pytest.mark.parametrize(("n", "exact"), [(60, True), (800, False)])
def test_a_law_s_own_samples_are_told_from_it_as_often_as_stated(law: Reference, n: int, exact: bool) -> None:
    """300 sets; each of two kinds at LEVEL / 6, so LEVEL / 3 together at most; binomial, 1e-4."""
    told = 0
    for k in range(300):
        y = law if exact else Reference.of(torch.from_numpy(normal(5 * n, 7000 + k)), None)
        tests = moment_tests(torch.from_numpy(normal(n, 10_000 + k)), n, y)
        told += min(adjusted(tests).values()) <= LEVEL
    assert told <= stats.binom.isf(1e-4, 300, LEVEL / 3)


@pytest.mark.parametrize("kind", ["mean", "spread"])
def test_a_difference_of_the_stated_size_is_seen(law: Reference, kind: str) -> None:
    """Along the first principal direction, 150 sets of 2,000: seen in 95 % of cases, within what a binomial does in 1e-4."""
    values, axes = np.linalg.eigh(COVARIANCE)
    axis, wide = axes[:, -1] * np.sign(axes[:, -1].sum()), np.sqrt(values[-1])
    first = {test.kind: test for test in reversed(moment_tests(torch.from_numpy(normal(2000, 1)), 2000, law)) if test.smallest}
    size, seen = first[kind].smallest, 0
    for k in range(150):
        x = normal(2000, 20_000 + k)
        off = np.outer((x - MEAN) @ axis, axis)  # [n, d]
        x = x + size * axis if kind == "mean" else x + off * size / wide
        seen += adjusted(moment_tests(torch.from_numpy(x), 2000, law))[kind] <= LEVEL
    low, high = (stats.binom.ppf(q, 150, 0.95) for q in (1e-4, 1 - 1e-4))
    assert low <= seen <= high


def test_a_share_and_a_mean_reward_of_the_stated_size_are_seen() -> None:
    rng = np.random.default_rng(5)
    size = share_tests(("a", "b"), [600, 1400], 2000, [6000, 14_000])[0].smallest
    draws = rng.exponential(size=20_000)
    known = reward_test("r", rng.exponential(size=2000), 2000, draws)
    shares = means = 0
    for _ in range(150):
        hits = int(rng.binomial(2000, 0.3 + size))
        shares += adjusted(share_tests(("a", "b"), [hits, 2000 - hits], 2000, [6000, 14_000]))["share"] <= LEVEL
        again = reward_test("r", rng.exponential(size=2000) + known.smallest, 2000, rng.exponential(size=20_000))
        means += adjusted([again])["reward"] <= LEVEL
    for seen in (shares, means):
        assert stats.binom.ppf(1e-4, 150, 0.93) <= seen  # 6,000 of 20,000 stand for a law's draws that happen to be exact


# ---------------------------------------------------------------------- judged
@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return load("surrounded-class").experiment


@pytest.fixture(scope="module")
def conditional(experiment: Experiment) -> np.ndarray:
    goal = next(goal for goal in goals(experiment.build(), None) if goal.name == "conditional")
    found = goal.draw(0.0, 40_000, torch.Generator().manual_seed(77))
    assert found is not None
    return found.numpy()


def test_a_spread_that_is_off_by_little_is_told_and_named(experiment: Experiment, conditional: np.ndarray) -> None:
    """2,000 points of it pass the floor of their distance, which said that they cannot be told from the law."""
    found = judge(1.05 * conditional[:20_000], experiment)  # the class has mean 0
    fit = found.nearest
    assert fit is not None and fit.name == "conditional" and fit.within_floor and not fit.agrees
    assert {"spread", "classifier"} <= set(fit.told_by) and "mean" not in fit.told_by
    said = re.search(r"the spread along \(1, 0\) is ([\d.]+) % too large \(p", found.sentence)
    assert said and abs(float(said[1]) - 5) < 1.5  # its smallest, 2.5 %, is more than 4 standard errors


def test_what_would_have_shown_is_said(experiment: Experiment, conditional: np.ndarray) -> None:
    found = judge(conditional[:20_000], experiment)
    assert found.nearest is not None and found.nearest.agrees and found.nearest.p_values.keys() == {
        "mean", "spread", "share", "reward", "distance", "classifier"
    }  # fmt: skip
    for words in ("nothing tested tells the samples from it", "1 % false alarms", "would have shown; less may be"):
        assert words in found.sentence
    assert "cannot be told" not in found.sentence
    few = judge(conditional[:200], experiment)
    seen = [[test.smallest for test in each.nearest.tests if test.kind == "spread" and test.smallest] for each in (found, few)]
    assert max(seen[1]) / max(seen[0]) == pytest.approx(10, rel=0.1)  # a hundredth of the samples sees a tenth as much


def test_a_distance_has_no_bar_where_it_is_not_normal(experiment: Experiment, conditional: np.ndarray) -> None:
    fits = {fit.name: fit for fit in judge(conditional[:1000], experiment).fits}
    assert fits["conditional"].within_floor and fits["conditional"].se is None
    assert fits["plain"].se is not None and fits["plain"].se > 0


def test_a_mean_of_the_reciprocal_is_refused_as_explore_refuses_it(experiment: Experiment, conditional: np.ndarray) -> None:
    """The exact law's skewness over sqrt n says it, of the laws too: 200 are too few, 40,000 enough."""
    few, many = judge(conditional[:200], experiment), judge(conditional, experiment)
    column = [[row[5] for row in law_rows(found)] for found in (few, many)]
    assert column[0][0] == column[0][2] == HEAVY and few.mean_reciprocal is None and "too heavy" in tail_line(few)
    assert column[1][2] != HEAVY and float(column[1][2]) == pytest.approx(3, rel=0.02)  # 1 / p(b)


def test_copies_are_worth_what_they_are(experiment: Experiment, conditional: np.ndarray) -> None:
    """300 rows of 30 points agree with the law that the 30 are of; taken for 300 they would not."""
    rows = np.repeat(conditional[:30], 10, 0)
    assert judge(rows, experiment).nearest.agrees
    law = Reference.of(torch.from_numpy(conditional), experiment.build().plan.unguided)
    sets = torch.from_numpy(np.repeat(conditional[:600].reshape(20, 30, 2), 10, 1))  # [20, 300, 2]
    told = sum(min(adjusted(moment_tests(x, 300, law)).values()) <= LEVEL for x in sets)
    assert told >= 5
