"""Nearness to a circle (in 1-D: to two points, in d dimensions: to a sphere)."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._breaks import Break
from gdviz.rewards._fields import Vector, vector
from gdviz.rewards._reward import Potential, RewardContext, RewardKind


class RingDistance(RewardKind):
    """R(x) = -(|x - center| - radius)^2 / (2 width^2), any d."""

    kind: Literal["ring_distance"] = "ring_distance"
    center: Annotated[Vector, Field(description="The ring's centre.")]
    radius: float = Field(1.0, ge=0, description="The ring's radius; 0 is a point.")
    width: float = Field(1.0, gt=0, description="Distance from the ring at which R is -1/2.")
    gives = "potential"

    card = Card(
        title="Ring distance",
        idea="Being near a circle is good, whichever part of it.",
        formula="R(x) = -(|x - center| - radius)^2 / (2 width^2)",
        cost="one distance",
    )
    examples = ({"center": [0, 0], "radius": 2, "width": 0.5},)
    line_examples = ({"center": [0.5], "radius": 1},)

    def build(self, context: RewardContext) -> RingDistancePotential:
        return RingDistancePotential(vector("center", self.center, context.dimension), self.radius, self.width)


class RingDistancePotential(Potential):
    """R(x) = -(|x - center| - radius)^2 / (2 width^2) with center [d]."""

    def __init__(self, center: Tensor, radius: float, width: float) -> None:
        self.center, self.radius, self.width = center, radius, width

    def __call__(self, x: Tensor) -> Tensor:
        distance = torch.linalg.vector_norm(x - self.center.to(x), dim=-1)  # [...]
        return -((distance - self.radius) / self.width).square() / 2

    def breaks(self) -> tuple[Break, ...]:
        return tuple(lambda x, k=k: x[..., k] - self.center[k] for k in range(len(self.center)))  # a corner at the centre
