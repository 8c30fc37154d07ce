"""sum: several rewards, any of which is worth having."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._breaks import Break
from gdviz.rewards._exponentials import Exponentials
from gdviz.rewards._fields import MAX_PARTS, Composite, Part
from gdviz.rewards._reward import Reward, RewardContext, build_reward


class Sum(Composite):
    """r(x) = sum of the parts, each of them a reward r >= 0."""

    kind: Literal["sum"] = "sum"
    of: tuple[Part, ...] = Field(
        min_length=1, max_length=MAX_PARTS, title="made from", description="The rewards that are added up."
    )

    card = Card(
        title="Sum",
        idea="A point is good if any of the parts finds it good.",
        formula="r(x) = r_1(x) + r_2(x) + ...",
        cost="that of its parts; closed form where each part has one",
    )
    examples = (
        {
            "of": [
                {"kind": "bumps", "bumps": [{"center": [1, 0]}], "floor": 0.1},
                {"kind": "exp", "strength": 0.3, "of": {"kind": "linear", "direction": [0, 1]}},
            ]
        },
        {"of": [{"kind": "class_probability", "label": "a"}, {"kind": "expression", "expression": "0.2"}]},
    )
    line_examples = ({"of": [{"kind": "expression", "expression": "exp(x)"}, {"kind": "expression", "expression": "exp(-x)"}]},)

    def build(self, context: RewardContext) -> SumReward:
        return SumReward([build_reward(part, context) for part in self.of])


class SumReward(Reward):
    """The sum of its parts, in log space."""

    def __init__(self, parts: list[Reward]) -> None:
        self.parts = parts

    def log(self, x: Tensor) -> Tensor:
        return torch.logsumexp(torch.stack([part.log(x) for part in self.parts]), dim=0)

    def exponentials(self) -> Exponentials | None:
        total = self.parts[0].exponentials()
        for part in self.parts[1:]:
            terms = part.exponentials()
            total = None if total is None or terms is None else total.plus(terms)
        return total

    def breaks(self) -> tuple[Break, ...]:
        return tuple(b for part in self.parts for b in part.breaks())
