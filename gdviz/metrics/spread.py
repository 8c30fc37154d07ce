"""How spread out the samples are."""

from __future__ import annotations

import math

from torch import Tensor


def spread(x: Tensor) -> float | None:
    """Square root of the trace of the covariance of points [n, d]: the root mean square distance from their mean."""
    if len(x) < 2:
        return None
    return math.sqrt(float(x.double().var(0).sum()))
