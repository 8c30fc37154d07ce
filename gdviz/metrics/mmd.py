"""Maximum mean discrepancy between two samples."""

from __future__ import annotations

import torch
from torch import Tensor

MOST = 1500
"""Points of each sample that are compared."""


def mmd(x: Tensor, y: Tensor) -> float:
    """Unbiased MMD^2 with the kernel exp(-|x - y|^2 / (2 h^2)), h the median distance within y (Gretton et al. 2012).

    Parameters
    ----------
    x, y : Tensor, shapes [n, d] and [m, d]
        `y` sets the scale: the goal's sample. Unbiased, so it may fall below 0.
    """
    x, y = x[:MOST].double(), y[:MOST].double()
    within_y = torch.cdist(y, y)  # [m, m]
    off = ~torch.eye(len(y), dtype=torch.bool)
    h = float(within_y[off].median())
    if not h > 0:
        return float("nan")

    def kernel(distance: Tensor) -> Tensor:
        return torch.exp(-(distance / h).square() / 2)

    n, m = len(x), len(y)
    inside_x = (kernel(torch.cdist(x, x)).sum() - n) / (n * (n - 1))
    inside_y = (kernel(within_y).sum() - m) / (m * (m - 1))
    return float(inside_x + inside_y - 2 * kernel(torch.cdist(x, y)).mean())
