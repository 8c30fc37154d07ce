"""The softmax average at the heart of every exact score."""

from __future__ import annotations

import torch
from torch import Tensor

_CACHE_FLOATS = 1 << 18
"""Logits held at once (1 MB in float32): a block that stays in the cache is worth a factor of two."""


def blocks(points: int, components: int) -> list[slice]:
    """Slices of the points such that the logits of one slice stay in the cache."""
    size = max(256, min(1 << 15, _CACHE_FLOATS // max(1, components)))
    return [slice(k, min(k + size, points)) for k in range(0, max(points, 1), size)]


def posterior(logits: Tensor, moments: Tensor) -> tuple[Tensor, Tensor]:
    """Log normaliser and softmax averages.

    Parameters
    ----------
    logits : Tensor, shape [K, M]
        Overwritten.
    moments : Tensor, shape [G, K]

    Returns
    -------
    log_norm : Tensor, shape [M]
        log sum_k exp(logits_k).
    average : Tensor, shape [G, M]
        sum_k softmax(logits)_k moments_k.
    """
    top = logits.amax(0)  # [M]
    weights = logits.sub_(top).exp_() if not logits.requires_grad else (logits - top).exp()  # [K, M]
    total = weights.sum(0)  # [M]
    return top + total.log(), (moments @ weights) / total
