"""The two-sample test by a classifier: valid where the laws are equal, sharp where they differ, its blind spot as stated."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import binom
from sklearn.neighbors import KNeighborsClassifier

from gdviz.metrics.two_sample import FEWEST, LEVEL, POWER, classifier_two_sample, smallest_difference


def normal(n: int, d: int, seed: int) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.slow
@pytest.mark.parametrize("d", [1, 2])
def test_equal_laws_are_told_apart_no_more_often_than_stated(d):
    """300 pairs of samples of one law: those below p = 0.05 are at most Binomial(300, 0.05); false alarm 1e-4."""
    p = [classifier_two_sample(normal(100, d, 2 * k), normal(100, d, 2 * k + 1), k).p_value for k in range(300)]
    assert sum(value <= 0.05 for value in p) <= binom.isf(1e-4, 300, 0.05)
    assert min(p) > 1e-4 / 300  # and no p-value so small that all of them together would see it


def test_the_accuracy_is_that_of_the_best_classifier_where_that_is_known():
    """N(-1, 1) against N(1, 1): the best classifier is right with Phi(1) = 0.8413; neighbours lose little, and can only lose."""
    a, b = normal(8000, 1, 0) - 1, normal(8000, 1, 1) + 1
    found = classifier_two_sample(a, b)
    se = (0.8413 * 0.1587 / found.held_out) ** 0.5
    assert 0.8413 - 0.01 - 4 * se < found.accuracy < 0.8413 + 4 * se
    assert found.p_value < 1e-100 and found.difference == pytest.approx(2 * found.accuracy - 1)


def test_the_same_number_by_hand():
    """One split, done here without scaling: equal spread in all coordinates leaves the neighbours as they are."""
    a, b, seed = normal(60, 1, 3), 1 + normal(61, 1, 4), 5
    generator = torch.Generator().manual_seed(seed)
    a, b = (x[torch.randperm(60, generator=generator)] for x in (a, b[:60]))
    train, truth = torch.cat([a[:30], b[:30]]).numpy(), [0] * 30 + [1] * 30
    said = KNeighborsClassifier(7).fit(train, truth).predict(torch.cat([a[30:], b[30:]]).numpy())
    right = sum(int(one == other) for one, other in zip(said, truth, strict=True))
    found = classifier_two_sample(normal(60, 1, 3), 1 + normal(61, 1, 4), seed)
    assert (found.held_out, found.accuracy) == (60, right / 60)
    assert found.p_value == pytest.approx(sum(binom.pmf(k, 60, 0.5) for k in range(right, 61)))


@pytest.mark.parametrize("n", [40, 399, 2000])
def test_the_smallest_difference_is_seen_as_often_as_stated(n):
    needed = next(k for k in range(n + 1) if binom.sf(k - 1, n, 0.5) <= LEVEL)
    accuracy = (1 + smallest_difference(n)) / 2
    assert binom.sf(needed - 1, n, accuracy) == pytest.approx(POWER, rel=1e-9)
    assert binom.sf(needed - 1, n, accuracy - 0.01) < POWER


def test_more_points_see_less_and_units_do_not_matter():
    assert smallest_difference(4000) < smallest_difference(1000) < smallest_difference(100)
    a, b = normal(400, 2, 0), normal(400, 2, 1)
    units = torch.tensor([1e3, 1e-4], dtype=torch.float64)
    assert classifier_two_sample(a * units, b * units) == classifier_two_sample(a, b)
    assert classifier_two_sample(a, b, 1) == classifier_two_sample(a, b, 1)


def test_too_little_says_nothing():
    assert classifier_two_sample(normal(FEWEST - 1, 2, 0), normal(500, 2, 1)) is None
    lost = normal(100, 2, 0)
    lost[3, 1] = torch.nan
    assert classifier_two_sample(lost, normal(100, 2, 1)) is None
