"""What every registered guidance method, schedule, sampler and spacing owes, through the public doors alone.

`test_extending.py` runs this file, and the contracts of targets and rewards, once more in a copy of the house that
holds the templates of docs/extending.md.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from torch import Tensor

import gdviz
from gdviz.checkpoints import build_trained
from gdviz.diffusion import LEVELS
from gdviz.experiment import Experiment
from gdviz.family import Family
from gdviz.guidance import GUIDANCE, SCHEDULES, Guide
from gdviz.guidance.look_aheads import LOOK_AHEADS
from gdviz.rewards import REWARDS
from gdviz.samplers import SAMPLERS
from gdviz.samplers.particles.resamplers import RESAMPLERS
from gdviz.samplers.particles.twists import TWISTS
from gdviz.schema import experiment_schema
from gdviz.sweep import SweepOptions, gathered, sweep
from gdviz.targets import TARGETS

Z = 6.0  # two-sided false-alarm rate 2e-9 a comparison, some 50 of them with fixed seeds
ALL = (TARGETS, GUIDANCE, REWARDS, SCHEDULES, LOOK_AHEADS, SAMPLERS, TWISTS, RESAMPLERS, LEVELS)
TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
        {"weight": 2, "mean": [2, 1], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
    ],
}


def examples(family: Family) -> list[Any]:
    return [
        pytest.param({"kind": name, **example}, id=f"{name}-{k}")
        for name, kind in family.kinds.items()
        for k, example in enumerate(kind.examples)
    ]


def experiment(**parts: Any) -> Experiment:
    asked = {"target": TARGET, "guidance": {"kind": "cfg", "label": "b"}, "sampler": {"kind": "ddpm", "steps": 24}}
    asked["score"] = GUIDANCE.kinds[parts.get("guidance", asked["guidance"])["kind"]].example_score
    return Experiment.parse({**asked, "w": [0, 1.5, -0.5], "particles": 300, **parts})


def close(found: Tensor, wanted: Tensor, digits: float) -> bool:
    return bool(((found - wanted).abs() <= digits * (1 + wanted.abs().amax())).all())


# ---------------------------------------------------------------------- every family
@pytest.mark.parametrize("family, name", [pytest.param(f, name, id=f"{f.name}-{name}") for f in ALL for name in f.kinds])
def test_a_kind_has_a_card_examples_and_a_place_in_the_schema(family, name):
    kind = family.kinds[name]
    assert kind.card.title and kind.card.idea
    assert kind.examples
    entry = experiment_schema()["$defs"][f"{family.name}.{name}"]
    assert set(entry["properties"]) == set(kind.model_fields)
    assert entry["title"] == kind.card.title
    for example in kind.examples:
        parsed = family.parse({"kind": name, **example})
        assert family.parse(json.loads(json.dumps(parsed.model_dump(mode="json")))) == parsed
        assert hash(parsed) == hash(family.parse({"kind": name, **example}))


# ---------------------------------------------------------------------- guidance
@pytest.mark.parametrize("guidance", examples(GUIDANCE))
def test_w_0_follows_the_unguided_law(guidance):
    """All along a guided path, the rule's base is the score of the law that w = 0 is said to sample."""
    built = experiment(guidance=guidance).build()
    rule, law = built.plan.rule, built.plan.unguided
    x = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    memory = None
    for moment in built.levels.moments():
        guided, memory = rule(x, moment, memory)
        assert close(guided.base, law.score(x, moment.t), 1e-8)
        assert torch.equal(Guide(rule, 0.0)(x, moment).total, guided.base)
        x = math.sqrt(moment.alpha_bar_next / moment.alpha_bar) * x + 0.1 * guided.total * moment.beta


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("guidance", examples(GUIDANCE))
def test_a_grid_of_w_is_each_w_alone_in_any_shape(guidance, dtype):
    built = experiment(guidance=guidance).build()
    w = [0.0, 0.7, 3.0]
    x = torch.randn(3, 5, 2, dtype=dtype, generator=torch.Generator().manual_seed(1))
    grid = Guide(built.plan.rule, torch.tensor(w, dtype=dtype)[:, None, None])
    alone = [Guide(built.plan.rule, value) for value in w]
    digits = 1e-4 if dtype == torch.float32 else 1e-9
    for moment in list(built.levels.moments())[8:12]:
        guided = grid(x, moment)
        assert guided.base.shape == guided.push.shape == guided.total.shape == x.shape
        assert guided.base.dtype == guided.push.dtype == dtype
        assert math.isfinite(guided.omega) and bool(torch.isfinite(guided.total).all())
        for k, guide in enumerate(alone):
            assert close(guided.total[k], guide(x[k], moment).total, digits)


