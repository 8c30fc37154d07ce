"""Numbers of one point over its coordinates.

Points are stored coordinate first, and reductions over the last axis crawl on them.
"""

from __future__ import annotations

import torch
from torch import Tensor


def dot(a: Tensor, b: Tensor) -> Tensor:
    """a . b, [..., 1], coordinate by coordinate."""
    total = a[..., 0] * b[..., 0]  # [...]
    for k in range(1, a.shape[-1]):
        total.addcmul_(a[..., k], b[..., k])
    return total[..., None]


def percentile(values: Tensor, percent: float) -> Tensor:
    """The percentile over the coordinates, [..., 1], linear between two of them as numpy's; of one coordinate itself."""
    d = values.shape[-1]
    if d == 1:
        return values
    if d == 2:
        a, b = values.split(1, -1)  # [..., 1]
        return torch.lerp(torch.minimum(a, b), torch.maximum(a, b), percent / 100)
    place = percent / 100 * (d - 1)
    low = min(int(place), d - 2)
    ordered = values.sort(-1).values  # [..., d]
    return torch.lerp(ordered[..., low : low + 1], ordered[..., low + 1 : low + 2], place - low)
