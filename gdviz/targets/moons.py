"""Two moons."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from gdviz.family import Card
from gdviz.targets._shape import Shape, midpoints, polar


class Moons(Shape):
    """Two interlocking half circles of radius 1.5, centred together at the origin; root mean square 1.50.

    Labels: `upper` and `lower`.
    """

    kind: Literal["moons"] = "moons"

    card = Card(
        title="Two moons",
        idea="Two half circles, each reaching into the other: classes that no straight line parts.",
        formula="upper: 1.5 (cos a - 1/2, sin a - 1/4); lower: the same turned by half a turn; 0 < a < pi",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 40}, {"n": 7, "noise": 0})

    def part_labels(self) -> tuple[str | None, ...]:
        return "upper", "lower"

    def part(self, index: int, count: int) -> Tensor:
        circle = polar(torch.ones(count, dtype=torch.float64), math.pi * midpoints(count))  # [count, 2]
        upper = 1.5 * (circle - torch.tensor([0.5, 0.25], dtype=torch.float64))
        return upper if index == 0 else -upper
