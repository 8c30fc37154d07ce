"""Every sampler against a second implementation on the same noise, and its order of convergence."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from samplers import published

from gdviz.diffusion.spacings.cosine import Cosine
from gdviz.diffusion.spacings.edm import EdmRho
from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import Guide, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import FullComponents, Mixture, pair
from gdviz.samplers import SAMPLERS
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.churn import Churn
from gdviz.samplers.ddim import Ddim
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.dpmpp_2m import DpmPlusPlus2M
from gdviz.samplers.heun import Heun

MEANS = np.array([[0.0, 0.0], [2.0, 0.5], [-1.0, 1.5]])
COVARIANCES = np.array([[[1, 0.3], [0.3, 0.6]], [[0.3, 0], [0, 0.4]], [[0.2, -0.1], [-0.1, 0.5]]])
WEIGHTS = np.array([0.5, 0.3, 0.2])
LAW = Mixture(
    FullComponents(torch.tensor(MEANS), torch.tensor(COVARIANCES)),
    torch.tensor(WEIGHTS).log(),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
W = 1.5

SECOND = [
    (Ddpm(), published.ddpm),
    (Ancestral(), published.ancestral),
    *((Ddim(eta=eta), partial(published.ddim, eta=eta)) for eta in (0.0, 0.3, 1.0)),
    *((Churn(churn=eps), partial(published.churn, eps=eps)) for eps in (0.0, 0.3, 1.0)),
    (Heun(), published.heun),
    (DpmPlusPlus2M(), published.dpmpp_2m),
]


def guide() -> Guide:
    return Guide(Unified(pair(LAW.given("b"), LAW), "toward", Constant()), W)


def guided_score(x, t):
    whole = published.mixture_score(WEIGHTS, MEANS, COVARIANCES)(x, t)
    given = published.mixture_score(WEIGHTS[1:] / WEIGHTS[1:].sum(), MEANS[1:], COVARIANCES[1:])(x, t)
    return (1 + W) * given - W * whole


def ends(sampler, levels, x, z=None):
    noise = published.GivenNoise(np.zeros((levels.steps, *x.shape)) if z is None else z)
    *_, last = sampler.run(guide(), levels, noise, torch.from_numpy(x))
    return last.x.numpy()


def test_every_sampler_has_a_second_implementation():
    assert {type(sampler) for sampler, _ in SECOND} == {kind for kind in SAMPLERS.kinds.values() if kind.step_rule}


@pytest.mark.parametrize("spacing", [Logit(), EdmRho(), Cosine(), LinearBeta()], ids=lambda kind: kind.kind)
@pytest.mark.parametrize(("sampler", "second"), SECOND, ids=lambda value: getattr(value, "kind", ""))
def test_the_published_formula_gives_the_same_path(sampler, second, spacing):
    rng = np.random.default_rng(0)
    levels = spacing.build(25)
    x, z = rng.standard_normal((40, 2)), rng.standard_normal((25, 40, 2))
    expected = second(guided_score, levels, z, x)
    assert np.abs(ends(sampler, levels, x, z) - expected).max() < 1e-8 * (1 + np.abs(expected).max())


@pytest.mark.parametrize(("sampler", "order"), [(Ddim(), 1), (Churn(churn=0), 1), (Heun(), 2), (DpmPlusPlus2M(), 2)], ids=str)
def test_the_order_on_the_probability_flow(sampler, order):
    """Fixed ends, guided mixture, against a high-order integrator: the error falls as N^-order."""
    x = np.random.default_rng(1).standard_normal((60, 2))
    spacing = Logit(start=0.999, stop=0.01)
    steps = np.array([200, 400, 800])
    exact = published.exact_ode_ends(guided_score, spacing.build(2), x)
    errors = [np.sqrt(np.mean((ends(sampler, spacing.build(int(n)), x) - exact) ** 2)) for n in steps]
    measured = -np.diff(np.log(errors)) / np.diff(np.log(steps))
    assert measured[-1] == pytest.approx(order, abs=0.15), errors


def test_one_gaussian_is_carried_to_the_known_place():
    """For one Gaussian the flow is y - sqrt(ab) m = (y0 - sqrt(ab0) m) sqrt(v / v0), v = ab c + t."""
    mean, variance = 1.5, 0.2
    law = Mixture(FullComponents(torch.tensor([[mean]]), torch.tensor([[[variance]]])), torch.zeros(1))
    levels = Logit(start=0.99, stop=0.01).build(300)
    v = levels.alpha_bar * variance + levels.t
    x = np.linspace(-2, 2, 9)[:, None]
    exact = np.sqrt(levels.alpha_bar[-1]) * mean + (x - np.sqrt(levels.alpha_bar[0]) * mean) * np.sqrt(v[-1] / v[0])
    rule = Guide(Unified(pair(law, law), "toward", Constant()), 0.0)
    for sampler, bound in ((Heun(), 1e-4), (DpmPlusPlus2M(), 1e-4), (Ddim(), 2e-2)):
        *_, last = sampler.run(rule, levels, published.GivenNoise(np.zeros((300, 9, 1))), torch.from_numpy(x))
        assert np.abs(last.x.numpy() - exact).max() < bound


def test_the_linear_steps_say_what_they_did():
    rng = np.random.default_rng(2)
    x, z = rng.standard_normal((5, 2)), rng.standard_normal((10, 5, 2))
    levels = Logit().build(10)
    for sampler in (Ddpm(), Ancestral(), Ddim(eta=0.5), Churn()):
        for step in sampler.run(guide(), levels, published.GivenNoise(z), torch.from_numpy(x)):
            keep = sampler.linear_step(step.moment).keep
            again = keep * step.before + step.drift_gain * step.guided.total + step.noise_gain * step.noise
            assert torch.allclose(step.x, again, rtol=0, atol=1e-13)


def test_evaluations_are_counted_as_they_happen():
    for kind in (kind for kind in SAMPLERS.kinds.values() if kind.step_rule):
        sampler = kind(steps=7)
        calls = []
        rule = guide()
        counted = lambda x, moment: (calls.append(moment.t), rule(x, moment))[1]  # noqa: E731, B023
        z = np.zeros((7, 3, 2))
        list(sampler.run(counted, sampler.build_levels(), published.GivenNoise(z), torch.zeros(3, 2, dtype=torch.float64)))
        assert len(calls) == sampler.evaluations
        assert calls == sorted(calls, reverse=True)  # in the order of the levels: memory may rely on it


def test_noise_is_drawn_exactly_when_a_sampler_says_so():
    for sampler, _ in SECOND:
        x = torch.zeros(3, 2, dtype=torch.float64)
        steps = list(sampler.run(guide(), Logit().build(5), published.GivenNoise(np.ones((5, 3, 2))), x))
        assert all((step.noise is not None) == sampler.stochastic for step in steps)
        assert sampler.stochastic or not sampler.unit_noise


def test_unit_noise_is_the_full_noise_of_the_backward_sde():
    """Unit noise: each step's variance over du tends to 1 as the levels become fine; otherwise it does not."""
    for sampler, _ in SECOND:
        moment = list(Logit(start=0.9, stop=0.1).build(20_000).moments())[10_000]
        if not hasattr(sampler, "linear_step"):
            assert not sampler.unit_noise
            continue
        share = sampler.linear_step(moment).noise ** 2 / moment.du
        assert (abs(share - 1) < 1e-3) == sampler.unit_noise
