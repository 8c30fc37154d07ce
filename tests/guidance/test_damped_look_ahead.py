"""Damped look-ahead: exact on one Gaussian for every w, by the push and by the samples."""

from __future__ import annotations

import pytest
import torch
from guidance.simulated import mean_and_variance

from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GuidanceContext, Guide, Plan
from gdviz.guidance.damped_look_ahead import DampedLookAhead
from gdviz.guidance.look_ahead import LookAhead
from gdviz.laws import FullComponents, Mixture
from gdviz.laws.tilt import tilt
from gdviz.rewards import REWARDS, build_reward
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun
from gdviz.scores.exact import ExactScores

X = torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
MOMENTS = [list(Logit().build(20).moments())[k] for k in (2, 10, 17)]


def bowl(strength=1.0, curvature=2.0):
    return {"kind": "exp", "strength": strength, "of": {"kind": "quadratic", "center": [1, 0], "curvature": curvature}}


def gaussian(covariance):
    return Mixture(FullComponents(torch.tensor([[0.3, -0.4]]), torch.tensor(covariance)[None]), torch.zeros(1))


def plan(law, reward, kind=DampedLookAhead) -> Plan:
    return kind(reward=reward).build(GuidanceContext(law, ExactScores()))


@pytest.mark.parametrize("w", [0.3, 1.0, 4.0])
@pytest.mark.parametrize(
    ("covariance", "curvature"),
    [([[0.5, 0.0], [0.0, 0.5]], 2.0), ([[0.7, 0.2], [0.2, 0.3]], [[0.5, 1.0], [1.0, 2.0]])],
    ids=["both round", "a reward along one direction"],
)
def test_on_one_gaussian_it_is_the_score_of_the_law_tilted_by_r_to_the_w(covariance, curvature, w):
    """Against the closed form of the tilted Gaussian, at every w: not affine, and so not reward guidance but at w = 1."""
    law = gaussian(covariance)
    tilted = tilt(law, build_reward(REWARDS.parse(bowl(w, curvature)), GuidanceContext(law, ExactScores()).for_rewards))
    guide = Guide(plan(law, bowl(1.0, curvature)).rule, w)
    for moment in MOMENTS:
        assert torch.allclose(guide(X, moment).total, tilted.score(X, moment.t), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("sampler", [Ddpm(steps=150), Heun(steps=40)], ids=lambda s: s.kind)
def test_its_samples_on_one_gaussian(sampler):
    """MATH section 5: mean 2 L a / (1 + 2 L), variance s^2 / (1 + 2 L), by ODE and SDE alike; L = w s^2 = 1/2."""
    law = Mixture(FullComponents(torch.zeros(1, 2), 0.5 * torch.eye(2)[None]), torch.zeros(1))
    x, y, variance = mean_and_variance(plan(law, bowl()), sampler, 1.0, torch.tensor([0.5, 0.0]))
    assert x.agrees(0.5) and y.agrees(0) and variance.agrees(0.25)
    assert not x.agrees(0.632121)  # what it is without damping


@pytest.mark.parametrize(
    ("reward", "w"),
    [
        ({"kind": "exp", "of": {"kind": "linear", "direction": [1, 2]}}, 2.0),
        ({"kind": "expression", "expression": "2 if x > 0 else 1"}, 2.0),
        (bowl(), -0.2),
    ],
    ids=["linear", "plateaus", "w < 0"],
)
def test_a_log_r_to_the_w_that_does_not_bend_down_is_not_damped(reward, w):
    law = gaussian([[0.5, 0.0], [0.0, 0.5]])
    damped, plain = (Guide(plan(law, reward, kind).rule, w) for kind in (DampedLookAhead, LookAhead))
    for moment in MOMENTS:
        assert torch.allclose(damped(X, moment).total, plain(X, moment).total, rtol=1e-12, atol=1e-12)
