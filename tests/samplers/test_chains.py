"""Best of n, SVDD, predictor-corrector and Gibbs-like CFG against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from gdviz.experiment import Experiment
from gdviz.guidance import Plan, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import pair
from gdviz.rewards import Reward
from gdviz.samplers import SAMPLERS
from gdviz.samplers.ddpm import Ddpm
from gdviz.sweep import SweepOptions, gathered, sweep
from gdviz.targets import TARGETS

Z = 4.5  # standard errors: a false alarm in 150,000 comparisons
N = 4096

NORMAL = {"kind": "gaussian_mixture", "components": [{"mean": [0.0], "covariance": [[1.0]]}]}
LINEAR = {"kind": "exp", "strength": 1, "of": {"kind": "linear", "direction": [1.0]}}
TWO = {"kind": "gaussian_mixture", "components": [{"mean": [m], "covariance": [[1.0]]} for m in (3.0, -3.0)]}
LABELLED = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [0.0], "covariance": [[1.0]], "label": "a"},
        {"mean": [1.5], "covariance": [[1.0]], "label": "b"},
    ],
}


def ends(sampler, w, target=NORMAL, reward=LINEAR, guidance=None, n=N, halvings=0):
    """End points at w, [W, n]."""
    guidance = guidance or {"kind": "reward", "reward": reward}
    parts = Experiment.parse({"target": target, "guidance": guidance, "w": w, "particles": n, "sampler": sampler}).build()
    options = SweepOptions(tuple(w), n, 0, halvings=halvings)
    return gathered(sweep(parts.plan, parts.sampler, parts.levels, options)).x[..., 0].double()


def ddpm_width(steps):
    """Standard deviation of DDPM's samples of N(0, 1): every step is linear."""
    variance, rule = 1.0, Ddpm(steps=steps)
    for moment in rule.build_levels().moments():
        keep, drift, noise = rule.linear_step(moment)
        variance = (keep - drift) ** 2 * variance + noise**2
    return math.sqrt(variance)


def powered_moments(w):
    """Mean and variance of p(x | b) p(b | x)^w, by the trapezoid rule."""
    x = torch.linspace(-9, 12, 8001, dtype=torch.float64)
    log_b, log_a = -((x - 1.5) ** 2) / 2, -(x**2) / 2
    weight = (log_b + w * (log_b - torch.logaddexp(log_a, log_b))).exp()
    weight = weight / torch.trapezoid(weight, x)
    mean = torch.trapezoid(weight * x, x)
    return float(mean), float(torch.trapezoid(weight * (x - mean) ** 2, x))


@pytest.mark.parametrize(("n", "mean", "variance"), [(2, 0.56419, 0.68169), (4, 1.02938, 0.49172), (16, 1.76599, 0.29501)])
def test_best_of_n_of_a_normal_law(n, mean, variance):
    """Order statistics of a normal law (MATH section 5) as wide as DDPM makes it; w < 0 is the mirror image, w = 0 the law."""
    n_of_each, width = 4096, ddpm_width(50)
    zero, up, down = ends({"kind": "best_of_n", "n": n, "steps": 50}, [0.0, 1.0, -2.0], n=n_of_each) / width
    for x, truth in ((up, mean), (-down, mean), (zero, 0.0)):
        assert abs(float(x.mean()) - truth) <= Z / math.sqrt(n_of_each)
    assert abs(float(up.var()) - variance) <= Z * variance * math.sqrt(3 / n_of_each)


def test_best_of_n_finds_a_mode_with_the_chance_of_n_tries():
    """R = 0 for x >= 0 and -10 else: the right mode has mass 1 - 2^-n (MATH section 5)."""

    class Right(Reward):
        def log(self, x):
            return torch.where(x[..., 0] >= 0, 0.0, -50.0)

    law = TARGETS.parse(TWO).build()
    plan = Plan(Unified(pair(law, law), "away", Constant()), law, law, law, Right())
    sampler = SAMPLERS.parse({"kind": "best_of_n", "n": 3, "steps": 50})
    (x,) = gathered(sweep(plan, sampler, sampler.build_levels(), SweepOptions((1.0,), 4096, 0))).x[..., 0]
    truth = 1 - 2**-3
    assert abs(float((x > 0).double().mean()) - truth) <= Z * math.sqrt(truth * (1 - truth) / 4096)


