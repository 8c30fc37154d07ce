"""A linear weight that never falls below a floor."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.guidance.schedules._progress import ProgressSchedule


class Clamped(ProgressSchedule):
    """omega = max(2 tau, floor), divided by its mean over the steps.

    The division is ours: published clamps leave the mean above 1, so that a gain from more guidance
    could pass for a gain from the schedule.
    """

    kind: Literal["clamped"] = "clamped"
    floor: Annotated[float, Field(ge=0, le=2, description="Least weight, before the division by the mean.")] = 0.5
    direction: Annotated[
        Literal["rising", "falling"], Field(description="Whether the weight grows or falls on the way to the data.")
    ] = "rising"

    card = Card(
        title="Clamped linear",
        idea="Linear, but with some guidance at every level.",
        formula="omega = max(2 tau, floor) / its mean",
        citation="Wang, Dufour, Andreou, Cani, Abrevaya, Picard, Kalogeiton 2024, arXiv 2404.13040; mean 1 is ours",
    )
    examples = ({}, {"floor": 1, "direction": "falling"})

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        tau = progress if self.direction == "rising" else 1 - progress
        return np.maximum(2 * tau, self.floor)
