"""Reward guidance, in the form that seeks high reward and the form that avoids high cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._plan import Plan
from gdviz.guidance._reward_plan import Form, reward_plan
from gdviz.guidance._unified import Unified
from gdviz.laws import Law, Mixture
from gdviz.rewards import REWARDS, RewardKind, build_reward, check_positive

GRID = 101
"""Points per axis of the box on which a reward is checked (d <= 2)."""

SAMPLES = 10_000
"""Samples at which a reward is checked."""

MAX_NAME = 40
"""Characters of a reward's name."""


class RewardGuidance(GuidanceKind):
    """s + w (s^r - s), or s + w (s - s^J) with J = 1 / r; base p in both, w = 0 samples p.

    `form` "reward" raises E r and samples p^r = p r / E r at w = 1; "cost" lowers E J and samples
    p^J = p J / E J at w = -1 (MATH section 2).
    """

    kind: Literal["reward"] = "reward"
    form: Annotated[
        Form,
        Field(
            title="aim",
            json_schema_extra={"words": {"reward": "seek high reward", "cost": "avoid high cost"}},
            description="Whether E r is raised, or E 1/r lowered.",
        ),
    ] = "reward"
    reward: Annotated[RewardKind, REWARDS, Field(description="r, positive wherever the target has mass.")]
    name: Annotated[
        str | None,
        Field(
            title="name of the reward",
            min_length=1,
            max_length=MAX_NAME,
            description="What titles and charts call the reward in place of r(x).",
            exclude_if=lambda name: name is None,  # Experiments without one keep their ids
        ),
    ] = None

    card = Card(
        title="Reward guidance",
        idea="Step toward the law in which good points are likelier in proportion to their reward (seek high reward), "
        "or away from the law in which bad points are (avoid high cost).",
        formula="s + w (s^r - s), or s + w (s - s^J), J = 1 / r",
        base_law="p(x)",
        aims_at="seek high reward: p(x) r(x) / E r, met exactly at w = 1; avoid high cost: a lower mean of 1 / r",
        cost="two scores a step, or one and the gradient of a table",
        citation="Jiao, Chen, Li 2025, arXiv 2512.04985",
    )
    examples = (
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}},
        {"form": "cost", "reward": {"kind": "expression", "expression": "exp(-x**2/8)"}},
        {"reward": {"kind": "exp", "strength": 2, "of": {"kind": "expression", "expression": "sin(2*x)"}}},
    )

    def build(self, context: GuidanceContext) -> Plan:
        reward = build_reward(self.reward, context.for_rewards)
        check_positive(reward, where_mass_is(context.law), self.reward)
        plan = reward_plan(context, reward, self.form, lambda pair, base: Unified(pair, base, self.schedule))
        return plan if self.name is None else replace(plan, reward_title=self.name)


def where_mass_is(law: Law) -> Tensor:
    """Points at which a reward must be positive, [n, d]: a grid over the box of all but 1e-6 of the law, and samples."""
    if isinstance(law, Mixture) and law.atomic:
        return law.components.means[law.support]
    samples = law.sample(SAMPLES, torch.Generator().manual_seed(0)).x
    if law.dimension > 2:
        return samples
    low, high = law.box()
    axes = [torch.linspace(a, b, GRID, dtype=torch.float64) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    return torch.cat([torch.cartesian_prod(*axes).reshape(-1, law.dimension), samples])
