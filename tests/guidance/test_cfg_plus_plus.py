"""CFG++ against the published update, written on its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from samplers.published import GivenNoise

from gdviz.diffusion.spacings.edm import EdmRho
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GuidanceContext, Guide
from gdviz.guidance.cfg_plus_plus import CfgPlusPlus
from gdviz.laws import FullComponents, Mixture
from gdviz.samplers.ddim import Ddim
from gdviz.scores.exact import ExactScores

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)


def published(levels, x, weight):
    """Chung et al., algorithm 2: denoise with the guided noise, renoise with the unconditional one.

    eps = eps_u + weight (eps_c - eps_u), x0 = (x - sqrt(1 - ab) eps) / sqrt(ab), x' = sqrt(ab') x0 + sqrt(1 - ab') eps_u.
    """
    given = LAW.given("b")
    for k in range(levels.steps):
        abar, abar_next = levels.alpha_bar[k], levels.alpha_bar[k + 1]
        t = float(levels.t[k])
        eps_u, eps_c = (-np.sqrt(t) * law.score(x, t) for law in (LAW, given))
        eps = eps_u + weight(k) * (eps_c - eps_u)
        x0 = (x - np.sqrt(t) * eps) / np.sqrt(abar)
        x = np.sqrt(abar_next) * x0 + np.sqrt(levels.t[k + 1]) * eps_u
    return x


def ours(levels, x, w, **options):
    rule = CfgPlusPlus(label="b", **options).build(GuidanceContext(LAW, ExactScores())).rule
    *_, last = Ddim().run(Guide(rule, w), levels, GivenNoise(np.zeros((levels.steps, *x.shape))), x)
    return last.x


X = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("spacing", [Logit(), EdmRho()], ids=lambda s: s.kind)
@pytest.mark.parametrize("w", [0.0, 0.1, 0.6, -0.2])
def test_with_ddim_it_is_the_published_update(spacing, w):
    levels = spacing.build(20)
    sigma = np.sqrt(levels.t / levels.alpha_bar)
    expected = published(levels, X, lambda k: w + 1 - sigma[k + 1] / sigma[k])
    assert torch.allclose(ours(levels, X, w), expected, rtol=1e-9, atol=1e-9)


def test_a_schedule_multiplies_the_published_weight():
    levels = Logit().build(20)
    sigma = np.sqrt(levels.t / levels.alpha_bar)
    expected = published(levels, X, lambda k: 0.3 * 2 * (k + 0.5) / 20 + 1 - sigma[k + 1] / sigma[k])
    assert torch.allclose(ours(levels, X, 0.3, schedule={"kind": "linear"}), expected, rtol=1e-9, atol=1e-9)


def test_it_claims_no_identity():
    plan = CfgPlusPlus(label="b").build(GuidanceContext(LAW, ExactScores()))
    assert plan.identity is None
    moment = next(Logit().build(10).moments())
    assert Guide(plan.rule, 1.0)(X, moment).log_ratio is None


def test_twice_the_steps_guide_about_twice_as_much():
    """The step-count dependence that the card states: total weight per unit of log-SNR."""
    totals = []
    for steps in (100, 200):
        levels = Logit(start=0.999, stop=1e-3).build(steps)
        plan = CfgPlusPlus(label="b").build(GuidanceContext(LAW, ExactScores()))
        guide = Guide(plan.rule, 1.0)
        totals.append(sum(guide(X, m).weight * m.du for m in levels.moments()))
    assert totals[1] / totals[0] == pytest.approx(2, rel=0.05)
