"""The cosine schedule."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gdviz.diffusion.levels import LevelsKind
from gdviz.family import Card

OFFSET = 0.008


class Cosine(LevelsKind):
    """alpha_bar = cos^2(angle), the angle uniform between pi/2 (tau + s) / (1 + s) at tau = 0.999 and 0."""

    kind: Literal["cosine"] = "cosine"

    card = Card(
        title="Cosine",
        idea="Noise is added so that the angle between signal and noise grows evenly.",
        formula="alpha_bar = cos^2(pi/2 (tau + 0.008) / 1.008)",
        citation="Nichol, Dhariwal 2021, arXiv 2102.09672",
    )

    def coordinate(self, log_snr: float) -> float:
        return float(np.arctan(np.exp(-log_snr / 2)))

    def log_snr(self, coordinate: NDArray[np.float64]) -> NDArray[np.float64]:
        return -2 * np.log(np.tan(coordinate))

    def default_ends(self, steps: int) -> tuple[float, float]:
        angle = np.pi / 2 * (np.array([0.999, 0.0]) + OFFSET) / (1 + OFFSET)
        first, last = self.log_snr(angle)
        return float(first), float(last)
