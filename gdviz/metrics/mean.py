"""A mean and its standard error."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Mean(NamedTuple):
    """An estimate and its standard error; None where it cannot be given."""

    value: float | None
    se: float | None


UNKNOWN = Mean(None, None)


ROUNDING = 1e-13
"""Relative spread below which values are one number, rounded."""


def is_flat(values: Array) -> bool:
    """Whether values of shape [n] have no spread but that of rounding."""
    low, high = float(values.min(initial=math.inf)), float(values.max(initial=-math.inf))
    return math.isfinite(low) and math.isfinite(high) and high - low <= ROUNDING * max(abs(low), abs(high))


def mean(values: Array) -> Mean:
    """Sample mean and its standard error s / sqrt(n), of independent values of shape [n].

    None for fewer than two values and where the sum is not finite.
    """
    if len(values) < 2:
        return UNKNOWN
    with np.errstate(over="ignore", invalid="ignore"):
        value, se = float(values.mean()), 0.0 if is_flat(values) else float(values.std(ddof=1)) / math.sqrt(len(values))
    return Mean(value, se) if math.isfinite(value) and math.isfinite(se) else UNKNOWN


def share(hits: NDArray[np.bool_]) -> Mean:
    """A proportion with its binomial standard error sqrt(q (1 - q) / (n + 4)), q that of two more hits and two more misses.

    The plain sqrt(p (1 - p) / n) is 0 when all n hit, which of 800 happens half the time at p = 0.999; with
    the four added the interval keeps its coverage (Agresti, Coull 1998).
    """
    n = len(hits)
    if not n:
        return UNKNOWN
    q = (float(hits.sum()) + 2) / (n + 4)
    return Mean(float(hits.mean()), math.sqrt(q * (1 - q) / (n + 4)))
