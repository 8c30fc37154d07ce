"""A weight written down as a table."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from gdviz.errors import GdvizError
from gdviz.family import Card, Described
from gdviz.guidance.schedules._progress import ProgressSchedule


class Line(Described):
    """One line of the table."""

    progress: float = Field(ge=0, le=1, description="0 at pure noise, 1 at the end.")
    weight: float = Field(ge=0, le=1e6, description="How much guidance there, relative to the other lines.")


class Table(ProgressSchedule):
    """omega proportional to the table's weight at the progress, linear between its lines; mean 1 over the steps.

    Before the first line and after the last the weight stays what it is there.
    """

    kind: Literal["table"] = "table"
    lines: Annotated[
        tuple[Line, ...], Field(min_length=1, max_length=64, description="Its lines, by rising progress.")
    ] = (Line(progress=0, weight=0), Line(progress=0.5, weight=1), Line(progress=1, weight=0))

    card = Card(
        title="Table",
        idea="Write down how much guidance there shall be when.",
        formula="omega = the table's weight at tau / its mean, linear between the lines",
    )
    examples = ({}, {"lines": [{"progress": 0.3, "weight": 2}, {"progress": 1, "weight": 0.5}]})

    @field_validator("lines")
    @classmethod
    def _rising(cls, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        for a, b in pairwise(line.progress for line in lines):
            if b <= a:
                raise ValueError(f"found progress {b:g} after {a:g}; each line's progress must be larger than the last")
        if not any(line.weight for line in lines):
            raise ValueError("found no weight above 0; a table needs one (for no guidance take w = 0)")
        return lines

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        weight = np.interp(progress, [line.progress for line in self.lines], [line.weight for line in self.lines])  # [steps]
        if not weight.any():
            raise GdvizError(
                f"schedule: found a table whose weight is 0 at each of the {len(progress)} steps; take more steps or wider lines."
            )
        return weight
