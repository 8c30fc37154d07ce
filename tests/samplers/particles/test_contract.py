"""What every registered twist owes: the right gradient, and a law that does not depend on it."""

from __future__ import annotations

import math

import pytest
import torch

from gdviz.experiment import Experiment
from gdviz.guidance import Guide
from gdviz.samplers.particles.twists import TWISTS
from gdviz.sweep import PopulationReadings, SweepOptions, gathered, sweep

Z = 4.5  # standard errors: a false alarm in 150,000 comparisons
PLANE = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
        {"weight": 2, "mean": [1, 1], "covariance": [[0.6, 0], [0, 0.7]], "label": "b"},
    ],
}
GUIDANCE = {
    "label": {"kind": "cfg", "label": "b"},
    "reward": {"kind": "reward", "reward": {"kind": "expression", "expression": "0.1 + exp(-((x-1)**2 + y**2)/2)"}},
}
ALL = [
    pytest.param({"kind": name, **example}, id=f"{name}-{k}")
    for name, kind in TWISTS.kinds.items()
    for k, example in enumerate(kind.examples)
]
EXACT_LIMIT = 1e-4


def built(guidance, twist, **fields):
    value = {"target": PLANE, "guidance": GUIDANCE[guidance], "w": [1], "particles": 2048}
    return Experiment.parse({**value, "sampler": {"kind": "smc", "population": 8, "steps": 40, "twist": twist, **fields}}).build()


@pytest.mark.parametrize("guidance", GUIDANCE)
@pytest.mark.parametrize("twist", ALL)
def test_the_gradient_is_that_of_the_value(twist, guidance):
    """Central differences in float64."""
    parts = built(guidance, twist)
    if parts.sampler.twist.integrates:
        return  # it has no value: what it integrates is tested against closed forms
    guide = Guide(parts.plan.rule, 1.0, parts.plan.end_reward)
    moment = list(parts.levels.moments())[25]
    x = torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def seen(x, gradient=False):
        return parts.sampler.twist.foresee(guide, x, moment, guide(x, moment), gradient)

    found, h = seen(x, True).gradient, 1e-5
    for k in range(2):
        step = torch.zeros(2, dtype=torch.float64)
        step[k] = h
        slope = (seen(x + step).value - seen(x - step).value) / (2 * h)  # [30]
        assert bool(((found[:, k] - slope).abs() <= EXACT_LIMIT * (1 + slope.abs())).all())


@pytest.mark.parametrize("guidance", GUIDANCE)
@pytest.mark.parametrize("twist", ALL)
def test_the_law_that_is_aimed_at_does_not_depend_on_the_twist(twist, guidance):
    """E r^w and the weighted mean against importance sampling with 200,000 exact draws; w = 1, a gradient of a half."""
    parts = built(guidance, twist, **({} if TWISTS.parse(twist).integrates else {"gradient": 0.5, "temper": 1}))
    x = parts.plan.unguided.sample(200_000, torch.Generator().manual_seed(7)).x  # [n, d]
    weight = parts.plan.reward.log(x).exp()  # [n]
    truth = (weight[:, None] * x).sum(0) / weight.sum()
    found = []
    for halvings in (0, 1):
        chunk = gathered(
            sweep(parts.plan, parts.sampler, parts.levels,
                  SweepOptions((1.0,), 2048, 3, halvings=halvings, observers=(PopulationReadings(),)))
        )  # fmt: skip
        z = chunk.readings["log_normalizer"][0, ::8].exp()  # [M]
        mean = chunk.x[0].double().reshape(-1, 8, 2).mean(1)  # [M, d]
        weighted = (z[:, None] * mean).sum(0) / z.sum()
        se = (z[:, None] * (mean - weighted)).std(0) * math.sqrt(len(z)) / z.sum()
        found.append((weighted, se))
    (fine, se), (half, _) = found
    assert bool(((fine - truth).abs() <= Z * se + 1.35 * (fine - half).abs()).all())
