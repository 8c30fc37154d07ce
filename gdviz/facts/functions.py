"""A function of the caller's own: which of the two styles it has, and what it returned."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gdviz.errors import GdvizError


def is_whole(fn: Callable[..., Any], what: str = "function") -> bool:
    """Whether it is a whole sampler (problem, w), and not a guided score (problem, x, t, w).

    Raises
    ------
    GdvizError
        If it is neither.
    """
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        parameters = ()  # type: ignore[assignment]
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    count = sum(p.kind in kinds and p.default is p.empty for p in parameters)
    if count not in (2, 4):
        raise GdvizError(
            f"{what}: found {count} positional arguments without default; allowed: a sampler (problem, w) "
            "or a guided score (problem, x, t, w)."
        )
    return count == 2


def returned(value: Any, shape: Any, what: str) -> Tensor:
    """What it returned, as a float64 tensor on this machine's processor.

    Raises
    ------
    GdvizError
        If it is no array, or of another shape.
    """
    try:
        tensor = torch.as_tensor(value).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError):
        raise GdvizError(f"{what}: found {type(value).__name__}; an array is required.") from None
    if tuple(tensor.shape) != tuple(shape):
        raise GdvizError(f"{what}: found shape {list(tensor.shape)}; {list(shape)} is required.")
    return tensor
