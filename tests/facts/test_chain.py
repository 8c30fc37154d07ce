"""The exact law of a chain on Gaussian scores, against closed forms and against the samplers themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdviz.diffusion import LEVELS, TileNoise
from gdviz.facts.chain import _law_of_map, chain_law, limit_law
from gdviz.facts.problem import Gaussian, Laws, two_gaussians
from gdviz.guidance import Guided
from gdviz.samplers import SAMPLERS

SHORT = {"kind": "logit", "start": 0.9999, "stop": 0.01}


def kind(name: str, steps: int = 30, levels: dict | None = None, **fields):
    return SAMPLERS.parse({"kind": name, "steps": steps, "levels": levels or SHORT, **fields})


@pytest.mark.parametrize(("gamma", "ode", "sde"), [(1.0, 1.0, 1.0), (2.0, 0.5, 0.5833333333), (3.0, 0.25, 0.3875)])
def test_the_limit_is_the_closed_form(gamma, ode, sde):
    """p(x | c) = N(0, 1), p = N(0, 2): variance 2^(1 - g) under the ODE, (2 - 2^(2 - 2 g)) / (2 g - 1) under the SDE."""
    line = Laws(Gaussian(np.zeros(1), np.eye(1)), Gaussian(np.zeros(1), 2 * np.eye(1)), "cfg")
    levels = LEVELS.parse({"kind": "logit", "start": 1 - 1e-9, "stop": 1e-9}).build(10)
    assert limit_law(levels, line, gamma - 1, False).covariance[0, 0] == pytest.approx(ode, abs=1e-6)
    assert limit_law(levels, line, gamma - 1, True).covariance[0, 0] == pytest.approx(sde, abs=1e-6)


@pytest.mark.parametrize(("name", "stochastic"), [("ddpm", True), ("ancestral", True), ("ddim", False), ("heun", False)])
@pytest.mark.parametrize("w", [-1.0, 0.0, 3.0])
def test_the_chain_converges_to_the_limit(name, stochastic, w):
    laws = two_gaussians("cfg", 0.05)
    gaps = []
    for steps in (100, 200):
        sampler = kind(name, steps)
        levels = sampler.build_levels()
        chain, limit = chain_law(sampler, levels, laws, w), limit_law(levels, laws, w, stochastic)
        gaps.append(np.abs(chain.covariance - limit.covariance).max() + np.abs(chain.mean - limit.mean).max())
    assert gaps[1] < 0.6 * gaps[0]
    assert gaps[1] < 0.05


def test_both_ways_to_the_law_of_a_sampler_without_noise_agree():
    laws, sampler = two_gaussians("reward"), kind("ddim")
    one, other = (law(sampler, sampler.build_levels(), laws, 2.0) for law in (chain_law, _law_of_map))
    np.testing.assert_allclose(one.mean, other.mean, rtol=1e-10)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-10)


@pytest.mark.parametrize("name", ["ddpm", "ancestral", "churn"])
def test_the_chain_is_what_the_sampler_does(name):
    """x_N = c + B x_0 + sum_k B_k z_k: the response to each increment, one a probe, gives the law again."""
    laws, sampler, w, d = two_gaussians("cfg"), kind(name, 12), 3.0, 2
    levels = sampler.build_levels()
    probes = 1 + d + 12 * d

    class Impulses(TileNoise):
        def step(self, moment):
            z = torch.zeros(probes, d, dtype=torch.float64)
            for j in range(d):
                z[1 + d + moment.index * d + j, j] = 1
            return z

    def guide(x, moment):
        slope, constant = laws.affine(w, moment.t)
        return Guided(x @ torch.from_numpy(slope.T) + torch.from_numpy(constant), torch.zeros_like(x), weight=0.0)

    x = torch.zeros(probes, d, dtype=torch.float64)
    x[1 : 1 + d] = torch.eye(d)
    for step in sampler.run(guide, levels, Impulses(0, d, 0, probes), x):
        x = step.x
    found = chain_law(sampler, levels, laws, w)
    response = (x[1:] - x[0]).numpy()
    np.testing.assert_allclose(found.mean, x[0].numpy(), rtol=1e-9)
    np.testing.assert_allclose(found.covariance, response.T @ response, rtol=1e-9)


def test_the_ends_of_guidance_are_the_two_laws():
    """In the limit w = 0 samples the base and w = -1 the other law, noised to the last level, but for the start's bias."""
    laws = two_gaussians("cfg", 0.05)
    levels = kind("ddpm").build_levels()
    t = levels.t[-1]
    for w, law in ((0.0, laws.toward), (-1.0, laws.away)):
        found = limit_law(levels, laws, w, True)
        np.testing.assert_allclose(found.mean, np.sqrt(1 - t) * law.mean, atol=5e-3)
        np.testing.assert_allclose(found.covariance, (1 - t) * law.covariance + t * np.eye(2), atol=5e-3)
