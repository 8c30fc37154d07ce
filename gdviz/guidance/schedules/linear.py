"""A weight that grows or falls linearly with the steps."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.guidance.schedules._progress import ProgressSchedule


class Linear(ProgressSchedule):
    """omega = 2 tau (rising) or 2 (1 - tau) (falling), tau the progress; mean 1 over the steps."""

    kind: Literal["linear"] = "linear"
    direction: Annotated[
        Literal["rising", "falling"], Field(description="Whether the weight grows or falls on the way to the data.")
    ] = "rising"

    card = Card(
        title="Linear",
        idea="Little guidance while the picture is noise, more as it clears; or the other way round.",
        formula="omega = 2 tau, or 2 (1 - tau)",
        citation="Wang, Dufour, Andreou, Cani, Abrevaya, Picard, Kalogeiton 2024, arXiv 2404.13040",
    )
    examples = ({}, {"direction": "falling"})

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        return progress if self.direction == "rising" else 1 - progress
