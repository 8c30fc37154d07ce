"""Rules that need w: the seam itself, then rescaling and dynamic thresholding against numpy of their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gdviz
from gdviz.diffusion import TileNoise
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import Guidance, GuidanceContext, Guide, Guided, WeightedGuidance
from gdviz.guidance._over_coordinates import percentile
from gdviz.guidance.cfg import Cfg
from gdviz.guidance.cfg_rescale import CfgRescale, Rescaled
from gdviz.guidance.dynamic_threshold import DynamicThreshold
from gdviz.laws import FullComponents, Mixture
from gdviz.player.build import scene_from_result
from gdviz.player.scene import pack_scene
from gdviz.samplers import SAMPLERS
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, SweepOptions, sweep

LEVELS = Logit().build(20)
MOMENTS = list(LEVELS.moments())
W = torch.tensor([-0.5, 0.0, 0.7, 6.0], dtype=torch.float64)[:, None, None]  # [W, 1, 1]
MEANS = {1: [[0.0], [2.0], [-1.0]], 2: [[0.0, 0], [2, 0.5], [-1, 1.5]], 5: [[0.0] * 5, [2, 0.5, 0, 0, 1], [-1, 1.5, 0, 1, 0]]}


def law(d):
    components = FullComponents(torch.tensor(MEANS[d]), 0.4 * torch.eye(d, dtype=torch.float64).repeat(3, 1, 1))
    return Mixture(components, torch.zeros(3), torch.tensor([0, 1, 1]), ("a", "b"))


def plan(kind, d=2, **options):
    return kind(label="b", **options).build(GuidanceContext(law(d), ExactScores()))


def points(d, n=60):
    return 1.5 * torch.randn(4, n, d, dtype=torch.float64, generator=torch.Generator().manual_seed(d))  # [W, n, d]


def scores(d, x, t):
    """Scores of p(. | b) and p by numpy alone, float64, [W, n, d] each: a mixture of N(m, 0.4 I), b its last two parts."""
    variance, means = 0.4 * (1 - t) + t, np.sqrt(1 - t) * np.array(MEANS[d])  # [3, d]
    away = means - x[..., None, :]  # [W, n, 3, d]
    density = np.exp(-(away**2).sum(-1) / (2 * variance))[..., None]  # [W, n, 3, 1]
    return [(density * away)[..., k:, :].sum(-2) / density[..., k:, :].sum(-2) / variance for k in (1, 0)]


# ---------------------------------------------------------------------- the seam
def test_what_is_added_to_the_total_is_in_the_push_and_nothing_at_weight_0():
    base, push, by = torch.randn(3, 4, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    guided = Guided(base, push, 1.0, lambda: base[..., 0], W).moved(by)
    assert torch.equal(guided.total[1], base[1])
    torch.testing.assert_close(guided.total, base + W * push + by * (W != 0))
    assert guided.log_ratio is None
    for weight in (0.0, 0.3):
        alone = Guided(base, push, 1.0, None, weight).moved(by)
        torch.testing.assert_close(alone.total, base + weight * push + (by if weight else 0))


def test_the_parts_are_affine():
    class Twice(WeightedGuidance):
        def at_weight(self, guided, x, moment):
            return guided.moved(guided.total)

    with pytest.raises(TypeError, match="affine"):
        Twice(Twice(plan(Cfg).rule))
    assert issubclass(WeightedGuidance, Guidance)


@pytest.mark.parametrize("kind", [CfgRescale, DynamicThreshold])
def test_no_identity_is_claimed(kind):
    built = plan(kind)
    assert built.identity is None and built.baseline is None and built.unified is None
    chunk = next(c for c in sweep(built, Ddpm(), LEVELS, SweepOptions((0.0, 2.0), 64, 0)) if isinstance(c, Chunk))
    assert chunk.gain is None and chunk.path_kl is not None  # what moved the paths is known all the same


@pytest.mark.parametrize("kind", [CfgRescale, DynamicThreshold])
def test_path_kl_is_that_of_the_whole_change(kind):
    """(1/2) sum |drift gain (total - base)|^2 / noise gain^2, written down step by step."""
    noise, by_hand = TileNoise(0, 2, 0, 256), torch.zeros(1, 256)  # [W, N]
    for step in Ddpm().run(Guide(plan(kind).rule, torch.full((1, 1, 1), 3.0)), LEVELS, noise, noise.common_start(1)):
        moved = step.guided.total - step.guided.base  # [W, N, d]
        by_hand += (step.drift_gain * moved / step.noise_gain).square().sum(-1) / 2
    chunk = next(c for c in sweep(plan(kind), Ddpm(), LEVELS, SweepOptions((3.0,), 256, 0)) if isinstance(c, Chunk))
    torch.testing.assert_close(chunk.path_kl, by_hand, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sampler", [name for name, kind in SAMPLERS.kinds.items() if kind.step_rule])
@pytest.mark.parametrize("kind", ["cfg_rescale", "dynamic_threshold"])
@pytest.mark.parametrize("d", [1, 2])
def test_they_run_with_every_sampler(kind, sampler, d):
    parts = [{"mean": [0.0] * d, "covariance": torch.eye(d).tolist(), "label": "a"}]
    parts += [{"mean": [2.0] * d, "covariance": (0.3 * torch.eye(d)).tolist(), "label": "b"}]
    asked = {"target": {"kind": "gaussian_mixture", "components": parts}, "guidance": {"kind": kind, "label": "b"}}
    asked |= {"sampler": {"kind": sampler, "steps": 20}, "w": [0, 1, 8], "particles": 64}
    result = gdviz.run(asked, device="cpu")
    plain = gdviz.run({**asked, "guidance": {"kind": "cfg", "label": "b"}}, device="cpu")
    assert (result.samples[0] == plain.samples[0]).all()  # w = 0, bit for bit
    assert (result.samples[2] != plain.samples[2]).any()
    assert all(row.nonfinite == 0 and row.identity is None for row in result.rows)


@pytest.mark.slow
def test_arrows_are_drawn_only_where_they_are_right_at_every_w():
    """The player adds w times one push; a push that depends on w is not drawn, and the scene packs without it."""
    asked = {"target": {"kind": "moons", "n": 40}, "sampler": {"kind": "ddpm", "steps": 20}, "w": [0, 2], "particles": 64}
    for kind, drawn in (("cfg", True), ("cfg_rescale", False), ("dynamic_threshold", False)):
        guidance = {"kind": kind, "label": "upper"}
        result = gdviz.run({**asked, "guidance": guidance}, device="cpu", frame_particles=20)
        scene = scene_from_result(result, preview=True)
        assert (scene.arrows is not None) == drawn
        assert len(pack_scene(scene)) > 1000


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "kind, options", [(CfgRescale, {"phi": 0}), (DynamicThreshold, {"scale": None}), (DynamicThreshold, {"scale": 1e6})]
)
def test_the_limiting_parameter_is_cfg_bit_for_bit(kind, options, dtype):
    asked = SweepOptions((-0.5, 0.0, 2.0, 9.0), 100, 0, dtype=dtype)
    paths = [
        torch.cat([c.x for c in sweep(p, Ddpm(), LEVELS, asked) if isinstance(c, Chunk)])
        for p in (plan(Cfg), plan(kind, **options))
    ]
    assert torch.equal(*paths)


# ---------------------------------------------------------------------- rescaling
@pytest.mark.parametrize("d", MEANS)
@pytest.mark.parametrize("phi", [0.7, 1.0])
def test_rescaling_by_numpy(d, phi):
    x, rule = points(d), plan(CfgRescale, d, phi=phi).rule
    for moment in MOMENTS[::4]:
        given, plain = scores(d, x.numpy(), moment.t)
        total = given + W.numpy() * (given - plain)
        factor = np.linalg.norm(given, axis=-1, keepdims=True) / np.linalg.norm(total, axis=-1, keepdims=True)
        expected = phi * factor * total + (1 - phi) * total
        np.testing.assert_allclose(Guide(rule, W)(x, moment).total.numpy(), expected, rtol=1e-9, atol=1e-9)


def test_on_images_the_lengths_are_the_papers_standard_deviations():
    """Where the pixels' mean is zero: std over the coordinates, as published, gives the same scale."""
    generator = torch.Generator().manual_seed(3)
    base, push = torch.randn(2, 7, 64, dtype=torch.float64, generator=generator)
    base, push = base - base.mean(-1, keepdim=True), push - push.mean(-1, keepdim=True)

    class Given(Guidance):
        def __call__(self, x, moment, memory):
            return Guided(base, push), memory

    total = base + 4 * push
    scaled = total * base.std(-1, keepdim=True) / total.std(-1, keepdim=True)
    found = Guide(Rescaled(Given(), 0.7), 4.0)(base, MOMENTS[0]).total
    torch.testing.assert_close(found, 0.7 * scaled + 0.3 * total)


