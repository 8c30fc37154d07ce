"""Gaussians on a square grid."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field

from gdviz.family import Card
from gdviz.laws import Mixture
from gdviz.targets._atoms import atoms
from gdviz.targets._target import TargetKind


class Grid(TargetKind):
    """Equal round Gaussians on a square grid about the origin (MATH section 4: {-4, 0, 4}^2 with variance 0.3).

    Labels: 0, 1, 2, ... row by row from the lower left.
    """

    kind: Literal["grid"] = "grid"
    side: Annotated[int, Field(ge=1, le=31, description="Gaussians in a row.")] = 3
    spacing: Annotated[float, Field(gt=0, le=1e6, description="Distance between neighbours.")] = 4.0
    variance: Annotated[float, Field(gt=0, le=1e6, description="Variance of each in every direction.")] = 0.3

    card = Card(
        title="Grid of Gaussians",
        idea="Separate modes in rows and columns.",
        formula="p(x) = (1/side^2) sum N(x; spacing (i, j), variance I)",
        cost="one exponential a Gaussian and score",
    )
    examples = ({}, {"side": 2, "spacing": 1.5, "variance": 0.2})

    def build(self) -> Mixture:
        ticks = self.spacing * (torch.arange(self.side, dtype=torch.float64) - (self.side - 1) / 2)  # [side]
        y, x = torch.meshgrid(ticks, ticks, indexing="ij")
        means = torch.stack([x.flatten(), y.flatten()], -1)  # [side^2, 2]
        return atoms(means, [str(k) for k in range(len(means))], torch.ones(len(means)), self.variance)
