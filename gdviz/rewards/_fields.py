"""Field types shared by the kinds: vectors, and rewards made of rewards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from pydantic import Field, model_validator
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.rewards._reward import REWARDS, RewardKind

MAX_PARTS = 16
"""Most parts of one sum or product."""
MAX_REWARDS = 64
"""Most rewards inside one composed reward."""
MAX_NESTING = 8
"""Deepest nesting of rewards."""

Vector = Annotated[tuple[float, ...], Field(min_length=1, max_length=64)]
Part = Annotated[RewardKind, REWARDS]


def vector(name: str, values: tuple[float, ...], dimension: int) -> Tensor:
    """The values as a float64 tensor of shape [d], refused where their count is not d."""
    if len(values) != dimension:
        raise GdvizError(f"{name}: found {len(values)} numbers, but points have {dimension}; give {dimension}.")
    return torch.tensor(values, dtype=torch.float64)


class Composite(RewardKind):
    """Base of the rewards made of rewards, whose parts are counted before any of them is read."""

    @model_validator(mode="before")
    @classmethod
    def _check_nesting(cls, data: Any) -> Any:
        waiting = [(data, 1)]
        count = 0
        while waiting:
            part, depth = waiting.pop()
            count += 1
            if depth > MAX_NESTING:
                raise GdvizError(f"found rewards nested deeper than {MAX_NESTING}; allowed are {MAX_NESTING} levels.")
            if count > MAX_REWARDS:
                raise GdvizError(f"found more than {MAX_REWARDS} rewards inside one; allowed are {MAX_REWARDS}.")
            inner = part.get("of", ()) if isinstance(part, Mapping) else getattr(part, "of", ())
            parts = inner if isinstance(inner, list | tuple) else (inner,)
            waiting.extend((each, depth + 1) for each in parts[: MAX_REWARDS + 1])
        return data
