"""w = 0 is no guidance, for every guidance kind that exists; w = -1 in CFG is the unconditional law."""

from __future__ import annotations

import json
from functools import cache

import pytest
import torch

from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GUIDANCE, SCHEDULES, GuidanceContext, Guide, WeightedGuidance
from gdviz.guidance.cfg import Cfg
from gdviz.guidance.none import NoGuidance
from gdviz.laws import FullComponents, Mixture, SharedComponents
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun
from gdviz.scores import SCORES, ScoresContext
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, SweepOptions, sweep

MEANS = torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5], [1, 1]])
LABELS = torch.tensor([0, 1, 1, -1])
LAWS = {
    "mixture": Mixture(FullComponents(MEANS, torch.eye(2).repeat(4, 1, 1) * 0.4), torch.zeros(4), LABELS, ("a", "b")),
    "atoms": Mixture(SharedComponents(MEANS), torch.zeros(4), LABELS, ("a", "b")),
}
LEVELS = Logit().build(20)
EVERY = [
    pytest.param(kind, example, id=f"{name}-{k}")
    for name, kind in GUIDANCE.kinds.items()
    for k, example in enumerate(kind.examples)
]


def build(kind, example, law="mixture"):
    return kind.model_validate(example).build(GuidanceContext(LAWS[law], SCORES.parse(kind.example_score).build(ScoresContext())))


def points(moment, n=50):
    x = torch.randn(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(moment.index))
    return x * 1.5


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("kind", "example"), EVERY)
def test_w_zero_follows_the_unguided_score(kind, example, law):
    plan = build(kind, example, law)
    guide = Guide(plan.rule, 0.0)
    for moment in LEVELS.moments():
        x = points(moment)
        guided = guide(x, moment)
        exact = plan.unguided.score(x, moment.t)
        assert torch.equal(guided.total, guided.base)
        scale = 1 + float(exact.abs().max())
        # a grid tilt holds its score to a measured error; base + w push stays exact on the base
        assert float((guided.base - exact).abs().max()) < 1e-9 * scale


@pytest.mark.parametrize("sampler", [Ddpm(), Heun()], ids=lambda s: s.kind)
@pytest.mark.parametrize(("kind", "example"), EVERY)
def test_w_zero_walks_the_unguided_path(kind, example, sampler):
    plan = build(kind, example)
    same = NoGuidance().build(GuidanceContext(plan.unguided, ExactScores()))
    ends = [
        next(c.x for c in sweep(p, sampler, LEVELS, SweepOptions((0.0,), 64, 0, dtype=torch.float64)) if isinstance(c, Chunk))
        for p in (plan, same)
    ]
    assert torch.allclose(*ends, rtol=0, atol=1e-8)


@cache
def plain_rule(kind, example):
    return build(kind, json.loads(example)).rule


FORMULAS = [{"kind": name, **kind.examples[-1]} for name, kind in SCHEDULES.kinds.items() if name != "learned"]


@pytest.mark.parametrize("schedule", FORMULAS, ids=str)
@pytest.mark.parametrize(("kind", "example"), EVERY)
def test_a_schedule_multiplies_w_and_nothing_else(kind, example, schedule):
    if "schedule" not in kind.model_fields:
        return
    rules = plain_rule(kind, json.dumps(example)), build(kind, {**example, "schedule": schedule}).rule
    plain, scheduled, at_w = Guide(rules[0], 0.0), Guide(rules[1], 1.7), Guide(rules[0], 1.7)
    omega = SCHEDULES.parse(schedule).omega
    for moment in list(LEVELS.moments())[::4]:
        x = points(moment)
        plain.w = 1.7 * omega(moment)
        one, other = plain(x, moment), scheduled(x, moment)
        assert torch.equal(one.base, other.base)
        assert torch.allclose(one.push, other.push, rtol=1e-12, atol=1e-12)
        assert other.weight == pytest.approx(one.weight, rel=1e-14)
        if not isinstance(plain.rule, WeightedGuidance):  # the push knows nothing of w
            assert torch.equal(at_w(x, moment).push, other.push)


@pytest.mark.parametrize("law", LAWS)
def test_minus_one_in_cfg_is_the_unconditional_score(law):
    plan = build(Cfg, {"label": "b"}, law)
    for moment in LEVELS.moments():
        x = points(moment)
        whole = LAWS[law].score(x, moment.t)
        total = Guide(plan.rule, -1.0)(x, moment).total
        assert float((total - whole).abs().max()) < 1e-9 * (1 + float(whole.abs().max()))


def test_minus_one_in_cfg_walks_the_unconditional_path():
    plain = NoGuidance().build(GuidanceContext(LAWS["mixture"], ExactScores()))
    guided = build(Cfg, {"label": "b"})
    (a,), (b,) = (
        [c.x for c in sweep(plan, Ddpm(), LEVELS, SweepOptions((w,), 64, 0, dtype=torch.float64)) if isinstance(c, Chunk)]
        for plan, w in ((plain, 0.0), (guided, -1.0))
    )
    assert torch.allclose(a, b, rtol=0, atol=1e-8)
