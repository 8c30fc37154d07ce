"""The Frechet distance against scipy's matrix root, Gaussians known in closed form, and its floor."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from gdviz.errors import GdvizError
from gdviz.metrics.frechet import Frechet, frechet_distance


def drawn(n: int, d: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> torch.Tensor:
    return shift + scale * torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_scipy(x: torch.Tensor, y: torch.Tensor) -> float:
    first, second = np.cov(x.numpy().T), np.cov(y.numpy().T)
    root = sqrtm(first @ second)
    gap = x.numpy().mean(0) - y.numpy().mean(0)
    return float(gap @ gap + np.trace(first + second - 2 * root.real))


@pytest.mark.parametrize("n", [200, 6])  # with 6 points in 5 dimensions the covariances are next to singular
def test_it_is_the_textbook_number(n):
    mix = torch.randn(5, 5, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    x, y = drawn(n, 5, 0) @ mix, drawn(n, 5, 1, 0.5, 2.0)
    assert frechet_distance(x, y) == pytest.approx(by_scipy(x, y), rel=1e-6)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-9)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)


def test_two_gaussians_in_closed_form():
    """N(0, I) and N(m, s^2 I) in d dimensions: d m^2 + d (1 - s)^2, within 5 standard errors over repetitions and the bias."""
    d, n, m, s = 4, 4000, 0.7, 1.5
    found = torch.tensor([frechet_distance(drawn(n, d, 2 * k), drawn(n, d, 2 * k + 1, m, s)) for k in range(12)])
    bias = d * (1 + s**2) / n * (1 + d)  # of means and covariances, to first order and from above
    assert abs(float(found.mean()) - d * (m**2 + (1 - s) ** 2)) < 5 * float(found.std()) / math.sqrt(12) + bias


def test_batches_and_floor_are_at_the_references_size():
    frechet = Frechet(drawn(100, 3, 0), drawn(400, 3, 1))
    assert 0 < frechet.floor.mean < frechet.floor.high
    # Fresh points of the same law: the mean of 20 batches is below what one batch of real points exceeds once in twenty.
    same = frechet(drawn(2050, 3, 2))
    assert same.value is not None and same.se is not None
    assert same.value < frechet.floor.high
    far = frechet(drawn(2000, 3, 3, shift=1.0))
    assert far.value is not None and far.value > 3 - 1
    one = frechet(drawn(150, 3, 4))
    assert one.value == frechet_distance(drawn(150, 3, 4)[:100], frechet.reference) and one.se is None


def test_too_few_points_are_refused():
    with pytest.raises(GdvizError, match="found 50 points; a batch has 100"):
        Frechet(drawn(100, 3, 0), drawn(400, 3, 1))(drawn(50, 3, 2))
    with pytest.raises(GdvizError, match="found 100 real points beside a reference of 100"):
        Frechet(drawn(100, 3, 0), drawn(100, 3, 1))
    with pytest.raises(GdvizError, match="two finite ones a side"):
        frechet_distance(drawn(1, 3, 0), drawn(5, 3, 0))
