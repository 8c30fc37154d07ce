"""Tilted laws from tables: against closed forms and sums over a finer grid, within the error they state."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from laws.reference import LINE, PLANE, Sums, mixture, noised, reward
from scipy import stats

from gdviz.laws import Mixture
from gdviz.laws.grid_tilt import GridTilt
from gdviz.laws.quadrature import expectation
from gdviz.laws.tilt import tilt, tilt_with_mean

FALSE_ALARM = 1e-5
"""Probability that a right sampler fails one of the statistical tests here (fixed seeds)."""

SHARP_LINE = ("where(x > 0.1, 2, 0.1)", "sigmoid(20*x - 8) + 1e-3", "0.1 + abs(x - 1)")


def relative_error(found: torch.Tensor, true: torch.Tensor, size: torch.Tensor) -> float:
    return float(((found - true).square().sum() / size.square().sum()).sqrt())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "expression", "allowed"),
    [
        (LINE, "0.05 + exp(-(x-2)**2/8)", 1e-3),
        (LINE, "exp(2*x)", 1e-3),
        (PLANE, "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)", 1e-3),
        (PLANE, "0.001 + exp(-((x-3)**2 + (y-1)**2)/0.1)", 1e-2),
    ],
)
def test_agrees_with_the_closed_form_within_its_stated_error(law: Mixture, expression: str, allowed: float) -> None:
    r = reward(expression, law)
    exact, log_mean = tilt_with_mean(law, r)
    assert isinstance(exact, Mixture)
    grid = GridTilt(law, r, "grid")
    assert grid.log_mean == pytest.approx(log_mean, abs=1e-8)
    assert grid.error is not None
    found, true, size = [], [], []
    for k, t in enumerate((1 - 1e-6, 0.99, 0.6, 0.2, 0.03, 1e-3, 1e-6)):
        x = torch.cat([noised(law, 500, t, seed=k), noised(exact, 500, t, seed=k)])
        found.append(t**0.5 * grid.score(x, t))
        true.append(t**0.5 * exact.score(x, t))
        size.append(true[-1])
        assert float((grid.log_density(x, t) - exact.log_density(x, t)).square().mean().sqrt()) < 10 * allowed
    error = relative_error(torch.cat(found), torch.cat(true), torch.cat(size))
    assert error <= min(grid.error, allowed)


@pytest.mark.slow
@pytest.mark.parametrize("expression", SHARP_LINE)
def test_steps_and_kinks_on_the_line_within_the_stated_error(expression: str) -> None:
    r = reward(expression, LINE)
    grid = tilt(LINE, r)
    assert isinstance(grid, GridTilt)
    assert grid.error is not None
    assert 1e-6 < grid.error < 0.02
    sums = Sums(LINE, r, 200_001, 16.0)
    found, true, size = [], [], []
    for t in (0.9, 0.3, 0.05, 0.005):
        x = noised(LINE, 40, t, seed=7)
        gradient = torch.from_numpy(np.stack([sums(point.numpy(), t)[1] for point in x]))
        found.append(t**0.5 * grid.log_factor(x, t)[1])
        true.append(t**0.5 * gradient)
        size.append(t**0.5 * (LINE.score(x, t) + gradient))
    assert (
        relative_error(torch.cat(found), torch.cat(true), torch.cat(size)) <= 2 * grid.error
    )  # 160 points estimate a mean square


@pytest.mark.slow
def test_a_step_in_the_plane_within_the_stated_error() -> None:
    r = reward("where(x > 0.7*y + 0.1, 2, 0.1)", PLANE)
    grid = GridTilt(PLANE, r, "grid")
    assert grid.error is not None
    assert grid.error < 0.3  # a step is sharper than any table: said, not hidden
    sums = Sums(PLANE, r, 1001, 9.0)
    for t in (0.8, 0.2):
        x = noised(PLANE, 20, t, seed=8)
        gradient = torch.from_numpy(np.stack([sums(point.numpy(), t)[1] for point in x]))
        assert relative_error(grid.log_factor(x, t)[1], gradient, PLANE.score(x, t) + gradient) <= grid.error


@pytest.mark.slow
@pytest.mark.parametrize(("law", "expression"), [(LINE, SHARP_LINE[1]), (PLANE, "1 + tanh(2*x - y)/2")])
def test_score_is_the_gradient_of_the_log_density(law: Mixture, expression: str) -> None:
    """Everywhere: at ordinary points, far outside the tables, at noise beyond their ends."""
    grid = GridTilt(law, reward(expression, law), "grid")
    for t in (1 - 1e-9, 0.9, 0.3, 0.01, 1e-7):
        for spread in (1.0, 10.0):
            x = (spread * noised(law, 60, t, seed=9)).requires_grad_()
            (gradient,) = torch.autograd.grad(grid.log_density(x, t).sum(), x)
            score = grid.score(x.detach(), t)
            torch.testing.assert_close(score, gradient, rtol=1e-8, atol=1e-8 / t**0.5)


@pytest.mark.slow
def test_density_is_normalised() -> None:
    grid = GridTilt(LINE, reward(SHARP_LINE[0], LINE), "grid")
    for t in (0.99, 0.5, 0.05):
        x = torch.linspace(-14, 14, 40_001, dtype=torch.float64)
        total = torch.trapezoid(grid.log_density(x[:, None], t).exp(), x)
        assert float(total) == pytest.approx(1, abs=5 * grid.error if grid.error else 0)


@pytest.mark.slow
def test_rewards_of_any_range_keep_their_relative_accuracy() -> None:
    """log r falls below -1200 inside the box: beyond what sums of floats hold without bands."""
    kind = {"kind": "exp", "strength": 1, "of": {"kind": "expression", "expression": "-12*x**2 - 12*y**2"}}
    law = mixture([[0.0, 0.0], [3.0, 0.0]], [[[0.5, 0], [0, 0.5]]] * 2)
    r = reward(kind, law)
    exact, grid = tilt(law, r), GridTilt(law, r, "grid")
    assert grid.table.grid.log_r.min() < -1200
    for t in (0.5, 0.05, 1e-3):
        x = noised(law, 300, t, seed=10)
        assert relative_error(grid.score(x, t), exact.score(x, t), exact.score(x, t)) < 0.01


def test_single_precision_and_a_noise_level_for_each_point() -> None:
    grid = GridTilt(PLANE, reward("1 + tanh(2*x - y)/2", PLANE), "grid")
    t = torch.tensor([0.9, 0.2, 0.2, 0.01], dtype=torch.float64)
    x = noised(PLANE, 4, 0.3, seed=11)
    one_by_one = torch.stack([grid.score(x[k], float(t[k])) for k in range(4)])
    torch.testing.assert_close(grid.score(x, t), one_by_one, rtol=1e-12, atol=1e-12)
    single = grid.score(x.float(), 0.2)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), grid.score(x, 0.2), rtol=1e-4, atol=1e-4)
    many = noised(PLANE, 10_000, 0.3, seed=12).reshape(4, 2500, 2)
    torch.testing.assert_close(grid.score(many, 0.3)[2, 7], grid.score(many[2, 7], 0.3))


@pytest.mark.slow
def test_samples_on_the_line_follow_the_density() -> None:
    grid = GridTilt(LINE, reward(SHARP_LINE[0], LINE), "grid")
    samples = grid.sample(20_000, torch.Generator().manual_seed(13)).x[:, 0].numpy()
    x = np.linspace(-9, 9, 400_001)
    points = torch.from_numpy(x)[:, None]
    density = (LINE.log_density(points, 0.0).exp() * reward(SHARP_LINE[0], LINE)(points)).numpy()
    cdf = np.cumsum(density)
    result = stats.kstest(samples, lambda v: np.interp(v, x, cdf / cdf[-1]))
    assert result.pvalue > FALSE_ALARM
    low, high = grid.box(1e-3)
    outside = np.mean((samples < float(low)) | (samples > float(high)))
    assert outside < 1e-3 + 5 * math.sqrt(1e-3 / 20_000)


def test_samples_in_the_plane_have_the_exact_moments() -> None:
    r = reward("sigmoid(4*x - 8*y) + 0.01", PLANE)
    grid = GridTilt(PLANE, r, "grid")
    n = 40_000
    x = grid.sample(n, torch.Generator().manual_seed(14)).x
    mean = expectation(PLANE, lambda p: (r.log(p), 1.0))
    assert mean is not None
    z = -stats.norm.ppf(FALSE_ALARM / 10)
    for f in (lambda p: p[:, 0], lambda p: p[:, 1], lambda p: p[:, 0] * p[:, 1], lambda p: p[:, 0] ** 2, lambda p: p[:, 1] ** 2):
        exact = expectation(PLANE, lambda p, f=f: (r.log(p), f(p)))  # type: ignore[misc]
        assert exact is not None
        values = f(x)
        assert abs(float(values.mean()) - exact.value / mean.value) < z * float(values.std()) / math.sqrt(n)
