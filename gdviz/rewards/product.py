"""product: several rewards, all of which are wanted together."""

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


class Product(Composite):
    """r(x) = product of the parts, each of them a reward r > 0."""

    kind: Literal["product"] = "product"
    of: tuple[Part, ...] = Field(
        min_length=1, max_length=MAX_PARTS, title="made from", description="The rewards that are multiplied."
    )

    card = Card(
        title="Product",
        idea="A point is good only if all of the parts find it good.",
        formula="r(x) = r_1(x) r_2(x) ...",
        cost="that of its parts; closed form where each part has one",
    )
    examples = (
        {
            "of": [
                {"kind": "bumps", "bumps": [{"center": [1, 0]}, {"center": [-1, 0], "width": 0.5}], "floor": 0.1},
                {"kind": "exp", "of": {"kind": "quadratic", "center": [0, 1], "curvature": 0.5}},
            ]
        },
        {"of": [{"kind": "class_probability", "label": "a"}, {"kind": "expression", "expression": "1 + x**2"}]},
    )
    line_examples = ({"of": [{"kind": "expression", "expression": "exp(x)"}, {"kind": "bumps", "bumps": [{"center": [0]}]}]},)

    def build(self, context: RewardContext) -> ProductReward:
        return ProductReward([build_reward(part, context) for part in self.of])


class ProductReward(Reward):
    """The product of its parts, in log space."""

    def __init__(self, parts: list[Reward]) -> None:
        self.parts = parts

    def log(self, x: Tensor) -> Tensor:
        return torch.stack([part.log(x) for part in self.parts]).sum(0)

    def exponentials(self) -> Exponentials | None:
        total = self.parts[0].exponentials()
        for part in self.parts[1:]:
            terms = part.exponentials()
            total = None if total is None or terms is None else total.times(terms)
        return total

    def breaks(self) -> tuple[Break, ...]:
        return tuple(b for part in self.parts for b in part.breaks())