def test_the_path_of_best_of_n_is_that_of_the_winner():
    parts = Experiment.parse(
        {"target": NORMAL, "guidance": {"kind": "reward", "reward": LINEAR}, "w": [1], "particles": 64,
         "sampler": {"kind": "best_of_n", "n": 3, "steps": 10}}
    ).build()  # fmt: skip
    from gdviz.diffusion import TileNoise
    from gdviz.guidance import Guide

    noise = TileNoise(0, 1, 0, 64)
    guide = Guide(parts.plan.rule, 1.0, parts.plan.end_reward)
    steps = list(parts.sampler.run(guide, parts.levels, noise, noise.common_start(1)))
    assert len(steps) == parts.sampler.yields(parts.levels) == 40
    candidates = torch.stack([steps[10 * k + 9].x[0, :, 0] for k in range(3)])  # [n, 64]
    assert torch.equal(steps[-1].x[0, :, 0], candidates.max(0).values)
    assert torch.equal(steps[-1].before, steps[-2].x)


def test_svdd_approaches_the_tilted_law_with_its_children():
    """r = e^x on N(0, 1): the denoiser's reward is the exact value up to a factor of t, and the goal is N(w, 1)."""
    w = 1.0
    means = []
    for children in (2, 6, 18):
        (x,) = ends({"kind": "svdd", "children": children, "steps": 40}, [w], n=2048)
        means.append(float(x.mean()))
    assert means[0] < means[1] < means[2]
    assert abs(means[2] - w) <= Z / math.sqrt(2048) + 1.35 * abs(means[2] - means[1])
    zero = ends({"kind": "svdd", "children": 4, "steps": 20}, [0.0], n=1024)
    plain = ends({"kind": "ddpm", "steps": 20}, [0.0], n=1024)
    assert torch.allclose(zero, plain, atol=1e-5)  # w = 0 takes the first child


def test_svdd_at_low_temperature_takes_the_best_child():
    hot, cold = (ends({"kind": "svdd", "temperature": t, "steps": 30}, [1.0], n=1024)[0].mean() for t in (1.0, 0.01))
    assert float(cold) > float(hot) + 1


@pytest.mark.parametrize(
    ("sampler", "slack"),
    [
        ({"kind": "pcg", "corrections": 12, "size": 0.15, "steps": 60}, 0.04),  # what Langevin steps of this size leave
        ({"kind": "cfgig", "rounds": 25, "sigma": 0.5, "steps": 60}, 0.04),  # what noise of this size leaves
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_chains_end_in_the_powered_law_where_cfg_does_not(sampler, slack):
    """Two classes at distance 1.5, w = 3: mean and variance of the powered law by quadrature."""
    w, cfg = 3.0, {"kind": "cfg", "label": "b"}
    mean, variance = powered_moments(w)
    (x,) = ends(sampler, [w], LABELLED, guidance=cfg, n=3072)
    (plain,) = ends({"kind": "ddpm", "steps": 200}, [w], LABELLED, guidance=cfg, n=3072)
    error, error_of_cfg = abs(float(x.mean()) - mean), abs(float(plain.mean()) - mean)
    assert error <= Z * math.sqrt(variance / 3072) + slack
    assert abs(float(x.var()) - variance) <= Z * variance * math.sqrt(2 / 3072) + slack
    assert error_of_cfg > 2 * error


@pytest.mark.parametrize("kind", ["pcg", "cfgig", "svdd", "best_of_n"])
def test_w_zero_samples_the_base_law(kind):
    """Within the step change, as every sampler."""
    cfg = {"kind": "cfg", "label": "b"}
    x, half = (ends({"kind": kind, "steps": 80}, [0.0], LABELLED, guidance=cfg, n=2048, halvings=h)[0] for h in (0, 1))
    assert abs(float(x.mean()) - 1.5) <= Z / math.sqrt(2048) + 1.35 * abs(float(x.mean() - half.mean()))
    assert abs(float(x.var()) - 1) <= Z * math.sqrt(2 / 2048) + 1.35 * abs(float(x.var() - half.var()))


@pytest.mark.parametrize("kind", ["pcg", "cfgig", "svdd", "best_of_n"])
def test_particles_do_not_know_each_other(kind):
    sampler = {"kind": kind, "steps": 20}
    few, many = ends(sampler, [2.0], n=256), ends(sampler, [2.0, 0.0], n=1500)
    assert torch.equal(few[0], many[0, :256])


def test_refusals():
    from gdviz.errors import GdvizError

    for kind in ("best_of_n", "svdd", "pcg", "cfgig"):
        assert kind in SAMPLERS.kinds
        value = {"target": NORMAL, "guidance": {"kind": "none"}, "w": [1], "sampler": {"kind": kind}}
        with pytest.raises(GdvizError, match=f"sampler: found '{kind}' without a label or a reward"):
            Experiment.parse(value).build()
