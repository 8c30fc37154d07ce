"""How spread out the samples are."""

from __future__ import annotations

import math

from torch import Tensor

from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.metrics.populations import population_mean


def spread(x: Tensor, together: int = 1) -> Mean:
    """Square root s of the trace of the covariance of points [n, d]: the root mean square distance from their mean.

    Its standard error follows from that of s^2, a mean of q = |x - mean|^2, by the delta method:
    sd(q) / (2 s sqrt n); where `together` points in a row belong to one population, from the populations' means of q.
    """
    n = len(x)
    if n < 2:
        return UNKNOWN
    x = x.double()
    q = (x - x.mean(0)).square().sum(-1)  # [n]
    s = math.sqrt(float(q.sum()) / (n - 1))
    if not math.isfinite(s):
        return UNKNOWN
    if not s:
        return Mean(s, 0.0)
    if together == 1:
        se = float(q.std()) / (2 * s * math.sqrt(n))
        return Mean(s, se) if math.isfinite(se) else UNKNOWN
    se_of_square = population_mean(q.numpy(), together).se
    return Mean(s, None if se_of_square is None else se_of_square / (2 * s))
