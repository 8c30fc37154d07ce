"""Slopes of random mixtures against quadrature that shares nothing with the program, and against the measured ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import ndtri

from gdviz.samplers.ddpm import Ddpm
from gdviz.theory.slope import misfit, random_plans, slope_point

Z = float(-ndtri(1e-3 / 20 / 2))
SAMPLER = Ddpm(steps=100)
PLANS = list(random_plans(4, 5))


def divergence(plan) -> float:
    """KL(p || p(. | c)), or KL(p^r || p) = E[r log r] / E r - log E r, on a plain grid."""
    law, d = plan.away, plan.away.dimension
    means, weights = law.components.means.numpy(), law.weights.numpy()
    covariances = law.components.covariances.numpy()
    axis = np.linspace(-12, 12, 4001 if d == 1 else 401)
    x = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1).reshape(-1, d)
    parts = []
    for mean, covariance in zip(means, covariances, strict=True):
        off = x - mean
        exponent = -0.5 * np.einsum("ni,ij,nj->n", off, np.linalg.inv(covariance), off)
        parts.append(np.exp(exponent) / np.sqrt((2 * np.pi) ** d * np.linalg.det(covariance)))
    p, given = weights @ np.array(parts), parts[0]  # class b is the first component alone
    if plan.identity == "mean_reward":
        r, cell = plan.reward(torch.from_numpy(x)).numpy(), (axis[1] - axis[0]) ** d
        mean = (p * r).sum() * cell
        return float((p * r * np.log(r)).sum() * cell / mean - np.log(mean))
    ratio = np.log(np.maximum(p, 1e-290)) - np.log(np.maximum(given, 1e-290))
    return float((p * ratio).sum() * (axis[1] - axis[0]) ** d)


@pytest.mark.parametrize("k", range(len(PLANS)))
def test_the_exact_slope_is_the_divergence_and_is_measured(k):
    plan, _ = PLANS[k]
    point = slope_point(plan, SAMPLER, SAMPLER.build_levels(), 2048, k)
    assert point.dimension == 1 + k % 2 and point.kind == ("label", "reward")[k // 2]
    assert point.divergence == pytest.approx(divergence(plan), rel=1e-4)
    assert point.exact == pytest.approx(2 * point.divergence * plan.baseline)
    assert point.measured.value is not None
    assert abs(point.measured.value - point.exact) <= Z * point.measured.se + point.step
    assert point.measured.se < 0.2 * point.exact, "the test would not see a wrong slope"


def test_the_same_seed_gives_the_same_mixtures_and_heavy_ones_are_counted():
    again = list(random_plans(8, 5))
    assert [plan.baseline for plan, _ in again[:4]] == [plan.baseline for plan, _ in PLANS]
    counts = [skipped for _, skipped in again]
    assert counts == sorted(counts) and counts[-1] > 0


def test_misfit_is_about_one_for_right_slopes_and_large_for_wrong_ones():
    plan, _ = PLANS[0]
    point = slope_point(plan, SAMPLER, SAMPLER.build_levels(), 1024, 0)
    assert misfit([point]) < Z
    assert misfit([replace(point, exact=2 * point.exact)]) > Z
    assert misfit([]) is None
