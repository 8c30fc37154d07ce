"""Two circles, one inside the other."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from gdviz.family import Card
from gdviz.targets._shape import Shape, midpoints, polar


class Circles(Shape):
    """Circles of radius 0.9 and 2 about the origin; root mean square 1.55. Labels: `inner` and `outer`."""

    kind: Literal["circles"] = "circles"

    card = Card(
        title="Circles",
        idea="A class that lies all around another.",
        formula="radius (cos 2 pi u, sin 2 pi u), radius 0.9 or 2",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 50}, {"n": 9, "noise": 0})

    def part_labels(self) -> tuple[str | None, ...]:
        return "inner", "outer"

    def part(self, index: int, count: int) -> Tensor:
        radius = torch.full((count,), (0.9, 2.0)[index], dtype=torch.float64)
        return polar(radius, 2 * math.pi * midpoints(count))
