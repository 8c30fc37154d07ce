"""Reward guidance, in the form that seeks high reward and the form that avoids high cost."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._plan import Goal, Plan
from gdviz.guidance._unified import Unified
from gdviz.laws import Law, Mixture
from gdviz.laws.tilt import Tilted, tilt_with_mean
from gdviz.rewards import REWARDS, Reciprocal, Reward, RewardKind, build_reward, check_positive
from gdviz.scores import Scores

GRID = 101
"""Points per axis of the box on which a reward is checked (d <= 2)."""

SAMPLES = 10_000
"""Samples at which a reward is checked."""


class RewardGuidance(GuidanceKind):
    """s + w (s^r - s), or s + w (s - s^J) with J = 1 / r; base p in both, w = 0 samples p.

    `form` "reward" raises E r and samples p^r = p r / E r at w = 1; "cost" lowers E J and samples
    p^J = p J / E J at w = -1 (MATH section 2).
    """

    kind: Literal["reward"] = "reward"
    form: Annotated[
        Literal["reward", "cost"],
        Field(
            title="aim",
            json_schema_extra={"words": {"reward": "seek high reward", "cost": "avoid high cost"}},
            description="Whether E r is raised, or E 1/r lowered.",
        ),
    ] = "reward"
    reward: Annotated[RewardKind, REWARDS, Field(description="r, positive wherever the target has mass.")]

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
        if self.form == "reward":
            return self._seek(context.law, context.scores, reward)
        return self._avoid(context.law, context.scores, reward)

    def _seek(self, law: Law, scores: Scores, reward: Reward) -> Plan:
        tilted, log_mean = tilt_with_mean(law, reward)
        return Plan(
            rule=Unified(scores.pair(tilted, law, base="away"), "away", self.schedule),
            unguided=law,
            toward=tilted,
            away=law,
            reward=reward,
            mean_w0=None if law.by_samples else _exp(log_mean),
            goals=(_tilted_goal(law, reward, Tilted(tilted, log_mean)),),
        )

    def _avoid(self, law: Law, scores: Scores, reward: Reward) -> Plan:
        costly, log_mean = tilt_with_mean(law, Reciprocal(reward))
        return Plan(
            rule=Unified(scores.pair(law, costly), "toward", self.schedule),
            unguided=law,
            toward=law,
            away=costly,
            reward=reward,
            mean_w0=None if law.by_samples else _exp(log_mean),
            goals=(_tilted_goal(law, reward),),
        )


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


def _tilted_goal(law: Law, reward: Reward, known: Tilted | None = None) -> Goal:
    @cache
    def tilted() -> Law | None:
        try:
            return known.law if known else tilt_with_mean(law, reward).law
        except GdvizError:  # E r is infinite: there is no such law to be held against
            return None

    def draw(w: float, n: int, generator: torch.Generator) -> Tensor | None:
        goal = tilted()
        return None if goal is None else goal.sample(n, generator).x

    return Goal("tilted", f"{law.name} r(x) / E r", draw)


def _exp(log_mean: float) -> float | None:
    """exp, or None beyond the range of floats."""
    return float(torch.tensor(log_mean, dtype=torch.float64).exp()) if abs(log_mean) < 700 else None
