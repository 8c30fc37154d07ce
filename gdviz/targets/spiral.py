"""Spiral arms."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.targets._shape import Shape, letter, midpoints, polar


class Spiral(Shape):
    """Arms that wind out from radius 0.3 to 2.2, each a copy of the first turned on; root mean square 1.57.

    Labels: a, b, c, ..., one for each arm.
    """

    kind: Literal["spiral"] = "spiral"
    arms: Annotated[int, Field(ge=1, le=12, description="Number of arms, one class each.")] = 3
    turns: Annotated[float, Field(ge=-3, le=3, description="Full turns that an arm winds; negative ones wind the other way.")] = (
        0.75
    )

    card = Card(
        title="Spiral",
        idea="Arms wound around each other: near the centre one cannot tell them apart, further out one can.",
        formula="radius from 0.3 to 2.2, angle = 2 pi (arm / arms + turns (radius - 0.3) / 1.9)",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 60}, {"n": 11, "arms": 2, "turns": -1.5, "noise": 0})

    def part_labels(self) -> tuple[str | None, ...]:
        return tuple(letter(k) for k in range(self.arms))

    def part(self, index: int, count: int) -> Tensor:
        inner, outer = 0.3, 2.2
        # Even in the square of the radius: where the winding is tight this is even along the arm.
        radius = (inner**2 + (outer**2 - inner**2) * midpoints(count)).sqrt()  # [count]
        return polar(radius, 2 * math.pi * (index / self.arms + self.turns * (radius - inner) / (outer - inner)))
