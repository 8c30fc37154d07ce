"""The checkerboard."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.targets._atoms import Noise
from gdviz.targets._shape import Shape, even_square
from gdviz.targets._target import MAX_ATOMS


class Checkerboard(Shape):
    """A board of squares over [-2, 2]^2, filled evenly; root mean square 1.63 when both colours are there.

    With two colours the labels are `dark` and `light`: p(x) is the whole board and p(x | dark) the
    checkerboard. With one colour only the dark squares are there, without labels.
    """

    kind: Literal["checkerboard"] = "checkerboard"
    n: Annotated[
        int, Field(ge=1, le=MAX_ATOMS, title="points", description="Number of atoms, dealt out evenly to the squares.")
    ] = 800
    noise: Noise = 0.005
    squares: Annotated[int, Field(ge=2, le=8, description="Squares in a row of the board.")] = 4
    colours: Annotated[
        Literal[1, 2], Field(description="2: a class of each colour; 1: the dark squares alone, without labels.")
    ] = 2

    card = Card(
        title="Checkerboard",
        idea="Squares with sharp edges: the score has to jump where two of them meet.",
        formula="uniform on the squares of one colour",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 64}, {"n": 21, "squares": 3, "colours": 1, "noise": 0})

    def _cells(self) -> list[tuple[int, int, str]]:
        board = [(i, j, "dark" if (i + j) % 2 == 0 else "light") for i in range(self.squares) for j in range(self.squares)]
        return [cell for cell in board if self.colours == 2 or cell[2] == "dark"]

    def part_labels(self) -> tuple[str | None, ...]:
        return tuple(colour if self.colours == 2 else None for _, _, colour in self._cells())

    def part(self, index: int, count: int) -> Tensor:
        column, row, _ = self._cells()[index]
        corner = torch.tensor([column, row], dtype=torch.float64)
        return (corner + even_square(count)) * (4 / self.squares) - 2
