"""shift: a constant added to a value, the other way to make it positive."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._breaks import Break
from gdviz.rewards._exponentials import Exponentials, constant_term
from gdviz.rewards._fields import Composite, Part
from gdviz.rewards._reward import Potential, Reward, RewardContext


class Shift(Composite):
    """r(x) = of(x) + constant, which must be positive where the target has mass."""

    kind: Literal["shift"] = "shift"
    constant: Annotated[float, Field(description="What is added; the sum must be positive where the target has mass.")]
    of: Annotated[Part, Field(title="made from", description="The reward that is shifted.")]

    card = Card(
        title="Shift",
        idea="Adds a constant, so that a value which dips below zero becomes a reward, or a reward gets a floor.",
        formula="r(x) = of(x) + constant",
        cost="that of its part",
    )
    examples = (
        {"constant": 0.5, "of": {"kind": "bumps", "bumps": [{"center": [1, 0]}]}},
        {"constant": 1.5, "of": {"kind": "expression", "expression": "sin(x)*cos(y)"}},
        {"constant": 0.25, "of": {"kind": "half_plane", "normal": [1, 0]}},
    )
    line_examples = ({"constant": 1.1, "of": {"kind": "expression", "expression": "sin(3*x)"}},)

    def build(self, context: RewardContext) -> ShiftReward:
        return ShiftReward(self.of.build(context), self.constant, context.dimension)


class ShiftReward(Reward):
    """of(x) + constant."""

    def __init__(self, of: Reward | Potential, constant: float, dimension: int) -> None:
        self.of, self.constant, self.dimension = of, constant, dimension

    def __call__(self, x: Tensor) -> Tensor:
        return self.of(x) + self.constant

    def log(self, x: Tensor) -> Tensor:
        if isinstance(self.of, Reward) and self.constant == 0:
            return self.of.log(x)
        return torch.log(self(x))  # not in log space: `of` may be negative, and a floor hides its underflow

    def exponentials(self) -> Exponentials | None:
        terms = self.of.exponentials() if isinstance(self.of, Reward) else None
        if terms is None or self.constant == 0:
            return terms
        return terms.plus(constant_term(math.log(self.constant), self.dimension)) if self.constant > 0 else None

    def breaks(self) -> tuple[Break, ...]:
        return self.of.breaks()
