"""Wasserstein distances and MMD against closed forms and slow second ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from gdviz.metrics.mmd import mmd
from gdviz.metrics.transport import sliced_w2, w2

RNG = np.random.default_rng(0)


def test_w2_is_the_best_assignment():
    x, y = RNG.normal(size=(60, 2)), RNG.normal(1, 2, size=(60, 2))
    cost = ((x[:, None] - y) ** 2).sum(-1)
    rows, columns = linear_sum_assignment(cost)
    assert w2(x, y) == pytest.approx(math.sqrt(cost[rows, columns].mean()), rel=1e-9)


@pytest.mark.parametrize("d", [1, 2])
def test_a_shift_is_its_own_distance(d):
    """W2 of x and x + a is |a|; sliced W2 is |a| / sqrt(d), up to the 64 directions."""
    x = RNG.normal(size=(300, d))
    assert w2(x, x + 0.7) == pytest.approx(0.7 * math.sqrt(d), rel=1e-6)
    assert sliced_w2(x, x + 0.7) == pytest.approx(0.7, rel=0.25)


def test_mmd_is_unbiased_between_samples_of_one_law_and_known_between_two():
    """Mean over 200 pairs within 4.5 s.e. of 0; 2 h / sqrt(h^2 + 2) (1 - exp(-2 / (h^2 + 2))) between N(0, 1) and N(2, 1)."""
    generator = torch.Generator().manual_seed(1)
    values = torch.tensor([mmd(*torch.randn(2, 60, 1, generator=generator, dtype=torch.float64)) for _ in range(200)])
    assert abs(float(values.mean())) <= 4.5 * float(values.std()) / math.sqrt(200)
    x, y = torch.randn(1500, 1, generator=generator).double() + 2, torch.randn(1500, 1, generator=generator).double()
    h = float(torch.cdist(y, y)[~torch.eye(1500, dtype=torch.bool)].median())
    scale = h / math.sqrt(h**2 + 2)
    truth = 2 * scale * (1 - math.exp(-(2**2) / (2 * (h**2 + 2))))
    assert mmd(x, y) == pytest.approx(truth, rel=0.06)


def test_points_in_one_place_have_no_scale():
    assert math.isnan(mmd(torch.zeros(5, 2), torch.zeros(5, 2)))
