"""The linear-beta schedule of DDPM, in continuous time."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gdviz.diffusion.levels import LevelsKind
from gdviz.family import Card

BETA_FIRST, BETA_LAST = 0.1, 20.0
"""1000 times DDPM's beta_1 = 1e-4 and beta_1000 = 0.02."""


class LinearBeta(LevelsKind):
    """log alpha_bar = -(b0 tau + (b1 - b0) tau^2 / 2), tau uniform from 1 to 1/1000."""

    kind: Literal["linear_beta"] = "linear_beta"

    card = Card(
        title="Linear beta",
        idea="The schedule most trained models use: the noise rate grows linearly.",
        formula="alpha_bar = exp(-(0.1 tau + 9.95 tau^2)), tau from 1 to 0.001",
        citation="Ho, Jain, Abbeel 2020, arXiv 2006.11239; continuous form Song et al. 2021, arXiv 2011.13456",
    )

    def coordinate(self, log_snr: float) -> float:
        rate = BETA_LAST - BETA_FIRST
        minus_log_alpha_bar = np.logaddexp(0, -log_snr)
        return float(2 * minus_log_alpha_bar / (np.sqrt(BETA_FIRST**2 + 2 * rate * minus_log_alpha_bar) + BETA_FIRST))

    def log_snr(self, coordinate: NDArray[np.float64]) -> NDArray[np.float64]:
        log_alpha_bar = -(BETA_FIRST * coordinate + (BETA_LAST - BETA_FIRST) * coordinate**2 / 2)
        return log_alpha_bar - np.log(-np.expm1(log_alpha_bar))

    def default_ends(self, steps: int) -> tuple[float, float]:
        first, last = self.log_snr(np.array([1.0, 1e-3]))
        return float(first), float(last)
