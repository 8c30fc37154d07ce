"""Figures in the plane: parts of equal mass, each covered evenly by atoms."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field, model_validator
from torch import Tensor

from gdviz.laws import Mixture
from gdviz.targets._atoms import Noise, atoms
from gdviz.targets._target import MAX_ATOMS, TargetKind


class Shape(TargetKind):
    """n atoms dealt out evenly to the parts of a figure, in closed form: no seed, no random draw.

    The square of the atoms' spacing as `noise` melts them into a smooth density, as the defaults do.
    """

    n: Annotated[
        int,
        Field(ge=1, le=MAX_ATOMS, title="points", description="Number of atoms, dealt out evenly to the parts of the figure."),
    ] = 300
    noise: Noise = 0.01

    def part_labels(self) -> tuple[str | None, ...]:
        """The label of each part; parts may share one."""
        raise NotImplementedError

    def part(self, index: int, count: int) -> Tensor:
        """`count` points that cover one part evenly, shape [count, 2], float64."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _every_part_has_an_atom(self) -> Shape:
        parts = len(self.part_labels())
        if self.n < parts:
            raise ValueError(f"found n = {self.n}; it must be at least {parts}, one atom for each part of the figure")
        return self

    def build(self) -> Mixture:
        names = self.part_labels()
        counts = [self.n // len(names) + (k < self.n % len(names)) for k in range(len(names))]
        points = torch.cat([self.part(k, count) for k, count in enumerate(counts)])  # [n, 2]
        labels = [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
        weights = torch.cat([torch.full((count,), 1 / count, dtype=torch.float64) for count in counts])  # [n]
        return atoms(points, labels, weights, self.noise)


def letter(index: int) -> str:
    """a, b, c, ...: what parts are called that have no better name."""
    return "abcdefghijklmnopqrstuvwxyz"[index]


def midpoints(count: int) -> Tensor:
    """(i + 1/2) / count for i = 0, ..., count - 1, shape [count], float64."""
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


def even_square(count: int) -> Tensor:
    """A sequence that fills the unit square evenly, shape [count, 2]: multiples of (1/g, 1/g^2) modulo 1, g^3 = g + 1.

    A Kronecker sequence with the plastic number g: the two-dimensional sister of the golden ratio.
    """
    plastic = 1.324717957244746
    steps = torch.tensor([1 / plastic, 1 / plastic**2], dtype=torch.float64)
    return (0.5 + torch.arange(1, count + 1, dtype=torch.float64)[:, None] * steps) % 1


def polar(radius: Tensor, angle: Tensor) -> Tensor:
    """Points at a radius and an angle (from the x axis, anticlockwise), shape [n, 2]."""
    return torch.stack([radius * angle.cos(), radius * angle.sin()], -1)
