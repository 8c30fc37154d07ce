"""The default grid: steps of c1 log N / N in the logit of alpha_bar."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.diffusion.levels import Levels, LevelsKind
from gdviz.errors import GdvizError
from gdviz.family import Card

LEAST = 1e-12


class Logit(LevelsKind):
    """alpha_bar_0 = N^-c0, then a <- a + c1 a (1 - a) log N / N (MATH section 1).

    Both ends depend on N. With `start` or `stop` given, or where the recursion's step reaches 1
    (fewer than nine steps with c1 = 4; it would leave (0, 1)), its limit is used: uniform in logit.
    """

    kind: Literal["logit"] = "logit"
    c0: Annotated[
        float,
        Field(
            ge=0.1,
            le=3,
            title="c0 (where the noise starts)",
            description="The signal's variance at the start is N^-c0, N being the number of steps.",
        ),
    ] = 2.0
    c1: Annotated[
        float,
        Field(ge=0.1, le=16, title="c1 (how far it falls)", description="Size of a step in log-SNR, in units of log N / N."),
    ] = 4.0

    card = Card(
        title="Logit grid",
        idea="Small steps where the noise or the signal is nearly gone, as the theory wants.",
        formula="alpha_bar_0 = N^-c0; a <- a + c1 a (1 - a) log N / N",
        citation="ours for 2512.04985, from the same authors' 2410.13738",
    )

    def coordinate(self, log_snr: float) -> float:
        return log_snr

    def log_snr(self, coordinate: NDArray[np.float64]) -> NDArray[np.float64]:
        return coordinate

    def default_ends(self, steps: int) -> tuple[float, float]:
        first = -self.c0 * np.log(steps) - np.log1p(-(float(steps) ** -self.c0))
        return float(first), float(first + self.c1 * np.log(steps))

    def build(self, steps: int) -> Levels:
        """As in the base class.

        Raises
        ------
        GdvizError
            If the grid would end below noise variance 1e-12, or the ends coincide.
        """
        step = self.c1 * np.log(steps) / steps
        recursive = self.start is None and self.stop is None and step < 1
        levels = self._recursion(steps, step) if recursive else super().build(steps)
        if levels.t[-1] < LEAST and self.stop is None:
            raise GdvizError(
                f"levels: found c0 {self.c0:g} and c1 {self.c1:g}, which with {steps} steps end at noise variance "
                f"{levels.t[-1]:.1g}; at least {LEAST:g} is allowed (by a smaller c1 or a stop)."
            )
        return levels

    def _recursion(self, steps: int, step: float) -> Levels:
        alpha_bar, t = np.empty(steps + 1), np.empty(steps + 1)  # [steps + 1]
        alpha_bar[0] = float(steps) ** -self.c0
        t[0] = 1 - alpha_bar[0]
        for k in range(steps):
            alpha_bar[k + 1] = alpha_bar[k] * (1 + step * t[k])
            t[k + 1] = t[k] * (1 - step * alpha_bar[k])
        return Levels(np.where(t < 0.5, 1 - t, alpha_bar), t)
