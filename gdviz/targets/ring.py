"""Gaussians on a ring."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field

from gdviz.family import Card
from gdviz.laws import Mixture
from gdviz.targets._atoms import atoms
from gdviz.targets._shape import polar
from gdviz.targets._target import MAX_COMPONENTS, TargetKind


class Ring(TargetKind):
    """Equal round Gaussians, evenly spaced on a circle about the origin (MATH section 4: 8 of sigma 0.3 at radius 4).

    Labels: 0, 1, 2, ... anticlockwise from the positive x axis.
    """

    kind: Literal["ring"] = "ring"
    count: Annotated[int, Field(ge=1, le=MAX_COMPONENTS, description="Number of Gaussians.")] = 8
    radius: Annotated[float, Field(gt=0, le=1e6, description="Distance of their means from the origin.")] = 4.0
    sigma: Annotated[float, Field(gt=0, le=1e3, description="Standard deviation of each.")] = 0.3

    card = Card(
        title="Ring of Gaussians",
        idea="Modes that are all alike but for where they are: what a method does to their weights is plain to see.",
        formula="p(x) = (1/count) sum_k N(x; radius (cos, sin)(2 pi k / count), sigma^2 I)",
        cost="one exponential a Gaussian and score",
    )
    examples = ({}, {"count": 3, "radius": 1.5, "sigma": 0.5})

    def build(self) -> Mixture:
        angle = 2 * math.pi * torch.arange(self.count, dtype=torch.float64) / self.count  # [K]
        means = polar(torch.full_like(angle, self.radius), angle)  # [K, 2]
        return atoms(means, [str(k) for k in range(self.count)], torch.ones(self.count), self.sigma**2)
