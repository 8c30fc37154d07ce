"""One side of a line (in 1-D: of a point), with a soft edge."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field, field_validator
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.rewards._breaks import Break
from gdviz.rewards._fields import Vector, vector
from gdviz.rewards._reward import Potential, RewardContext, RewardKind


class HalfPlane(RewardKind):
    """R(x) = sigmoid(sharpness (n . x - offset)) with n = normal / |normal|, any d.

    R runs from 0 outside to 1 inside, so that exp(strength R) makes the inside exp(strength) times
    as likely as the outside and is bounded on both sides. The edge is about 4 / sharpness wide.
    """

    kind: Literal["half_plane"] = "half_plane"
    normal: Annotated[Vector, Field(description="Points to the inside; its length does not matter.")]
    offset: Annotated[float, Field(description="Distance of the edge from the origin, along the normal.")] = 0.0
    sharpness: float = Field(4.0, gt=0, description="The edge is about 4 / sharpness wide.")
    gives = "potential"

    card = Card(
        title="Soft half-plane",
        idea="One side of a line is better than the other, with a soft edge between them.",
        formula="R(x) = sigmoid(sharpness (n . x - offset)), n = normal / |normal|",
        cost="one product and one exponential",
    )
    examples = ({"normal": [1, 1]}, {"normal": [0, -3], "offset": 0.5, "sharpness": 20})
    line_examples = ({"normal": [1], "offset": 0.4},)

    @field_validator("normal")
    @classmethod
    def _points_somewhere(cls, normal: tuple[float, ...]) -> tuple[float, ...]:
        if not any(normal):
            raise GdvizError("found only zeros; the normal must point somewhere.")
        return normal

    def build(self, context: RewardContext) -> HalfPlanePotential:
        normal = vector("normal", self.normal, context.dimension)
        direction = normal / normal.abs().max()  # first to size 1: the square of 1e200 overflows
        return HalfPlanePotential(direction / direction.norm(), self.offset, self.sharpness)


class HalfPlanePotential(Potential):
    """R(x) = sigmoid(sharpness (normal . x - offset)) with a unit normal [d]."""

    def __init__(self, normal: Tensor, offset: float, sharpness: float) -> None:
        self.normal, self.offset, self.sharpness = normal, offset, sharpness

    def __call__(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.sharpness * ((x * self.normal.to(x)).sum(-1) - self.offset))  # [...]

    def breaks(self) -> tuple[Break, ...]:
        return (lambda x: (x * self.normal.to(x)).sum(-1) - self.offset,)  # steep, for a large sharpness