# ---------------------------------------------------------------------- dynamic thresholding
@pytest.mark.parametrize("d", MEANS)
@pytest.mark.parametrize("percent, scale", [(99.5, 3.0), (60.0, 0.8)])
def test_thresholding_by_numpy(d, percent, scale):
    x, rule, active = points(d), plan(DynamicThreshold, d, percentile=percent, scale=scale).rule, 0
    for moment in MOMENTS[::4]:
        t, signal = moment.t, np.sqrt(moment.alpha_bar)
        given, plain = scores(d, x.numpy(), t)
        guess, guess_0 = ((x.numpy() + t * s) / signal for s in (given + W.numpy() * (given - plain), given))

        def published(guess):
            s = np.maximum(np.percentile(np.abs(guess), percent, axis=-1, keepdims=True), scale)
            return np.clip(guess, -s, s) / s * scale

        bounded = guess_0 + published(guess) - published(guess_0)
        expected = (signal * bounded - x.numpy()) / t
        expected[1] = given[1]  # w = 0
        active += int((np.abs(guess - bounded) > 1e-9).sum())
        np.testing.assert_allclose(Guide(rule, W)(x, moment).total.numpy(), expected, rtol=1e-7, atol=1e-7)
    assert active > 20


def test_a_guess_that_starts_inside_ends_inside():
    """Imagen's rule itself there: no coordinate of the guided guess is beyond the scale."""
    scale, rule, moment = 3.0, plan(DynamicThreshold, scale=3.0, percentile=100).rule, MOMENTS[10]
    x = points(2)
    guess = (x + moment.t * Guide(rule, 500.0)(x, moment).total) / moment.alpha_bar**0.5
    free = (x + moment.t * Guide(plan(Cfg).rule, 500.0)(x, moment).total) / moment.alpha_bar**0.5
    inside = law(2).given("b").posterior_mean(x, moment.t).abs().amax(-1) <= scale
    assert bool(inside.any()) and float(free[inside].abs().max()) > 2 * scale
    assert float(guess[inside].abs().max()) <= scale * (1 + 1e-9)


@pytest.mark.parametrize("d", [1, 2, 3, 64])
@pytest.mark.parametrize("percent", [0.5, 50, 90, 99.5, 100])
def test_the_percentile_is_numpys(d, percent):
    values = torch.rand(5, 7, d, dtype=torch.float64, generator=torch.Generator().manual_seed(d))
    expected = np.percentile(values.numpy(), percent, axis=-1, keepdims=True)
    np.testing.assert_allclose(percentile(values, percent).numpy(), expected, rtol=1e-12)
