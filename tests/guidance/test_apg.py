"""Adaptive projected guidance: its three parts, one at a time, and CFG as its plain case."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from samplers.published import GivenNoise

from gdviz.diffusion import TileNoise
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GuidanceContext, Guide
from gdviz.guidance.apg import Apg
from gdviz.guidance.cfg import Cfg
from gdviz.laws import FullComponents, Mixture
from gdviz.samplers.ddim import Ddim
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun
from gdviz.scores.exact import ExactScores
from gdviz.sweep import SweepOptions, gathered, sweep

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
LEVELS = Logit().build(20)
X = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def plan(kind, **options):
    return kind(label="b", **options).build(GuidanceContext(LAW, ExactScores()))


def published(levels, x, w, eta, r, beta):
    """Sadat et al., algorithm 1, in denoiser space, with DDIM: D = D_c + w (orthogonal + eta parallel)."""
    given, running = LAW.given("b"), None
    for k in range(levels.steps):
        t = float(levels.t[k])
        d_c, d_u = given.posterior_mean(x, t), LAW.posterior_mean(x, t)
        running = d_c - d_u if running is None else d_c - d_u + beta * running
        length = np.linalg.norm(running.numpy(), axis=-1)
        delta = running * torch.from_numpy(np.minimum(1, r / length))[:, None]
        unit = d_c / torch.from_numpy(np.linalg.norm(d_c.numpy(), axis=-1))[:, None]
        parallel = (delta * unit).sum(-1, keepdim=True) * unit
        guess = d_c + w * (delta - parallel + eta * parallel)
        eps = (x - np.sqrt(levels.alpha_bar[k]) * guess) / np.sqrt(t)
        x = np.sqrt(levels.alpha_bar[k + 1]) * guess + np.sqrt(levels.t[k + 1]) * eps
    return x


@pytest.mark.parametrize(
    ("eta", "r", "beta"), [(0.0, 2.5, -0.5), (0.3, 0.4, -0.75), (1.0, 0.2, 0.0), (0.0, 1e6, 0.0), (1.0, 1e6, -0.9)]
)
def test_it_is_the_published_algorithm(eta, r, beta):
    rule = plan(Apg, parallel=eta, norm=r, momentum=beta).rule
    *_, last = Ddim().run(Guide(rule, 3.0), LEVELS, GivenNoise(np.zeros((20, *X.shape))), X)
    assert torch.allclose(last.x, published(LEVELS, X, 3.0, eta, r, beta), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("sampler", [Ddpm(), Heun()], ids=lambda s: s.kind)
def test_the_plain_case_is_cfg(sampler):
    ends = [
        gathered(sweep(p, sampler, LEVELS, SweepOptions((0.0, 2.0, 9.0), 100, 0, dtype=torch.float64))).x
        for p in (plan(Cfg), plan(Apg, parallel=1, norm=None, momentum=0))
    ]
    assert torch.allclose(*ends, rtol=0, atol=1e-9)


def moments():
    return list(LEVELS.moments())


def pushes(**options):
    """The denoiser difference that is added, at one point, and CFG's."""
    moment = moments()[10]
    found = [
        Guide(rule, 1.0)(X, moment).push * moment.t / moment.alpha_bar**0.5
        for rule in (plan(Apg, **options).rule, plan(Cfg).rule)
    ]
    return *found, LAW.given("b").posterior_mean(X, moment.t)


def test_the_orthogonal_part_is_orthogonal_and_the_rest_is_untouched():
    projected, plain, guess = pushes(parallel=0, norm=None, momentum=0)
    assert float((projected * guess).sum(-1).abs().max()) < 1e-12
    removed = plain - projected
    cross = removed[:, 0] * guess[:, 1] - removed[:, 1] * guess[:, 0]
    assert float(cross.abs().max()) < 1e-12  # what was removed lies along the guess
    half, _, _ = pushes(parallel=0.5, norm=None, momentum=0)
    assert torch.allclose(half, (plain + projected) / 2, rtol=0, atol=1e-12)


def test_the_length_is_limited_and_the_direction_kept():
    clipped, plain, _ = pushes(parallel=1, norm=0.1, momentum=0)
    length = plain.norm(dim=-1)
    assert bool((length > 0.1).any())
    assert torch.allclose(clipped.norm(dim=-1), length.clamp_max(0.1), rtol=1e-9)
    assert torch.allclose(clipped / clipped.norm(dim=-1, keepdim=True), plain / length[:, None], atol=1e-9)


def test_momentum_remembers_every_evaluation_in_order():
    guide, cfg = Guide(plan(Apg, parallel=1, norm=None, momentum=-0.5).rule, 1.0), Guide(plan(Cfg).rule, 1.0)
    running = torch.zeros_like(X)
    for moment in moments():
        to_denoiser = moment.t / moment.alpha_bar**0.5
        running = cfg(X, moment).push * to_denoiser - 0.5 * running
        assert torch.allclose(guide(X, moment).push * to_denoiser, running, rtol=1e-9, atol=1e-12)


def test_each_w_and_particle_has_a_memory_of_its_own():
    together = gathered(sweep(plan(Apg), Ddpm(), LEVELS, SweepOptions((0.5, 4.0), 30, 0))).x
    alone = gathered(sweep(plan(Apg), Ddpm(), LEVELS, SweepOptions((4.0,), 30, 0))).x
    assert torch.equal(together[1], alone[0])


def test_in_one_dimension_everything_is_parallel():
    law = Mixture(
        FullComponents(torch.tensor([[0.0], [2.0]]), torch.ones(2, 1, 1)), torch.zeros(2), torch.tensor([0, 1]), ("a", "b")
    )
    rule = Apg(label="b").build(GuidanceContext(law, ExactScores())).rule
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    assert float(Guide(rule, 1.0)(x, moments()[10]).push.abs().max()) < 1e-12


def test_the_method_depends_on_the_origin():
    """As its card says: moving the data moves the samples differently."""
    by = torch.tensor([5.0, 0.0], dtype=torch.float64)
    moved = Mixture(
        FullComponents(LAW.components.means + by, LAW.components.covariances), torch.zeros(3), LAW.component_labels, ("a", "b")
    )
    moment = moments()[12]
    here, there = (
        Guide(Apg(label="b").build(GuidanceContext(law, ExactScores())).rule, 1.0)(x, moment).push
        for law, x in ((LAW, X), (moved, X + moment.alpha_bar**0.5 * by))
    )
    assert not torch.allclose(here, there, atol=1e-3)
    assert "origin" in Apg.card.idea


def test_points_stay_coordinate_first():
    x = torch.randn(2, 3, 50).movedim(0, -1)  # [W, n, d]
    push = Guide(plan(Apg).rule, torch.ones(3, 1, 1))(x, moments()[5]).push
    assert push.movedim(-1, 0).is_contiguous()
    assert TileNoise(0, 2, 0, 50).start().T.is_contiguous()
