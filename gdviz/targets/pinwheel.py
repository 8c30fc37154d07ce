"""The pinwheel."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.targets._shape import Shape, even_square, letter, polar


class Pinwheel(Shape):
    """Blades: Gaussians stretched along a ray, sheared by a turn that grows with the distance along it.

    A blade lies 1.5 from the origin with standard deviations 0.45 along its ray and 0.15 across;
    root mean square 1.57. Labels: a, b, c, ..., one for each blade.
    """

    kind: Literal["pinwheel"] = "pinwheel"
    blades: Annotated[int, Field(ge=2, le=12, description="Number of blades, one class each.")] = 5
    twist: Annotated[float, Field(ge=-2, le=2, description="Turn of a blade, in radians per unit of distance along it.")] = 0.5

    card = Card(
        title="Pinwheel",
        idea="Bent blades around a hub, one class each, none of them Gaussian.",
        formula="(1.5 + 0.45 Z, 0.15 Z') turned by 2 pi blade / blades + twist (1.5 + 0.45 Z)",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 60}, {"n": 13, "blades": 3, "twist": -0.4, "noise": 0})

    def part_labels(self) -> tuple[str | None, ...]:
        return tuple(letter(k) for k in range(self.blades))

    def part(self, index: int, count: int) -> Tensor:
        along, across = torch.special.ndtri(even_square(count)).unbind(-1)  # [count], as if standard normal
        along, across = 1.5 + 0.45 * along, 0.15 * across
        turn = 2 * math.pi * index / self.blades + self.twist * along  # [count]
        return polar((along.square() + across.square()).sqrt(), torch.atan2(across, along) + turn)
