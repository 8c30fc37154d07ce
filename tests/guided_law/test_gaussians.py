"""Where every score is linear the law is Gaussian, with moments that obey ordinary differential equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from laws.reference import reward
from scipy import integrate, stats

from gdviz.diffusion import Levels
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import Plan, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.guided_law import GuidedLaw, guided_laws
from gdviz.laws import FullComponents, Mixture, pair
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.ddpm import Ddpm


def gaussian(mean: list[float], covariance: list[list[float]]) -> Mixture:
    means, covariances = torch.tensor([mean], dtype=torch.float64), torch.tensor([covariance], dtype=torch.float64)
    return Mixture(FullComponents(means, covariances), torch.zeros(1))


def plan_of(toward: Mixture, away: Mixture, base: str) -> Plan:
    unguided = toward if base == "toward" else away
    return Plan(Unified(pair(toward, away), base, Constant()), unguided, toward, away)


def moments(toward: Mixture, away: Mixture, base: str, levels: Levels, w: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of Y^w: dm = (m/2 + A m + b) du, dC = ((I/2 + A) C + C (I/2 + A)' + I) du, s^w(y) = A y + b."""
    d = toward.dimension
    signs = {"toward": (1 + w, -w), "away": (w, 1 - w)}[base]

    def rate(u: float, state: np.ndarray) -> np.ndarray:
        alpha_bar = math.exp(u)
        linear, constant = np.eye(d) / 2, np.zeros(d)
        for factor, law in zip(signs, (toward, away), strict=True):
            precision = np.linalg.inv(alpha_bar * law.components.covariances[0].numpy() - math.expm1(u) * np.eye(d))
            linear = linear - factor * precision
            constant = constant + factor * precision @ law.components.means[0].numpy() * math.sqrt(alpha_bar)
        m, c = state[:d], state[d:].reshape(d, d)
        return np.r_[linear @ m + constant, (linear @ c + c @ linear.T + np.eye(d)).ravel()]

    ends = np.log1p(-levels.t[-1]) - np.array([math.log1p(-levels.t[-1]) - math.log(levels.alpha_bar[0]), 0.0])
    start = np.r_[np.zeros(d), np.eye(d).ravel()]
    end = integrate.solve_ivp(rate, ends, start, rtol=1e-10, atol=1e-12).y[:, -1]
    return end[:d], end[d:].reshape(d, d)


def distance(law: GuidedLaw, mean: np.ndarray, covariance: np.ndarray) -> float:
    """Total variation from the Gaussian."""
    points = np.stack(np.meshgrid(*[axis.numpy() for axis in law.axes], indexing="ij"), -1)
    exact = stats.multivariate_normal(mean, covariance).pdf(points).reshape(law.density.shape)
    cell = math.prod(float(axis[1] - axis[0]) for axis in law.axes)
    return float(np.abs(law.density.numpy() - exact).sum() * cell / 2)


WIDE, NARROW, ASIDE = ([0.0], [[2.0]]), ([0.0], [[1.0]]), ([1.5], [[0.4]])
TILTED, ROUND = ([0.5, -0.3], [[1.0, 0.4], [0.4, 0.5]]), ([-0.2, 0.0], [[2.0, -0.3], [-0.3, 1.5]])


@pytest.mark.slow
@pytest.mark.parametrize("base", ["toward", "away"])
@pytest.mark.parametrize(("toward", "away"), [(NARROW, WIDE), (ASIDE, WIDE), (TILTED, ROUND)], ids=["centred", "aside", "plane"])
def test_against_the_moments(toward, away, base):
    """Within the stated error, which itself is small but for the mass that the grid loses, at strengths up to 10."""
    toward, away = gaussian(*toward), gaussian(*away)
    sampler = Ddpm(steps=100, levels=Logit(start=0.999, stop=1e-4))
    levels = sampler.build_levels()
    w = (0.0, 0.5, 1.0, 3.0, 10.0)
    for law in guided_laws(plan_of(toward, away, base), sampler, levels, w, steps=100):
        assert law.error_density - abs(law.mass - 1) < 0.02
        assert distance(law, *moments(toward, away, base, levels, law.w)) < law.error_density + 1e-7, law.w


@pytest.mark.slow
@pytest.mark.parametrize("g", [2.0, 3.0, 6.0])
def test_the_variance_in_closed_form(g):
    """p(x | c) = N(0, 1), p = N(0, 2): variance (2 - 2^(2 - 2g)) / (2g - 1) with g = 1 + w, start at pure noise."""
    sampler = Ancestral(steps=100, levels=Logit(start=1 - 1e-9, stop=1e-9))
    plan = plan_of(gaussian(*NARROW), gaussian(*WIDE), "toward")
    (law,) = guided_laws(plan, sampler, sampler.build_levels(), [g - 1])
    (x,) = law.axes
    variance = float((law.density * x**2).sum() / law.density.sum())
    assert variance == pytest.approx((2 - 2 ** (2 - 2 * g)) / (2 * g - 1), rel=1e-5)


@pytest.mark.slow
def test_the_error_falls_fast_with_the_step():
    """Twice the steps, a sixteenth of the distance to the truth where a step's error is smooth; an eighth is asked for."""
    toward, away = gaussian(*ASIDE), gaussian(*WIDE)
    plan, sampler = plan_of(toward, away, "toward"), Ddpm(steps=100)
    levels = sampler.build_levels()
    exact = moments(toward, away, "toward", levels, 3.0)
    far, near = (distance(guided_laws(plan, sampler, levels, [3.0], steps=n)[0], *exact) for n in (20, 40))
    assert near < far / 8


@pytest.mark.slow
def test_mass_that_a_grid_loses_is_in_the_error():
    """A component 200 times thinner than the box, between grid lines: the mass is 1.02, and refining does not see it."""
    thin, wide = gaussian([0.3, 0.2], [[1.0, 0.0], [0.0, 1e-4]]), gaussian([0.0, 0.0], [[2.0, 0.0], [0.0, 2.0]])
    sampler = Ddpm(steps=100)
    levels = sampler.build_levels()
    r = reward({"kind": "exp", "of": {"kind": "linear", "direction": [0.0, 1.0]}}, thin)
    (law,) = guided_laws(plan_of(thin, wide, "toward"), sampler, levels, [0.0], measured=r, steps=8)
    mean, covariance = moments(thin, wide, "toward", levels, 0.0)
    assert abs(law.mass - 1) > 0.01
    assert 0.005 < distance(law, mean, covariance) <= law.error_density
    truth = math.exp(mean[1] + covariance[1, 1] / 2)
    assert abs(law.mean_reward - truth) <= law.error_reward
