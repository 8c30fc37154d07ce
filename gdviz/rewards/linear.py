"""A direction to go: R grows along it without bound."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._exponentials import Exponentials, linear_term
from gdviz.rewards._fields import Vector, vector
from gdviz.rewards._reward import Potential, RewardContext, RewardKind


class Linear(RewardKind):
    """R(x) = direction . x, any d."""

    kind: Literal["linear"] = "linear"
    direction: Annotated[Vector, Field(description="R grows along it, by its length per unit.")]
    gives = "potential"

    card = Card(
        title="Linear",
        idea="The further along the direction the better; exp of it shifts every Gaussian without changing its shape.",
        formula="R(x) = direction . x",
        cost="one product; closed form for mixtures",
    )
    examples = ({"direction": [1, 0.5]},)
    line_examples = ({"direction": [-2]},)

    def build(self, context: RewardContext) -> LinearPotential:
        return LinearPotential(vector("direction", self.direction, context.dimension))


class LinearPotential(Potential):
    """R(x) = direction . x with direction [d]."""

    def __init__(self, direction: Tensor) -> None:
        self.direction = direction

    def __call__(self, x: Tensor) -> Tensor:
        return (x * self.direction.to(x)).sum(-1)  # [...]

    def exponent(self) -> Exponentials | None:
        return linear_term(self.direction)
