"""What one step does to second moments, in exact algebra: no simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.diffusion import Moment
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import Guide, Plan, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import FullComponents, Mixture, pair
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.churn import Churn
from gdviz.samplers.ddim import Ddim
from gdviz.samplers.ddpm import Ddpm
from gdviz.sweep import SweepOptions, gathered, sweep

Z = 5.0  # standard errors: a false alarm in 1.7 million comparisons

# MATH section 4: p(x | c) = N(0, 1), p(x) = N(0, 2), g = 1 + w = 3
W = 2.0
ODE_VARIANCE, SDE_VARIANCE, POWERED_VARIANCE = 2.0 ** (1 - 3), (2 - 2.0 ** (2 - 6)) / 5, 2 / 4


def moment(alpha_bar: float, alpha_bar_next: float) -> Moment:
    return Moment(0, 1 - alpha_bar, 1 - alpha_bar_next, alpha_bar, alpha_bar_next, 10)


def variance_after(sampler, m, t_before):
    """Variance of x' given x_0 when x is sqrt(ab) x_0 plus noise of variance t_before, and x_0 is guessed rightly."""
    keep, drift, noise = sampler.linear_step(m)
    # the score of N(sqrt(ab) x_0, t) is (sqrt(ab) x_0 - x) / t
    return (keep - drift / m.t) ** 2 * t_before + noise**2


def gaussian_variances(sampler, levels, w, start):
    """Variance of a run guided by N(0, 1) against N(0, 2), noised: every score is linear, so is the recursion."""
    variances = [start]
    for m in levels.moments():
        slope = -(1 + w) / (m.alpha_bar + m.t) + w / (2 * m.alpha_bar + m.t)
        keep, drift, noise = sampler.linear_step(m)
        variances.append((keep + drift * slope) ** 2 * variances[-1] + noise**2)
    return np.array(variances)


def gaussian(variance: float) -> Mixture:
    return Mixture(FullComponents(torch.zeros(1, 1), torch.full((1, 1, 1), variance)), torch.zeros(1))


@pytest.mark.parametrize("make", [lambda e: Ddim(eta=e), lambda e: Churn(churn=e)], ids=["ddim", "churn"])
@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("before", "after"), [(0.5, 0.7), (1e-6, 1e-4), (0.1, 0.1001), (0.9, 0.999999), (0.01, 0.99)])
def test_the_marginals_are_kept(make, amount, before, after):
    m = moment(before, after)
    step = make(amount).linear_step(m)
    assert variance_after(make(amount), m, m.t) == pytest.approx(m.t_next, rel=1e-9)
    assert step.keep * math.sqrt(before) == pytest.approx(math.sqrt(after), rel=1e-12)  # the coefficient of x_0


def test_ancestral_keeps_the_marginals_and_ddpm_to_first_order():
    for before, after in [(0.5, 0.7), (0.1, 0.1001), (0.9, 0.99)]:
        m = moment(before, after)
        assert variance_after(Ancestral(), m, m.t) == pytest.approx(m.t_next, rel=1e-12)
        # DDPM: too much by (1 - a)^2 / (a t), of second order in the step
        assert variance_after(Ddpm(), m, m.t) - m.t_next == pytest.approx(m.beta**2 / (m.a * m.t), rel=1e-9)


def test_the_ends_of_the_family_are_the_same_rule():
    for before, after in [(0.5, 0.7), (1e-5, 1e-3), (0.9, 0.999)]:
        m = moment(before, after)
        ancestral = Ancestral().linear_step(m)
        assert Ddim(eta=1).linear_step(m) == pytest.approx(ancestral, rel=1e-12)
        assert Churn(churn=1).linear_step(m) == pytest.approx(ancestral, rel=1e-12)
        assert Churn(churn=0).linear_step(m) == Ddim(eta=0).linear_step(m)


def test_eta_and_churn_differ_in_between():
    """MATH section 0: from .5 to .7 in alpha_bar at .5 the variances are .0429 and .0496."""
    m = moment(0.5, 0.7)
    assert Ddim(eta=0.5).linear_step(m).noise ** 2 == pytest.approx(0.0429, abs=5e-5)
    assert Churn(churn=0.5).linear_step(m).noise ** 2 == pytest.approx(0.0496, abs=5e-5)


@pytest.mark.parametrize("sampler", [Ddpm(), Ancestral(), Ddim(eta=0.5), Churn()], ids=lambda s: s.kind)
def test_the_weak_order_is_one(sampler):
    """Variance of N(0, 2) sampled from its own noised law: the error halves when the steps double."""
    errors = []
    for steps in (200, 400, 800):
        levels = Logit(start=0.99, stop=0.02).build(steps)
        exact = 2 * levels.alpha_bar + levels.t
        errors.append(gaussian_variances(sampler, levels, -1.0, exact[0])[-1] - exact[-1])
    assert errors[1] / errors[2] == pytest.approx(2, abs=0.05), errors
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.1), errors


