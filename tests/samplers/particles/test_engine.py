"""The particle engine against what it must give: constant weights, unbiased normalising constants, and the laws it aims at."""

from __future__ import annotations

import math

import pytest
import torch

import gdviz
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import Guide, Plan, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import FullComponents, Mixture, pair
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.twists import TWISTS
from gdviz.samplers.smc import Smc
from gdviz.sweep import PopulationReadings, SweepOptions, gathered, sweep

Z = 4.5  # standard errors: a false alarm in 150,000 comparisons

LINE = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [0.0], "covariance": [[1.0]], "label": "a"},
        {"mean": [1.5], "covariance": [[1.0]], "label": "b"},
    ],
}
CFG = {"kind": "cfg", "label": "b"}
BUMP = {"kind": "reward", "reward": {"kind": "expression", "expression": "0.05 + exp(-(x-2)**2/2)"}}

HERE = {"kind": "look_ahead", "look": {"kind": "here"}}

SETTINGS = {
    "exact": {},
    "none": {"twist": {"kind": "none"}},
    "reward here, half gradient, tempered": {"twist": HERE, "gradient": 0.5, "temper": 2},
    "reward here, base proposal": {"twist": HERE, "gradient": 0, "temper": 1},
    "FK steering": {"twist": {"kind": "look_ahead"}, "gradient": 0},
    "TDS": {"twist": {"kind": "look_ahead"}},
    "ssp at every step": {"resample": {"kind": "ssp", "ess": 1}},
    "multinomial, ancestral": {"step": "ancestral", "resample": {"kind": "multinomial", "ess": 0.9, "every": 4}},
}


def built(guidance, w=(1.0,), particles=3072, steps=60, **fields):
    value = {"target": LINE, "guidance": guidance, "w": list(w), "particles": particles}
    return Experiment.parse({**value, "sampler": {"kind": "smc", "population": 8, "steps": steps, **fields}}).build()


def ran(parts, w, particles=3072, seed=0, halvings=0):
    options = SweepOptions(tuple(w), particles, seed, halvings=halvings, observers=(PopulationReadings(),))
    return gathered(sweep(parts.plan, parts.sampler, parts.levels, options))


def normalizers(chunk, k, size):
    """The populations' estimates, [M]."""
    return chunk.readings["log_normalizer"][k, ::size].exp()


def mean_of_power(parts, w):
    """E r^w under the law of w = 0, by the trapezoid rule in float64."""
    x = torch.linspace(-9, 11, 8001, dtype=torch.float64)[:, None]
    density = parts.plan.unguided.log_density(x, 0.0)
    return float(torch.trapezoid((density + w * parts.plan.reward.log(x)).exp(), x[:, 0]))


def powered_mean(parts, w):
    """E x under the law that is aimed at."""
    x = torch.linspace(-9, 11, 8001, dtype=torch.float64)[:, None]
    weight = (parts.plan.unguided.log_density(x, 0.0) + w * parts.plan.reward.log(x)).exp()
    return float(torch.trapezoid(weight * x[:, 0], x[:, 0]) / torch.trapezoid(weight, x[:, 0]))


