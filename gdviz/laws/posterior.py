"""The softmax average at the heart of every exact score."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_CACHE_FLOATS = 1 << 19
"""Logits held at once (2 MB in float32): a block out of the cache costs a factor of two, one too small pays for its calls."""


MANY = 512
"""Components from which the softmax averages are taken as attention."""


def blocks(points: int, components: int, *, attention: bool = False) -> list[slice]:
    """Slices of the points such that the logits of one slice stay in the cache; all but the last a multiple of 256.

    Attention keeps its own tiles in the cache and only asks for enough points at once.
    """
    size = 4096 if attention else max(256, min(1 << 16, _CACHE_FLOATS // max(1, components)) // 256 * 256)
    return [slice(k, min(k + size, points)) for k in range(0, max(points, 1), size)]


def posterior(logits: Tensor, moments: Tensor, groups: tuple[slice, ...] = (slice(None),)) -> tuple[list[Tensor], Tensor]:
    """Softmax sums, scaled so that the largest weight of each group is 1.

    Far components count exp(-39) in float32 (exp(-318) in float64) instead of less: nothing beside the
    largest, and it keeps every product out of the denormal numbers, where a CPU is 100 times slower.

    Parameters
    ----------
    logits : Tensor, shape [K, M]
        Overwritten, unless a gradient is asked for.
    moments : Tensor, shape [C, G + 1, K]
        C sets of numbers to average, the last row the weights (1 or 0) that they are divided by.
    groups : tuple of slice
        Rows of `logits` with a largest weight of their own: one for all, or one for each of the C sets.

    Returns
    -------
    tops : list of Tensor, shape [M] each
        Largest logit of each group.
    sums : Tensor, shape [C, G + 1, M]
        sum_k exp(logits_k - top) moments_k; top + log(sums[-1]) is the logarithm of the whole.
    """
    lowest = 0.45 * math.log(torch.finfo(logits.dtype).tiny)
    tops = [logits[group].amax(0) for group in groups]  # [M] each
    if logits.requires_grad:
        below = torch.cat([logits[group] - top for group, top in zip(groups, tops, strict=True)])  # [K, M]
        weights = below.clamp_min(lowest).exp()  # [K, M]
    else:
        for group, top in zip(groups, tops, strict=True):
            logits[group].sub_(top)
        weights = logits.clamp_min_(lowest).exp_()  # [K, M]
    sums = (moments.flatten(0, 1) @ weights).unflatten(0, moments.shape[:2])  # [C, G + 1, M]
    return tops, sums


def log_sum(logits: Tensor) -> Tensor:
    """log sum_k exp(logits_k), [K, M] -> [M], as `torch.logsumexp` gives it to the last bit.

    That one makes three copies of the logits and denormal numbers of the far components, which cost a CPU ten times as much.

    Parameters
    ----------
    logits : Tensor, shape [K, M]
        Overwritten, unless a gradient is asked for.
    """
    if logits.requires_grad:
        return torch.logsumexp(logits, 0)
    lowest = 0.98 * math.log(torch.finfo(logits.dtype).tiny)  # nothing beside the largest, whose exponential is 1
    top = logits.amax(0)  # [M]
    total = logits.sub_(top).clamp_min_(lowest).exp_().sum(0).log_().add_(top)  # [M]
    return torch.where(top.isinf(), top, total)


def is_attention(components: int) -> bool:
    """Whether `attention` serves better: many components."""
    return components >= MANY


def attention(linear: Tensor, features: Tensor, moments: Tensor) -> Tensor:
    """`posterior`'s sums for one group, over the total weight: a softmax average is attention.

    The points are the queries, the components' coefficients the keys, the moments the values; torch's kernel
    goes over the components tile by tile and no K x M matrix is ever written.

    Parameters
    ----------
    linear : Tensor, shape [K, F]
    features : Tensor, shape [F, M]
    moments : Tensor, shape [C, G + 1, K]

    Returns
    -------
    Tensor, shape [C, G + 1, M]
    """
    values = moments.flatten(0, 1)  # [C (G + 1), K]
    width = max(len(features), len(values))

    def padded(part: Tensor) -> Tensor:
        return torch.nn.functional.pad(part, (0, width - part.shape[1])).contiguous()[None, None]  # [1, 1, ..., width]

    averages = torch.nn.functional.scaled_dot_product_attention(
        padded(features.T), padded(linear), padded(values.T), scale=1.0
    )  # [1, 1, M, width]
    return averages[0, 0, :, : len(values)].T.contiguous().unflatten(0, moments.shape[:2])
