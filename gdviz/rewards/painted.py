"""A reward painted with a brush: a small picture laid over a box."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field, field_validator, model_validator
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.rewards._reward import Potential, RewardContext, RewardKind

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""R of a cell, in 35ths: 0 is 0, z is 1."""
MOST_CELLS = 64
"""Most columns, and most rows."""
REACH = 4
"""Cells that are put beyond each edge, so that the outermost four of a point are all the edge's."""
FARTHEST = 1e6
THINNEST = 1e-3
"""Bounds on the box's sides: where they are, and how long at least."""


class Painted(RewardKind):
    """R(x) between 0 and 1, a smooth surface (a uniform cubic B-spline) over the cells of a picture; 1-D and 2-D.

    A cell is one character, so that a file, a link and a change of it can be read: the rows are the picture, its top first.
    The surface has two continuous derivatives, never leaves the range of the cells near it, and goes on as its edge outside
    the box. Each cell counts 2/3 at its centre in each direction and its two neighbours 1/6 each: thin lines are softened.
    """

    kind: Literal["painted"] = "painted"
    box: Annotated[
        tuple[float, ...],
        Field(min_length=2, max_length=4, description="Where the picture lies: [left, right] or [left, right, bottom, top]."),
    ]
    rows: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            max_length=MOST_CELLS,
            description="The picture, top row first, one in 1-D; a character a cell: 0 for R = 0, 1 to 9 and a to z up to R = 1.",
        ),
    ]
    gives = "potential"

    card = Card(
        title="Painted",
        idea="What a brush left on a grid, between 0 and 1: good where it is painted. "
        "As exp(strength R) full paint is exp(strength) times as likely as none.",
        formula="R(x) = sum_ij R_ij B(u - j) B(v - i), B the cubic B-spline, (u, v) = x in cells; constant outside the box",
        cost="sixteen products (four in 1-D); the tilted law is tabulated",
        citation="Boor, C. de 1978, the B-spline",
    )
    examples = (
        {
            "box": [-4, 4, -4, 4],
            "rows": ["00000000", "00248840", "08zz8420", "4zz80000", "4zz80000", "08zz8420", "00248840", "00000000"],
        },
        {"box": [0, 2, -1, 1], "rows": ["0z", "g5"]},
    )
    line_examples = ({"box": [-3, 3], "rows": ["0004kzk40000"]},)

    @field_validator("rows")
    @classmethod
    def _are_a_picture(cls, rows: tuple[str, ...]) -> tuple[str, ...]:
        lengths = sorted({len(row) for row in rows})
        if lengths[0] != lengths[-1]:
            raise GdvizError(f"found rows of {lengths[0]} and of {lengths[-1]} cells; all must have the same.")
        if not 2 <= lengths[0] <= MOST_CELLS:
            raise GdvizError(f"found rows of {lengths[0]:,} cells; 2 to {MOST_CELLS} are allowed.")
        wrong = next((cell for row in rows for cell in row if cell not in DIGITS), None)
        if wrong is not None:
            raise GdvizError(f"found the cell {wrong!r}; a cell is one character, 0 to 9 or a to z.")
        return rows

    @field_validator("box")
    @classmethod
    def _has_sides(cls, box: tuple[float, ...]) -> tuple[float, ...]:
        if len(box) == 3:
            raise GdvizError("found 3 numbers; [left, right] on a line or [left, right, bottom, top] in the plane are needed.")
        for low, high in zip(box[::2], box[1::2], strict=True):
            if max(abs(low), abs(high)) > FARTHEST or high - low < THINNEST:
                raise GdvizError(
                    f"found a side from {low:g} to {high:g}; "
                    f"it must rise by at least {THINNEST:g} and lie within ±{FARTHEST:,.0f}."
                )
        return box

    @model_validator(mode="after")
    def _agree(self) -> Painted:
        if (len(self.rows) > 1) != (len(self.box) > 2):
            needed = "one row on a line" if len(self.box) == 2 else f"2 to {MOST_CELLS} rows in the plane"
            raise GdvizError(f"found {len(self.rows)} rows over a box of {len(self.box)} numbers; {needed} is allowed.")
        return self

    def build(self, context: RewardContext) -> PaintedPotential:
        if 2 * context.dimension != len(self.box):
            raise GdvizError(
                f"box: found {len(self.box)} numbers, but points have {context.dimension} coordinates; "
                f"a painted reward lies on a line (2) or in the plane (4)."
            )
        cells = torch.tensor([[DIGITS.index(cell) for cell in row] for row in reversed(self.rows)], dtype=torch.float64)  # [m, n]
        return PaintedPotential(self.box, cells / (len(DIGITS) - 1))


class PaintedPotential(Potential):
    """The surface of cells [m, n], bottom row first, over a box of d sides; m = 1 on a line."""

    def __init__(self, box: tuple[float, ...], cells: Tensor) -> None:
        self.box, self.cells = box, cells
        self.wide = torch.nn.functional.pad(cells[None], (REACH,) * len(box), mode="replicate")[0]  # the edge goes on, [m', n']

    def __call__(self, x: Tensor) -> Tensor:
        points = x.reshape(-1, x.shape[-1])  # [N, d]
        rows, columns = self.cells.shape
        start, across = _place(points[:, 0], self.box[0], self.box[1], columns)
        stride = self.wide.shape[-1]
        up = [torch.ones_like(across[0])]
        if len(self.box) == 4:
            first, up = _place(points[:, 1], self.box[2], self.box[3], rows)
            start = start + stride * first
        wide = self.wide.to(x).flatten()
        total = torch.zeros_like(across[0])  # [N]
        for i, b in enumerate(up):
            row = torch.zeros_like(total)
            for k, a in enumerate(across):
                row = row.addcmul(wide[stride * i + k :].index_select(0, start), a)  # index by index: a stencil at once is slower
            total = total.addcmul(row, b)
        return total.reshape(x.shape[:-1])


def _place(x: Tensor, low: float, high: float, count: int) -> tuple[Tensor, list[Tensor]]:
    """The first of the four cells that bear on a coordinate [...], counted from the first beyond the edge, and their weights."""
    u = ((x - low) * (count / (high - low)) - 0.5).clamp(1 - REACH, count + REACH - 3)  # cells have their centres at 0, 1, ..
    first = u.detach().nan_to_num(0.0).floor()
    f = u - first  # in [0, 1)
    g = 1 - f
    ff, gg = f * f, g * g
    weights = [g * gg / 6, (4 + (3 * f - 6) * ff) / 6, (4 + (3 * g - 6) * gg) / 6, f * ff / 6]
    return first.long() + (REACH - 1), weights