@pytest.mark.parametrize("guidance", [CFG, BUMP], ids=["label", "reward"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_normalising_constant_is_unbiased_for_populations_of_eight(setting, guidance):
    w = 2.0
    parts = built(guidance, **SETTINGS[setting])
    fine, half = (normalizers(ran(parts, [0.0, w], halvings=h), 1, 8) for h in (0, 1))
    truth = mean_of_power(parts, w)
    step = abs(float((fine - half).mean()))
    se = float(fine.std()) / math.sqrt(len(fine))
    assert se < 0.05 * truth
    assert abs(float(fine.mean()) - truth) <= Z * se + 1.35 * step


@pytest.mark.parametrize("setting", SETTINGS)
def test_weighted_populations_follow_the_law_that_is_aimed_at(setting):
    """The mean over populations weighted by their normalising constants has no bias of order 1 / K."""
    w = 2.0
    parts = built(CFG, **SETTINGS[setting])
    means = []
    for h in (0, 1):
        chunk = ran(parts, [w], halvings=h)
        weight = normalizers(chunk, 0, 8)
        x = chunk.x[0, :, 0].double().reshape(-1, 8).mean(1)
        mean = float((weight * x).sum() / weight.sum())
        se = float((weight * (x - mean)).std()) * math.sqrt(len(x)) / float(weight.sum())
        means.append(mean)
    assert abs(means[0] - powered_mean(parts, w)) <= Z * se + 1.35 * abs(means[0] - means[1])


def test_with_the_exact_value_the_weights_stay_constant():
    """In the form that seeks reward at w = 1 the exact twist is h, and only the size of the steps moves the weights."""
    spreads = []
    for steps in (60, 240):
        chunk = ran(built(BUMP, steps=steps, resample={"kind": "systematic", "ess": 0}), [1.0], 1024)
        spreads.append(1 - float(chunk.readings["ess"].mean()))
    assert spreads[1] < 0.02
    assert spreads[1] < 0.5 * spreads[0]  # of first order in the step, the spread of the weights squared


def test_w_zero_is_the_base_sampler_on_the_same_noise():
    parts = built(CFG)
    ours = ran(parts, [0.0, 3.0], 1024)
    plain = ran(parts.__class__(parts.law, parts.plan, Ddpm(steps=60), parts.levels), [0.0], 1024)
    assert torch.allclose(ours.x[0], plain.x[0], atol=1e-5)
    assert bool((ours.readings["ancestors"][0] == 8).all())
    assert bool((ours.readings["log_normalizer"][0] == 0).all())


def gaussian(mean, variance):
    return Mixture(FullComponents(torch.tensor([[mean]]), torch.full((1, 1, 1), variance)), torch.zeros(1))


@pytest.mark.parametrize(("c", "variance", "mean"), [(0.0, 0.5, 0.0), (1.0, 0.5, 1.5)])
def test_the_corrector_repairs_cfg_to_the_powered_law(c, variance, mean):
    """MATH section 5: p(x | c) = N(c, 1), p = N(0, 2), g = 3. CFG alone has variance .3875 and mean 1.75 c."""
    toward, away = gaussian(c, 1.0), gaussian(0.0, 2.0)
    plan = Plan(Unified(pair(toward, away), "toward", Constant()), toward, toward, away)
    ends = []
    for steps in (100, 200):
        sampler = Smc(steps=steps, population=256, twist=TWISTS.parse({"kind": "corrector"}))
        chunk = gathered(sweep(plan, sampler, sampler.build_levels(), SweepOptions((2.0,), 8192, 0, observers=())))
        x = chunk.x[0, :, 0].double().reshape(-1, 256)  # [M, K]
        ends.append((x.mean(1), (x - mean).square().mean(1)))
    (first, second), (half_first, half_second) = ends[1], ends[0]
    for found, half, truth in ((first, half_first, mean), (second, half_second, variance)):
        se = float(found.std()) / math.sqrt(len(found))
        assert abs(float(found.mean()) - truth) <= Z * se + 1.35 * abs(float((found - half).mean())) + 2 / 256  # and order 1 / K
    assert abs(float(second.mean()) - 0.3875) > 0.05  # what CFG alone would have


def test_particles_do_not_depend_on_how_many_there_are():
    parts = built(CFG, population=16)
    few, many = ran(parts, [2.0], 512), ran(parts, [2.0, 5.0], 1536)
    assert torch.equal(few.x[0], many.x[0, :512])


def test_numbers_are_of_whole_populations():
    """100 particles in populations of 64: the paths are those of a longer run, and the row counts one population."""
    value = {"target": LINE, "guidance": CFG, "w": [2], "sampler": {"kind": "smc", "population": 64, "steps": 20}}
    few, many = (gdviz.run({**value, "particles": n}, device="cpu", step_change=False) for n in (100, 128))
    assert (few.samples[-1] == many.samples[-1][:100]).all()
    (row,) = few.rows
    assert (row.particles, row.populations.count, row.populations.size) == (64, 1, 64)
    assert row.mean_reward is not None and row.se_reward is None  # of one population there is no error


def test_a_population_without_weight_dies_alone():
    """Points: r = 0 to rounding for all of a small population at w = 1000 in a few of them."""
    parts = built(
        {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(-400*(x-9)**2)"}}, twist={"kind": "none"}
    )
    chunk = ran(parts, [0.0, 1e6], 256)
    gone = ~torch.isfinite(chunk.x[1, :, 0]).reshape(-1, 8)
    assert bool((gone.all(1) == gone.any(1)).all())
    assert bool(torch.isfinite(chunk.x[0]).all())
    assert bool((torch.isinf(chunk.readings["log_normalizer"][1]).reshape(-1, 8) == gone).all())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sampler": {"kind": "smc", "population": 20}}, "sampler.population: found 20; populations are powers of two"),
        ({"sampler": {"kind": "smc", "population": 0}}, "sampler.population: found 0"),
        ({"particles": 50}, "particles: found 50 in populations of 64; one is run at least."),
        ({"guidance": {"kind": "none"}}, "sampler: found 'smc' without a label or a reward"),
        ({"guidance": {"kind": "apg", "label": "b"}}, "sampler: found 'smc' with a guidance method or schedule of its own"),
        (
            {"sampler": {"kind": "smc", "twist": {"kind": "corrector"}, "gradient": 0.5}},
            "found a corrector with gradient or temper of its own",
        ),
    ],
)
def test_refusals_are_one_sentence(changes, told):
    value = {"target": LINE, "guidance": CFG, "w": [1], "sampler": {"kind": "smc"}, "particles": 256, **changes}
    with pytest.raises(GdvizError) as refused:
        Experiment.parse(value).build()
    assert told in str(refused.value)


def test_evaluations_are_counted_as_they_happen():
    parts = built(CFG, steps=7)
    calls = []

    class Counting(Guide):
        def __call__(self, x, moment):
            calls.append(moment.t)
            return super().__call__(x, moment)

    from gdviz.diffusion import TileNoise

    guide = Counting(parts.plan.rule, torch.tensor([[[1.0]]]), parts.plan.end_reward)
    noise = TileNoise(0, 1, 0, 16)
    list(parts.sampler.run(guide, parts.levels, noise, noise.common_start(1)))
    assert len(calls) == parts.sampler.evaluations
