"""Axes that hold still: where w lies on the page, and ranges that bars can only shrink within."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Range = tuple[float, float]

AIR = 0.06
"""Share of a range left free at each end."""


@dataclass(frozen=True)
class Scale:
    """The horizontal axis.

    Attributes
    ----------
    axis : {"w", "gamma"}
        w, or gamma = 1 + w, which other libraries print. The data are the same.
    log : bool
        Logarithmic: what is <= 0 has no place on it.
    """

    axis: Literal["w", "gamma"] = "w"
    log: bool = False

    @property
    def title(self) -> str:
        return "gamma = 1 + w  (1 = no guidance)" if self.axis == "gamma" else "guidance scale w  (0 = no guidance)"

    def shift(self, w: Floats) -> Floats:
        """Positions of w on the axis (before its logarithm)."""
        return (w + 1 if self.axis == "gamma" else w).astype(np.float32)

    def has(self, w: Floats) -> NDArray[np.bool_]:
        """Which w have a place on the axis."""
        return self.shift(w) > 0 if self.log else np.ones(len(w), bool)

    def _ends(self, w: Floats) -> NDArray[np.float64]:
        x = self.shift(w)[self.has(w)].astype(float)
        return np.log10(x) if self.log else x

    def range(self, w: Floats) -> Range | None:
        """What plotly calls the axis range: exponents on a logarithmic axis. None where no w has a place."""
        return padded([self._ends(w)])

    def fine(self, w: Floats, count: int = 80) -> Floats:
        """Many w, evenly spread over the axis from the least to the largest of those that have a place on it."""
        ends = self._ends(w)
        if not len(ends):
            return np.zeros(0, np.float32)
        x = np.linspace(ends.min(), ends.max(), count)
        x = 10**x if self.log else x
        return (x - 1 if self.axis == "gamma" else x).astype(np.float32)


def padded(values: Iterable[NDArray[np.floating]], log: bool = False) -> Range | None:
    """A range around all finite values, with some air; exponents when `log`. None where there is no value."""
    held = np.concatenate([np.zeros(0), *(np.ravel(item).astype(float) for item in values)])
    held = held[np.isfinite(held)]
    if log:
        held = np.log10(held[held > 0])
    if not len(held):
        return None
    low, high = float(held.min()), float(held.max())
    air = AIR * (high - low) or max(0.05 * abs(high), 1e-3)
    return low - air, high + air
