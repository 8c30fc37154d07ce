"""How spread out the samples are."""

from __future__ import annotations

import math

from torch import Tensor

from gdviz.metrics.mean import UNKNOWN, Mean


def spread(x: Tensor) -> Mean:
    """Square root s of the trace of the covariance of points [n, d]: the root mean square distance from their mean.

    Its standard error follows from that of s^2, a mean of q = |x - mean|^2, by the delta method:
    sd(q) / (2 s sqrt n).
    """
    n = len(x)
    if n < 2:
        return UNKNOWN
    x = x.double()
    q = (x - x.mean(0)).square().sum(-1)  # [n]
    s = math.sqrt(float(q.sum()) / (n - 1))
    se = float(q.std()) / (2 * s * math.sqrt(n)) if s else 0.0
    return Mean(s, se) if math.isfinite(s) and math.isfinite(se) else UNKNOWN
