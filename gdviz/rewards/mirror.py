"""An image's likeness to its mirror image."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.rewards._exponentials import Exponentials
from gdviz.rewards._reward import Potential, RewardContext, RewardKind


class Mirror(RewardKind):
    """R(x) = -mean (x - x mirrored left to right)^2; a point is an image, row by row, `width` pixels a row."""

    kind: Literal["mirror"] = "mirror"
    width: Annotated[int, Field(ge=1, le=64, description="Pixels in a row of the image.")] = 8
    gives = "potential"

    card = Card(
        title="Left-right symmetry",
        idea="The more an image looks like itself in a mirror, the better.",
        formula="R(x) = -mean over pixels of (x - x mirrored left to right)^2",
        cost="one difference; closed form for mixtures",
    )
    examples = ({"width": 2},)
    line_examples = ({"width": 1},)

    def build(self, context: RewardContext) -> MirrorPotential:
        d = context.dimension
        if d % self.width:
            raise GdvizError(f"width: found {self.width}, but points have {d} coordinates; give a width that divides {d}.")
        return MirrorPotential(torch.arange(d).reshape(-1, self.width).flip(1).flatten())


class MirrorPotential(Potential):
    """R(x) = -mean (x - x[mirrored])^2, with the index of each pixel's mirror image [d]."""

    def __init__(self, mirrored: Tensor) -> None:
        self.mirrored = mirrored

    def __call__(self, x: Tensor) -> Tensor:
        return -(x - x[..., self.mirrored.to(x.device)]).square().mean(-1)  # [...]

    def exponent(self) -> Exponentials | None:
        d = len(self.mirrored)
        eye = torch.eye(d, dtype=torch.float64)
        difference = eye - eye[self.mirrored]  # [d, d]
        curvature = (2 / d) * (difference.T @ difference)
        zero = torch.zeros(1, dtype=torch.float64)
        return Exponentials(zero, torch.zeros(1, d, dtype=torch.float64), curvature[None])
