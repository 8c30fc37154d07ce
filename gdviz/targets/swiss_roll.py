"""The Swiss roll."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field

from gdviz.family import Card
from gdviz.laws import Mixture
from gdviz.targets._atoms import Noise, atoms
from gdviz.targets._shape import midpoints, polar
from gdviz.targets._target import MAX_ATOMS, TargetKind

FIRST_ANGLE = 1.5 * math.pi
OUTER_RADIUS = 0.6 * math.pi


class SwissRoll(TargetKind):
    """n equal atoms along a spiral whose radius grows with the angle, evenly spaced in the angle.

    The outer end is 0.6 pi = 1.88 from the origin, whatever the turns; with 1.5 turns the arms are
    0.84 apart and the root mean square is 1.31. Labels: `inner` and `outer`, the two halves.
    """

    kind: Literal["swiss_roll"] = "swiss_roll"
    n: Annotated[int, Field(ge=2, le=MAX_ATOMS, title="points", description="Number of atoms.")] = 500
    turns: Annotated[float, Field(ge=0.25, le=10, description="Full turns of the roll.")] = 1.5
    noise: Noise = 0.0

    card = Card(
        title="Swiss roll",
        idea="A curve rolled up: a law without area, where points near in the plane may be far apart along the roll.",
        formula="x_i = c a_i (cos a_i, sin a_i), a_i = 3 pi/2 + 2 pi turns (i + 1/2)/n",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 60}, {"n": 101, "turns": 2, "noise": 0.003})

    def build(self) -> Mixture:
        angle = FIRST_ANGLE + 2 * math.pi * self.turns * midpoints(self.n)  # [n]
        radius = OUTER_RADIUS * angle / (FIRST_ANGLE + 2 * math.pi * self.turns)  # [n]
        labels = ["inner" if 2 * i < self.n else "outer" for i in range(self.n)]
        return atoms(polar(radius, angle), labels, torch.ones(self.n), self.noise)
