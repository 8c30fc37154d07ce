"""A weight that follows half a cosine over the steps."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.guidance.schedules._progress import ProgressSchedule


class CosineWeight(ProgressSchedule):
    """omega = 1 - cos(pi tau) (rising) or 1 + cos(pi tau) (falling), tau the progress; mean 1 over the steps."""

    kind: Literal["cosine"] = "cosine"
    direction: Annotated[
        Literal["rising", "falling"], Field(description="Whether the weight grows or falls on the way to the data.")
    ] = "rising"

    card = Card(
        title="Cosine",
        idea="As linear, with flat ends: almost none at first, twice w at the end.",
        formula="omega = 1 - cos(pi tau), or 1 + cos(pi tau)",
        citation="Wang, Dufour, Andreou, Cani, Abrevaya, Picard, Kalogeiton 2024, arXiv 2404.13040",
    )
    examples = ({}, {"direction": "falling"})

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        wave = np.cos(np.pi * progress)
        return 1 - wave if self.direction == "rising" else 1 + wave
