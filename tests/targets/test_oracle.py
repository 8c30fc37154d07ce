"""Mixtures and atoms against the plain numpy formulas, read from the descriptions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from targets.cases import CASES, KNOWN
from targets.oracle import Oracle

from gdviz.laws import Mixture
from gdviz.targets.gaussian_mixture import GaussianMixture
from gdviz.targets.grid import Grid
from gdviz.targets.points import PointSet
from gdviz.targets.ring import Ring


def oracle(name: str) -> Oracle:
    """From the numbers in the description; for figures drawn by the program, from the atoms it drew."""
    kind = CASES[name]
    if isinstance(kind, GaussianMixture):
        weights = np.array([c.weight for c in kind.components])
        means, covariances = [c.mean for c in kind.components], [c.covariance for c in kind.components]
        return Oracle(weights / weights.sum(), np.array(means, float), np.array(covariances, float))
    if isinstance(kind, PointSet):
        weights = np.array(kind.weights or [1.0] * len(kind.points))
        points, variance = np.array(kind.points, float), kind.noise
    else:
        law = kind.build()
        assert isinstance(law, Mixture)
        weights, points = law.weights.numpy(), law.components.means.numpy()
        variance = kind.sigma**2 if isinstance(kind, Ring) else kind.variance if isinstance(kind, Grid) else kind.noise
    covariances = np.broadcast_to(variance * np.eye(points.shape[1]), (*points.shape, points.shape[1]))
    return Oracle(weights / weights.sum(), points, covariances)


@pytest.mark.parametrize("t", [0.01, 0.2, 0.95])
@pytest.mark.parametrize("name", KNOWN)
def test_density_score_and_denoiser_are_the_textbook_ones(name, t):
    law, truth = CASES[name].build(), oracle(name)
    generator = torch.Generator().manual_seed(0)
    x = (1 - t) ** 0.5 * law.sample(30, generator).x
    x = x + t**0.5 * torch.randn(x.shape, generator=generator, dtype=torch.float64)
    for found, wanted in (
        (law.log_density(x, t), truth.log_density(x.numpy(), t)),
        (law.score(x, t), truth.score(x.numpy(), t)),
        (law.posterior_mean(x, t), truth.posterior_mean(x.numpy(), t)),
    ):
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-9, atol=1e-9)


def test_the_oracle_itself_on_one_gaussian():
    """N(1, 2) at t = 1/2 is N(sqrt(1/2), 3/2)."""
    one = Oracle(np.array([1.0]), np.array([[1.0]]), np.array([[[2.0]]]))
    x = np.array([[0.3]])
    off = 0.3 - np.sqrt(0.5)
    assert one.log_density(x, 0.5)[0] == pytest.approx(-(off**2) / 3 - 0.5 * np.log(3 * np.pi))
    assert one.score(x, 0.5)[0, 0] == pytest.approx(-off / 1.5)
    assert one.posterior_mean(x, 0.5)[0, 0] == pytest.approx(1 + np.sqrt(0.5) * 2 / 1.5 * off)