@pytest.mark.parametrize("guidance", examples(GUIDANCE))
def test_particles_do_not_know_each_other(guidance):
    built = experiment(guidance=guidance).build()
    x = torch.randn(9, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    moments = list(built.levels.moments())[8:11]
    together, apart = Guide(built.plan.rule, 2.0), Guide(built.plan.rule, 2.0)
    for moment in moments:
        assert close(apart(x.flip(0), moment).total.flip(0), together(x, moment).total, 1e-9)


@pytest.mark.parametrize("guidance", examples(GUIDANCE))
def test_it_runs_and_w_0_is_its_own_pair(guidance):
    result = gdviz.run(experiment(guidance=guidance), device="cpu")
    assert [row.w for row in result.rows] == [0, 1.5, -0.5]
    assert all(row.nonfinite == 0 and row.spread is not None for row in result.rows)
    zero = result.rows[0]
    if zero.mean_reward is not None:
        assert (zero.improved, zero.ties) == (0.0, 1.0)
    assert json.loads(result.to_json())["experiment"]["guidance"]["kind"] == guidance["kind"]
    differs = bool((torch.from_numpy(result.samples[0]) - torch.from_numpy(result.samples[1])).abs().max() > 0)
    assert differs == (guidance["kind"] != "none")


# ---------------------------------------------------------------------- schedules
@pytest.mark.parametrize("schedule", examples(SCHEDULES))
def test_a_schedule_is_a_finite_factor_that_leaves_w_0_alone(schedule):
    guidance = {"kind": "cfg", "label": "b", "schedule": schedule}
    built = build_trained(experiment(guidance=guidance))
    omega = [built.plan.rule(torch.zeros(1, 2), moment, None)[0].omega for moment in built.levels.moments()]
    assert all(math.isfinite(value) for value in omega)
    assert any(value > 0 for value in omega)
    plain = gdviz.run(experiment(w=[0]), device="cpu", step_change=False)
    scheduled = gdviz.run(experiment(w=[0], guidance=guidance), device="cpu", step_change=False)
    assert (plain.samples == scheduled.samples).all()


# ---------------------------------------------------------------------- samplers and spacings
def end_points(sampler: dict[str, Any], steps: int) -> Tensor:
    """Unguided samples of N(1.5, 0.3), [n]."""
    line = {"kind": "gaussian_mixture", "components": [{"mean": [1.5], "covariance": [[0.3]]}]}
    reward = {"kind": "expression", "expression": "0.5 + exp(-x**2)"}  # some samplers ask for one; w = 0 is unguided
    guided = {"kind": "reward", "reward": reward}
    built = experiment(target=line, guidance=guided, sampler={**sampler, "steps": steps}, particles=4096).build()
    options = SweepOptions((0.0,), 4096, seed=5)
    return gathered(sweep(built.plan, built.sampler, built.levels, options)).x[0, :, 0].double()


WITH_LEVELS = [pytest.param({"kind": "ddpm", "levels": levels.values[0]}, id=levels.id) for levels in examples(LEVELS)]


@pytest.mark.parametrize("sampler", [*examples(SAMPLERS), *WITH_LEVELS])
def test_a_gaussian_comes_out_as_it_is(sampler):
    """Mean 1.5 and variance 0.3, within Z standard errors, the step change, and the two ends of the levels."""
    levels = SAMPLERS.parse({**sampler, "steps": 160}).build_levels()
    x, half = end_points(sampler, 160), end_points(sampler, 80)
    n, start, end = len(x), math.sqrt(levels.alpha_bar[0]) * math.sqrt(1.5**2 + 0.3), float(levels.t[-1])
    mean_change, variance_change = abs(float(x.mean() - half.mean())), abs(float(x.var() - half.var()))
    assert abs(float(x.mean()) - 1.5) <= Z * math.sqrt(0.3 / n) + mean_change + start + 1.5 * end
    assert abs(float(x.var()) - 0.3) <= Z * 0.3 * math.sqrt(2 / n) + variance_change + start**2 + end


@pytest.mark.parametrize("levels", examples(LEVELS))
@pytest.mark.parametrize("steps", [2, 7, 300])
def test_levels_fall_and_stay_inside(levels, steps):
    built = SAMPLERS.parse({"kind": "ddpm", "steps": steps, "levels": levels}).build_levels()
    assert built.steps == steps
    assert bool((built.t[1:] < built.t[:-1]).all() and (built.alpha_bar[1:] > built.alpha_bar[:-1]).all())
    assert 0 < built.t[-1] < built.t[0] < 1
    assert abs(built.t + built.alpha_bar - 1).max() < 1e-12
