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


def mean(values: Array) -> Mean:
    """Sample mean and its standard error s / sqrt(n), of independent values of shape [n].

    None for fewer than two values and where the sum is not finite.
    """
    if len(values) < 2:
        return UNKNOWN
    with np.errstate(over="ignore", invalid="ignore"):
        value, se = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    return Mean(value, se) if math.isfinite(value) and math.isfinite(se) else UNKNOWN


def share(hits: NDArray[np.bool_]) -> Mean:
    """A proportion with its binomial standard error sqrt(p (1 - p) / n)."""
    if not len(hits):
        return UNKNOWN
    p = float(hits.mean())
    return Mean(p, math.sqrt(p * (1 - p) / len(hits)))
