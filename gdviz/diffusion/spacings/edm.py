"""EDM's spacing: uniform in a power of sigma."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.diffusion.levels import LevelsKind
from gdviz.family import Card

SIGMA_FIRST, SIGMA_LAST = 80.0, 0.002


class EdmRho(LevelsKind):
    """sigma^(1/rho) uniform, sigma = sqrt(t / alpha_bar) from 80 to 0.002."""

    kind: Literal["edm"] = "edm"
    rho: Annotated[
        float, Field(ge=1, le=100, description="1 spaces sigma evenly; larger ones put more levels at little noise.")
    ] = 7.0

    card = Card(
        title="EDM rho",
        idea="Steps shrink smoothly as the noise falls; rho sets how fast.",
        formula="sigma^(1/rho) uniform from 80^(1/rho) to 0.002^(1/rho)",
        citation="Karras, Aittala, Aila, Laine 2022, arXiv 2206.00364",
    )

    def coordinate(self, log_snr: float) -> float:
        return float(np.exp(-log_snr / (2 * self.rho)))

    def log_snr(self, coordinate: NDArray[np.float64]) -> NDArray[np.float64]:
        return -2 * self.rho * np.log(coordinate)

    def default_ends(self, steps: int) -> tuple[float, float]:
        return -2 * np.log(SIGMA_FIRST), -2 * np.log(SIGMA_LAST)
