"""What a plan claims follows from its rule: a method can neither lose the improvement identity nor claim it by forgetting."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from torch import Tensor

from gdviz.guidance import (
    GUIDANCE,
    Goal,
    Guidance,
    GuidanceContext,
    Guided,
    Plan,
    Unified,
    WeightedGuidance,
    label_plan,
    reward_plan,
)
from gdviz.guidance.schedules.constant import Constant
from gdviz.guidance.schedules.interval import Interval
from gdviz.laws import FullComponents, Mixture
from gdviz.laws import pair as exact_pair
from gdviz.rewards import REWARDS, build_reward
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores import SCORES, ScoresContext
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, SweepOptions, sweep

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
CONTEXT = GuidanceContext(LAW, ExactScores())
EVERY = [
    pytest.param(kind, example, id=f"{name}-{k}")
    for name, kind in GUIDANCE.kinds.items()
    for k, example in enumerate(kind.examples)
]


def unified(pair: Any) -> Unified:
    return Unified(pair, "toward", Constant())


class Doubled(Guidance):
    """Twice CFG's push, said to have CFG's density ratio."""

    def __init__(self, pair: Any) -> None:
        self.pair = pair

    def __call__(self, x: Tensor, moment: Any, memory: Any) -> tuple[Guided, Any]:
        toward, push, log_ratio = self.pair(x, moment.t)
        return Guided(toward, 2 * push, 1.0, log_ratio), memory


class Heir(Unified):
    """A rule that takes Unified's code: what it changes is not known."""


class Untouched(WeightedGuidance):
    """Unified with nothing done at its weight."""

    def at_weight(self, guided: Guided, x: Tensor, moment: Any) -> Guided:
        return guided


OTHERS = [Doubled, lambda pair: Heir(pair, "toward", Constant()), lambda pair: Untouched(unified(pair))]


REWARD = build_reward(REWARDS.parse({"kind": "expression", "expression": "1 + exp(-x**2)"}), CONTEXT.for_rewards)


def by_label(rule: Any) -> Plan:
    return label_plan(CONTEXT, "b", rule)


def by_reward(rule: Any) -> Plan:
    return reward_plan(CONTEXT, REWARD, "reward", lambda pair, base: rule(pair))


def by_cost(rule: Any) -> Plan:
    return reward_plan(CONTEXT, REWARD, "cost", lambda pair, base: rule(pair))


def gain(plan: Plan) -> Tensor | None:
    sampler = Ddpm(steps=4)
    items = sweep(plan, sampler, sampler.build_levels(), SweepOptions((1.0,), 32, 0))
    return next(item.gain for item in items if isinstance(item, Chunk))


@pytest.mark.parametrize("build", [by_label, by_reward, by_cost])
@pytest.mark.parametrize("rule", OTHERS)
def test_another_rule_claims_nothing_whatever_its_plan_was_built_with(build, rule):
    plan = build(rule)
    assert plan.identity is None and plan.baseline is None and plan.unified is None and not plan.constant
    assert plan.mean_w0 is not None  # it is there to be claimed, by the unified rule alone
    assert gain(plan) is None


def test_the_unified_rule_has_its_claims_without_asking():
    plan = label_plan(CONTEXT, "b", unified)
    assert plan.identity == "mean_reciprocal" and plan.baseline == pytest.approx(1.5) and plan.constant
    assert gain(plan) is not None
    for form, mean in (("reward", "mean_reward"), ("cost", "mean_reciprocal")):
        plan = reward_plan(CONTEXT, REWARD, form, lambda pair, base: Unified(pair, base, Constant()))
        assert plan.identity == mean and plan.baseline == plan.mean_w0 is not None and gain(plan) is not None
    assert not label_plan(CONTEXT, "b", lambda pair: Unified(pair, "toward", Interval())).constant


def test_the_unified_rule_of_unnamed_laws_claims_nothing():
    plan = Plan(unified(exact_pair(LAW, LAW)), LAW, mean_w0=1.0)
    assert plan.unified is not None and plan.identity is None and plan.baseline is None


def test_a_plan_cannot_be_told_what_it_claims():
    assert {field.name for field in dataclasses.fields(Plan)}.isdisjoint({"improves", "identity", "baseline", "unified"})
    assert all(isinstance(goal, Goal) for goal in label_plan(CONTEXT, "b", unified).goals)


@pytest.mark.parametrize("kind, example", EVERY)
def test_every_claim_of_a_registered_method_is_true(kind, example):
    """The push is the difference of the named laws' scores, its base the law at w = 0, and r their density ratio."""
    plan = kind.model_validate(example).build(GuidanceContext(LAW, SCORES.parse(kind.example_score).build(ScoresContext())))
    if plan.identity is None:
        assert plan.baseline is None
        return
    x = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    toward, push, _ = plan.unified.pair(x, 0.3)
    exact = exact_pair(plan.toward, plan.away)(x, 0.3)
    torch.testing.assert_close(push, exact.push, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(toward, exact.toward, rtol=1e-6, atol=1e-6)
    assert plan.unguided is (plan.toward if plan.identity == "mean_reciprocal" else plan.away)
    ratio = plan.toward.log_density(x, 1e-9) - plan.away.log_density(x, 1e-9) - plan.reward.log(x)  # [n]
    assert float(ratio.std()) < 1e-5
    draws = plan.reward.log(plan.unguided.sample(20_000, torch.Generator().manual_seed(1)).x)
    mean = (draws if plan.identity == "mean_reward" else -draws).exp()
    if plan.baseline is not None:
        assert abs(float(mean.mean()) - plan.baseline) < 8 * float(mean.std()) / len(mean) ** 0.5
