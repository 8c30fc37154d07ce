"""Several guidance methods at once, each with a weight of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import torch
from pydantic import Field, field_validator
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.family import Card, Described
from gdviz.guidance._guidance import GUIDANCE, GuidanceContext, GuidanceKind
from gdviz.guidance._plan import Goal, Plan
from gdviz.guidance._reward_plan import tilted_goal
from gdviz.guidance._rule import Guidance, Guided, WeightedGuidance
from gdviz.guidance._schedule import ScheduleKind
from gdviz.laws import Given, Law
from gdviz.rewards import Break, Exponentials, Reward
from gdviz.rewards.class_probability import ClassProbabilityReward
from gdviz.scores import ScoresContext


class WeighedPart(Described):
    """One of the methods, and how much it counts."""

    weight: Annotated[
        float, Field(ge=-1000, le=1000, description="What multiplies w for this method; a negative one pushes away.")
    ] = 1.0
    guidance: Annotated[GuidanceKind, GUIDANCE, Field(description="The method.")]


class Together(Guidance):
    """base + w omega (c_1 omega_1 push_1 + c_2 omega_2 push_2 + ..), the base being that of all.

    Parameters
    ----------
    rules : list of (float, Guidance)
        c_i and the methods' rules, affine in w and with one base; omega_i are their own schedules.
    schedule : ScheduleKind
    """

    def __init__(self, rules: list[tuple[float, Guidance]], schedule: ScheduleKind) -> None:
        self.rules, self.schedule = rules, schedule

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        memories = memory or [None] * len(self.rules)
        steps = [rule(x, moment, own) for (_, rule), own in zip(self.rules, memories, strict=True)]
        push = torch.zeros_like(x)  # [..., d]
        for (weight, _), (guided, _) in zip(self.rules, steps, strict=True):
            push = torch.add(push, guided.push, alpha=weight * guided.omega)
        return Guided(steps[0][0].base, push, self.schedule.omega(moment)), [own for _, own in steps]


class WeighedProduct(Reward):
    """r_1^c_1 r_2^c_2 .., in log space."""

    def __init__(self, factors: list[tuple[float, Reward]]) -> None:
        self.factors = factors

    def log(self, x: Tensor) -> Tensor:
        return torch.stack([weight * factor.log(x) for weight, factor in self.factors]).sum(0)  # [...]

    def exponentials(self) -> Exponentials | None:
        total: Exponentials | None = None
        for weight, factor in self.factors:
            terms = factor.exponentials()
            terms = terms if terms is None or weight == 1 else terms.power(weight)
            if terms is None:
                return None
            total = terms if total is None else total.times(terms)
            if total is None:
                return None
        return total

    def breaks(self) -> tuple[Break, ...]:
        return tuple(b for _, factor in self.factors for b in factor.breaks())


class Both(GuidanceKind):
    """Two to four methods on one base: a label and a reward, two labels, a label and what shall not be.

    w multiplies the whole, so that w = 0 samples the base that all methods name; methods with different ones are refused.
    For a label on the base p(x) take `reward` with `class_probability`; a negative weight makes it a negative label.
    """

    kind: Literal["both"] = "both"
    parts: Annotated[
        tuple[WeighedPart, ...],
        Field(min_length=2, max_length=4, description="The methods, all with the same base law, and their weights."),
    ]

    card = Card(
        title="Several at once",
        idea="Add up the pushes: a label and a reward, two labels, one label and away from another. Each push may lead to its "
        "own law exactly; their sum leads to the law with all of them only where they do not interfere, since the mean of a "
        "product is not the product of the means.",
        formula="base + w (c_1 push_1 + c_2 push_2 + ...)",
        base_law="the one base that all parts have: p(x), or p(x | c)",
        aims_at="p(x) r_1(x)^c_1 r_2(x)^c_2 ... where each part has a reward on p(x), and misses it; nothing exact otherwise",
        cost="that of its parts",
        citation="Liu, Li, Du, Torralba, Tenenbaum 2022, arXiv 2206.01714",
    )
    examples = (
        {
            "parts": [
                {"guidance": {"kind": "look_ahead", "reward": {"kind": "expression", "expression": "exp(x/2)"}}},
                {"weight": 0.5, "guidance": {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(-x**2/8)"}}},
            ]
        },
        {
            "parts": [
                {"guidance": {"kind": "cfg", "label": "b"}},
                {"weight": -0.5, "guidance": {"kind": "apg", "label": "b", "schedule": {"kind": "linear"}}},
            ]
        },
    )

    @field_validator("parts", mode="before")
    @classmethod
    def _not_in_itself(cls, parts: Any) -> Any:
        for part in parts if isinstance(parts, list | tuple) else ():
            guidance = part.get("guidance") if isinstance(part, Mapping) else getattr(part, "guidance", None)
            kind = guidance.get("kind") if isinstance(guidance, Mapping) else getattr(guidance, "kind", None)
            if kind == "both":
                raise ValueError("found 'both' inside 'both'; list all methods side by side, at most 4")
        return parts

    def with_schedule(self, networks: ScoresContext) -> Self:
        parts = tuple(p.model_copy(update={"guidance": p.guidance.with_schedule(networks)}) for p in self.parts)
        return super().with_schedule(networks).model_copy(update={"parts": parts})

    def build(self, context: GuidanceContext) -> Plan:
        plans = [part.guidance.build(context) for part in self.parts]
        weights = [part.weight for part in self.parts]
        self._check(plans)
        base = plans[0].unguided
        factors = [(weight, plan) for weight, plan in zip(weights, plans, strict=True) if plan.reward is not None]
        reward = WeighedProduct([(weight, plan.reward) for weight, plan in factors if plan.reward is not None])
        return Plan(
            rule=Together([(weight, plan.rule) for weight, plan in zip(weights, plans, strict=True)], self.schedule),
            unguided=base,
            reward=reward if factors else None,
            reward_title=" ".join(_power(plan.reward_title, weight) for weight, plan in factors),
            goals=_goals(plans, base, reward.factors),
        )

    def _check(self, plans: list[Plan]) -> None:
        for k, (part, plan) in enumerate(zip(self.parts, plans, strict=True)):
            if isinstance(plan.rule, WeightedGuidance):
                raise GdvizError(
                    f"parts[{k}].guidance: found {part.guidance.kind_name()!r}, which is not proportional to w; "
                    "allowed beside another method: one whose push is."
                )
            if not _same(plan.unguided, plans[0].unguided):
                raise GdvizError(
                    f"parts[{k}].guidance: found the base {plan.unguided.name} beside {plans[0].unguided.name}; all methods need "
                    'one base law. For a label on the base p(x) write {"kind": "reward", "reward": {"kind": "class_probability", '
                    '"label": ...}}.'
                )


def _same(one: Law, other: Law) -> bool:
    """Whether two laws of one target are the same: the target itself, or given the same label."""
    return one is other or (isinstance(one.origin, Given) and one.origin == other.origin)


def _power(title: str, weight: float) -> str:
    return title if weight == 1 else f"{title}^{weight:g}"


def _goals(plans: list[Plan], base: Law, factors: list[tuple[float, Reward]]) -> tuple[Goal, ...]:
    """The law tilted by the product where every part aims at a tilted one; otherwise those at which all parts aim.

    A label with weight 1 is conditioned on first: what is left of the product may have a closed form.
    """
    if all([goal.name for goal in plan.goals] == ["tilted"] for plan in plans):
        for k, (weight, factor) in enumerate(factors):
            if weight == 1 and isinstance(factor, ClassProbabilityReward):
                return (tilted_goal(base.given(factor.label), WeighedProduct(factors[:k] + factors[k + 1 :])),)
        return (tilted_goal(base, WeighedProduct(factors)),)
    shared = [{goal.title for goal in plan.goals} for plan in plans]
    return tuple(goal for goal in plans[0].goals if not goal.depends_on_w and all(goal.title in titles for titles in shared))
