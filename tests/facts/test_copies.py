"""Copies among samples are told from independent samples that are equal because they are rounded."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.facts.copies import copies_of

X = np.random.default_rng(0).standard_normal((5000, 2))


def test_independent_samples_are_no_copies() -> None:
    for x in (X, X[:, :1], X.astype(np.float32)[:, :1].astype(float), X.round(1), X[:, :1].round(2)):
        assert copies_of(x) is None


@pytest.mark.parametrize("order", ["repeated", "tiled", "shuffled"])
def test_equal_copies(order: str) -> None:
    x = np.repeat(X[:30], 10, 0) if order == "repeated" else np.tile(X[:30], (10, 1))
    if order == "shuffled":
        x = np.random.default_rng(1).permutation(x)
    found = copies_of(x)
    assert found is not None and found.worth == pytest.approx(30)
    assert sorted(map(tuple, found.distinct)) == sorted(map(tuple, X[:30]))


def test_what_unequal_copies_are_worth_is_the_variance_of_their_mean() -> None:
    """Kish's number, against the variance of a mean over copies made 20,000 times anew."""
    counts = np.array([1, 1, 2, 5, 11])
    found = copies_of(np.repeat(X[:5], counts, 0))
    assert found is not None
    draws = np.random.default_rng(2).standard_normal((20_000, 5)) @ counts / counts.sum()  # [20000]
    assert 1 / draws.var() == pytest.approx(found.worth, rel=4 * np.sqrt(2 / 20_000))
