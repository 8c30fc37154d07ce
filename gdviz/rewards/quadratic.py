"""A bowl turned over: R is largest at its centre and falls with the squared distance."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.rewards._exponentials import Exponentials
from gdviz.rewards._fields import Vector, vector
from gdviz.rewards._reward import Potential, RewardContext, RewardKind


class Quadratic(RewardKind):
    """R(x) = -(x - center)' curvature (x - center) / 2, any d.

    `curvature` is one number for every direction, d numbers (one for each axis) or a symmetric d x d
    matrix. A negative curvature rewards distance; its tilted law exists only while the target is narrow enough.
    """

    kind: Literal["quadratic"] = "quadratic"
    center: Annotated[Vector, Field(description="Where R is highest.")]
    curvature: Annotated[
        float | Vector | tuple[Vector, ...],
        Field(
            description="One number for every direction, one for each axis, or a symmetric matrix; negative ones reward distance."
        ),
    ] = 1.0
    gives = "potential"

    card = Card(
        title="Quadratic",
        idea="Being near the centre is good, and more so along directions of high curvature.",
        formula="R(x) = -(x - center)' curvature (x - center) / 2",
        cost="one product; closed form for mixtures",
    )
    examples = (
        {"center": [1, 0]},
        {"center": [0, 0], "curvature": [0.02, 2]},
        {"center": [0, 1], "curvature": [[1, 0.5], [0.5, 1]]},
    )
    line_examples = ({"center": [1], "curvature": 0.5},)

    def build(self, context: RewardContext) -> QuadraticPotential:
        d = context.dimension
        return QuadraticPotential(vector("center", self.center, d), self._matrix(d))

    def _matrix(self, d: int) -> Tensor:
        if isinstance(self.curvature, float):
            return self.curvature * torch.eye(d, dtype=torch.float64)
        if not isinstance(self.curvature[0], tuple):
            return torch.diag(vector("curvature", self.curvature, d))
        if len(self.curvature) != d:
            raise GdvizError(f"curvature: found {len(self.curvature)} rows, but points have {d} coordinates; give {d} rows.")
        rows = [vector(f"curvature[{i}]", row, d) for i, row in enumerate(self.curvature)]
        matrix = torch.stack(rows)  # [d, d]
        if not torch.equal(matrix, matrix.T):
            raise GdvizError(f"curvature: found a matrix that is not symmetric, {matrix.tolist()}; give a symmetric one.")
        return matrix


class QuadraticPotential(Potential):
    """R(x) = -(x - center)' curvature (x - center) / 2 with center [d], curvature [d, d]."""

    def __init__(self, center: Tensor, curvature: Tensor) -> None:
        self.center, self.curvature = center, curvature

    def __call__(self, x: Tensor) -> Tensor:
        offset = x - self.center.to(x)  # [..., d]
        return -(offset @ self.curvature.to(x) * offset).sum(-1) / 2  # [...]

    def exponent(self) -> Exponentials | None:
        pull = self.curvature @ self.center  # [d]
        return Exponentials(-(self.center @ pull)[None] / 2, pull[None], self.curvature[None])
