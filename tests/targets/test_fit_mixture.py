"""Mixtures fitted to points: a known one is found again within standard errors, and what cannot be fitted is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal, norm

from gdviz.errors import GdvizError
from gdviz.targets import TARGETS, fit_mixture

KNOWN = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 0.4, "mean": [-4, 0], "covariance": [[0.5, 0.2], [0.2, 0.3]], "label": "a"},
        {"weight": 0.25, "mean": [4, 3], "covariance": [[0.2, 0], [0, 0.6]], "label": "a"},
        {"weight": 0.35, "mean": [0, -4], "covariance": [[0.4, -0.3], [-0.3, 0.5]], "label": "b"},
    ],
}
N = 3000


def drawn(n: int = N, seed: int = 0):
    """Points [n, 2] of the known mixture, with their labels."""
    law = TARGETS.parse(KNOWN).build()
    points = law.sample(n, torch.Generator().manual_seed(seed))
    x = points.x.numpy()
    nearest = ((x[:, None] - np.array([c["mean"] for c in KNOWN["components"]])) ** 2).sum(-1).argmin(1)
    return x, [KNOWN["components"][k]["label"] for k in nearest]  # the components are 10 standard deviations apart


def test_a_known_mixture_is_found_again():
    """Every weight, mean and covariance within standard errors of a fit that knows each point's component (they hardly overlap);
    false alarm 1e-4 over all 18 numbers."""
    x, labels = drawn()
    fitted = fit_mixture(x, labels, most=4)
    assert sorted((row.label, row.components) for row in fitted.rows if row.chosen) == [("a", 2), ("b", 1)]
    z = norm.isf(1e-4 / (2 * 18))
    for known in KNOWN["components"]:
        near = min(fitted.target.components, key=lambda c: math.dist(c.mean, known["mean"]))
        p, covariance, count = known["weight"], np.array(known["covariance"]), known["weight"] * N
        assert near.label == known["label"]
        assert abs(near.weight - p) < z * math.sqrt(p * (1 - p) / N)
        assert (np.abs(np.array(near.mean) - known["mean"]) < z * np.sqrt(np.diag(covariance) / count)).all()
        variances = np.diag(covariance)
        se = np.sqrt((np.outer(variances, variances) + covariance**2) / count)  # of a normal sample's covariances
        assert (np.abs(np.array(near.covariance) - covariance) < z * se).all()
    assert sum(c.weight for c in fitted.target.components) == pytest.approx(1)


def test_the_bic_is_that_of_the_formula():
    """One Gaussian: -2 log likelihood at sample mean and covariance + 5 log n, without scaling; the floor of 1e-6 aside."""
    x = drawn(400)[0]
    row = fit_mixture(x, most=1).rows[0]
    log_likelihood = multivariate_normal(x.mean(0), np.cov(x.T, bias=True)).logpdf(x).sum()
    assert row.bic == pytest.approx(-2 * log_likelihood + 5 * math.log(400), rel=1e-6)
    assert (row.label, row.points, row.components, row.smallest, row.chosen) == (None, 400, 1, pytest.approx(400), True)


def test_without_labels_there_are_none_and_the_least_bic_is_chosen():
    fitted = fit_mixture(drawn(600)[0], most=6)
    assert [row.components for row in fitted.rows] == list(range(1, 7))
    chosen = min(fitted.rows, key=lambda row: row.bic)
    assert chosen.chosen and chosen.components == 3 and sum(row.chosen for row in fitted.rows) == 1
    assert {c.label for c in fitted.target.components} == {None}
    assert fitted.target.build().labels == ()


def test_it_is_repeatable_and_units_do_not_matter():
    x, labels = drawn(300)
    first, again = (fit_mixture(x, labels, most=4, seed=5) for _ in range(2))
    assert first == again and TARGETS.parse(json.loads(first.target.model_dump_json())) == first.target
    units = np.array([1000.0, 0.01])
    other = fit_mixture(x * units, labels, most=4, seed=5)
    assert [row.chosen for row in other.rows] == [row.chosen for row in first.rows]
    for one, two in zip(first.target.components, other.target.components, strict=True):
        np.testing.assert_allclose(np.array(one.mean) * units, two.mean, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(np.array(one.covariance) * np.outer(units, units), two.covariance, rtol=1e-5, atol=1e-9)


def test_no_component_sits_on_a_handful_of_points():
    """Two points that nearly coincide would win any likelihood; every component stands for at least 3 (d + 1) points."""
    x = drawn(200)[0]
    x[1] = x[0] + 1e-9
    fitted = fit_mixture(x, most=8)
    assert all(c.weight * len(x) >= 9 - 1e-6 for c in fitted.target.components)


def test_few_points_points_on_a_line_and_one_dimension():
    assert len(fit_mixture([[0, 0], [1, 0], [0, 1]]).target.components) == 1
    along = np.linspace(-1, 1, 50)[:, None] * [3.0, 3.0]
    for flat in (along, along * [1, 0]):  # a covariance of rank 1 is made a Gaussian
        assert fit_mixture(flat, most=2).target.build().dimension == 2
    assert fit_mixture(drawn(100)[0][:, 0]).target.build().dimension == 1


SQUARE = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("points", "options", "words"),
    [
        ([[0, math.nan], *SQUARE], {}, "points: found 1 that are not finite"),
        ([[0, math.inf], *SQUARE], {}, "points: found 1 that are not finite"),
        (SQUARE[:2], {}, "points: found 2; a Gaussian needs at least 3 in 2 dimensions"),
        ([1.0], {}, "points: found 1; a Gaussian needs at least 2 in 1 dimension"),
        ([], {}, "points: found none"),
        (SQUARE, {"labels": ["a", "a", "a", "b"]}, "points: found 1 with the label 'b'; a Gaussian needs at least 3"),
        ([[1.0, 1.0]] * 5, {}, "points: found all 5 at one place"),
        (SQUARE, {"labels": ["a"]}, "labels: found 1 for 4 points"),
        (SQUARE, {"most": 0}, "most: found 0"),
        ([[[0.0]]], {}, "points: found shape [1, 1, 1]"),
        (["a", "b"], {}, "points: found values of type"),
        ([[0.0, 2e6], *SQUARE], {}, "at most 1e+06"),
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(points, options, words):
    with pytest.raises(GdvizError) as refused:
        fit_mixture(points, **options)
    assert words in str(refused.value) and str(refused.value).endswith(".") and "\n" not in str(refused.value)
