"""Gaussian bumps over a floor: the reward whose tilted mixture is again a mixture."""

from __future__ import annotations

import math
from functools import reduce
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card, Described
from gdviz.rewards._exponentials import Exponentials, constant_term
from gdviz.rewards._fields import Vector, vector
from gdviz.rewards._reward import Reward, RewardContext, RewardKind


class Bump(Described):
    """height exp(-|x - center|^2 / (2 width^2)). The heights are the weights of R = log sum_i height_i exp(..)."""

    center: Annotated[Vector, Field(description="Where the bump is highest.")]
    width: float = Field(1.0, gt=0, description="Its standard deviation.")
    height: float = Field(1.0, gt=0, description="Its height above the floor.")


class Bumps(RewardKind):
    """r(x) = floor + sum_i height_i exp(-|x - center_i|^2 / (2 width_i^2)), any d."""

    kind: Literal["bumps"] = "bumps"
    bumps: tuple[Bump, ...] = Field(min_length=1, max_length=999, description="The bumps that are added up.")
    floor: float = Field(0.0, ge=0, description="What the reward is far from every bump.")

    card = Card(
        title="Bumps",
        idea="Places worth being near: a Gaussian bump at each, over a floor that keeps the reward positive.",
        formula="r(x) = floor + sum_i height_i exp(-|x - center_i|^2 / (2 width_i^2))",
        cost="one exponential a bump; the tilted law of a Gaussian mixture is known in closed form",
    )
    examples = (
        {"bumps": [{"center": [2, 1], "width": 2.0}], "floor": 0.05},
        {"bumps": [{"center": [4 * math.cos(i), 4 * math.sin(i)], "width": 0.3, "height": math.exp(1.5 * i)} for i in range(8)]},
    )
    line_examples = ({"bumps": [{"center": [2], "width": 2.0}, {"center": [-1], "height": 0.5}], "floor": 0.05},)

    def build(self, context: RewardContext) -> BumpsReward:
        d = context.dimension
        centers = [vector(f"bumps[{i}].center", bump.center, d) for i, bump in enumerate(self.bumps)]
        widths = torch.tensor([bump.width for bump in self.bumps], dtype=torch.float64)
        log_heights = torch.tensor([math.log(bump.height) for bump in self.bumps], dtype=torch.float64)
        return BumpsReward(torch.stack(centers), widths, log_heights, self.floor)


class BumpsReward(Reward):
    """Bumps with centers [m, d], widths [m] and log_heights [m], evaluated in log space."""

    def __init__(self, centers: Tensor, widths: Tensor, log_heights: Tensor, floor: float) -> None:
        self.centers, self.widths, self.log_heights, self.floor = centers, widths, log_heights, floor

    def log(self, x: Tensor) -> Tensor:
        start = math.log(self.floor) if self.floor > 0 else -math.inf
        total = x.new_full(x.shape[:-1], start)  # [...]
        for center, width, log_height in zip(self.centers.to(x), self.widths.tolist(), self.log_heights.tolist(), strict=True):
            z = (x - center) / width  # [..., d], one bump at a time: memory does not grow with their count
            total = torch.logaddexp(total, log_height - _square(z) / 2)
        return total

    def exponentials(self) -> Exponentials | None:
        precision = self.widths**-2  # [m]
        d = self.centers.shape[1]
        terms = Exponentials(
            self.log_heights - precision * self.centers.square().sum(-1) / 2,
            precision[:, None] * self.centers,
            precision[:, None, None] * torch.eye(d, dtype=torch.float64),
        )
        return constant_term(math.log(self.floor), d).plus(terms) if self.floor > 0 else terms


def _square(z: Tensor) -> Tensor:
    """|z|^2, [..., d] -> [...]: torch's sum over so short an axis takes ten times as long."""
    return reduce(torch.add, z.square().unbind(-1))
