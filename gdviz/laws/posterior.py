"""The softmax average at the heart of every exact score."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_CACHE_FLOATS = 1 << 18
"""Logits held at once (1 MB in float32): a block that stays in the cache is worth a factor of two."""


def blocks(points: int, components: int) -> list[slice]:
    """Slices of the points such that the logits of one slice stay in the cache."""
    size = max(256, min(1 << 15, _CACHE_FLOATS // max(1, components)))
    return [slice(k, min(k + size, points)) for k in range(0, max(points, 1), size)]


def posterior(logits: Tensor, moments: Tensor) -> tuple[Tensor, Tensor]:
    """Softmax sums, scaled so that the largest weight is 1.

    Far components count exp(-61) in float32 (exp(-495) in float64) instead of less: nothing beside the
    largest, and it keeps every product out of the denormal numbers, where a CPU is 100 times slower.

    Parameters
    ----------
    logits : Tensor, shape [K, M]
        Overwritten, unless a gradient is asked for.
    moments : Tensor, shape [G + 1, K]
        The last row is 1.

    Returns
    -------
    log_norm : Tensor, shape [M]
        log sum_k exp(logits_k).
    sums : Tensor, shape [G + 1, M]
        sum_k exp(logits_k - top) moments_k; the last row is what they are divided by.
    """
    top = logits.amax(0)  # [M]
    lowest = 0.7 * math.log(torch.finfo(logits.dtype).tiny)
    if logits.requires_grad:
        weights = (logits - top).clamp_min(lowest).exp()  # [K, M]
    else:
        weights = logits.sub_(top).clamp_min_(lowest).exp_()  # [K, M]
    sums = moments @ weights  # [G + 1, M]
    return top.add_(sums[-1].log()) if not logits.requires_grad else top + sums[-1].log(), sums