@pytest.mark.parametrize(
    ("sampler", "exact"),
    [(Ddim(), ODE_VARIANCE), (Ddpm(), SDE_VARIANCE), (Ancestral(), SDE_VARIANCE), (Churn(churn=1), SDE_VARIANCE)],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_guided_gaussians_reach_the_closed_form_variances(sampler, exact):
    """The recursion's limit: Richardson's extrapolation of 2000 and 4000 steps, whose own error is of second order."""
    ends = [gaussian_variances(sampler, Logit(start=1 - 1e-8, stop=1e-8).build(n), W, 1.0)[-1] for n in (1000, 2000, 4000)]
    coarse, fine = 2 * ends[1] - ends[0], 2 * ends[2] - ends[1]
    assert abs(fine - exact) < 3 * abs(fine - coarse) + 1e-6
    assert abs(fine - exact) < 1e-3
    assert abs(fine - POWERED_VARIANCE) > 0.1  # so CFG misses the powered law


@pytest.mark.parametrize(("sampler", "exact"), [(Ddim(), ODE_VARIANCE), (Ddpm(), SDE_VARIANCE), (Ancestral(), SDE_VARIANCE)])
def test_sampled_variances_agree_with_the_closed_form(sampler, exact):
    """The whole sweep, 40,000 particles: z standard errors plus the change from half as many steps."""
    n = 40_000
    toward, away = gaussian(1.0), gaussian(2.0)
    plan = Plan(Unified(pair(toward, away), "toward", Constant()), toward, toward, away)
    spacing = Logit(start=1 - 1e-6, stop=1e-4)
    levels = spacing.build(400)
    ends = gathered(sweep(plan, sampler, levels, SweepOptions((W,), n, seed=3))).x
    variance = float(ends.double().var())
    recursion = gaussian_variances(sampler, levels, W, 1.0)[-1]
    step_change = abs(recursion - gaussian_variances(sampler, spacing.build(200), W, 1.0)[-1])
    standard_error = recursion * math.sqrt(2 / n)  # the ends are Gaussian
    assert abs(variance - recursion) < Z * standard_error
    assert abs(variance - exact) < Z * standard_error + step_change + 1e-4  # 1e-4: the noise left at the stop
    assert abs(float(ends.double().mean())) < Z * math.sqrt(recursion / n)


@pytest.mark.parametrize("sampler", [Ddpm(), Ancestral()], ids=lambda s: s.kind)
def test_path_kl_agrees_with_the_recursion(sampler):
    """Fact 4, step by step: w^2 (1 - a) |push|^2 / 2 for DDPM, times t / (a t') for ancestral sampling."""
    n = 20_000
    toward, away = gaussian(1.0), gaussian(2.0)
    plan = Plan(Unified(pair(toward, away), "toward", Constant()), toward, toward, away)
    levels = Logit(start=1 - 1e-4, stop=1e-3).build(100)
    exact = 0.0
    for m, variance in zip(levels.moments(), gaussian_variances(sampler, levels, W, 1.0), strict=False):
        push = 1 / (2 * m.alpha_bar + m.t) - 1  # times x
        per_step = m.beta if sampler.kind == "ddpm" else m.beta * m.t / (m.a * m.t_next)
        exact += W**2 * per_step * push**2 * variance / 2
    parts = gathered(sweep(plan, sampler, levels, SweepOptions((W,), n, seed=4))).path_kl.double()
    assert abs(float(parts.mean()) - exact) < Z * float(parts.std()) / math.sqrt(n)


@pytest.mark.parametrize("sampler", [Ddim(), Ddim(eta=0.5), Churn()], ids=str)
def test_path_kl_is_for_unit_noise_only(sampler):
    toward, away = gaussian(1.0), gaussian(2.0)
    plan = Plan(Unified(pair(toward, away), "toward", Constant()), toward, toward, away)
    found = gathered(sweep(plan, sampler, Logit().build(10), SweepOptions((W,), 16, seed=0)))
    assert found.path_kl is None
    assert found.gain is None


def test_a_step_that_rounds_to_nothing_adds_nothing():
    from gdviz.diffusion import Levels
    from gdviz.sweep import Integrals, ObserverContext

    toward, away = gaussian(1.0), gaussian(2.0)
    plan = Plan(Unified(pair(toward, away), "toward", Constant()), toward, toward, away)
    levels = Levels(np.array([0.5, 0.5, 0.6]), np.array([0.5, 0.5, 0.4]))
    x = torch.randn(1, 8, 1, generator=torch.Generator().manual_seed(0))
    tally = Integrals().build(ObserverContext(plan, Ddpm(), levels, torch.full((1, 1, 1), W), 0, 8))
    tally.start(x)
    from gdviz.diffusion import TileNoise

    for step in Ddpm().run(Guide(plan.rule, W), levels, TileNoise(0, 1, 0, 8), x):
        tally.step(step)
        if step.moment.index == 0:
            assert torch.equal(step.x, x)
            assert torch.equal(tally.path_kl, torch.zeros(1, 8))
    assert bool((tally.path_kl > 0).all())
