"""What has been worked out for the last noise levels: it belongs to who asks for the same levels again, not to the law."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor

Made = TypeVar("Made")

AtLevel = Callable[[float, Tensor], Made]
"""(noise variance, a tensor with the dtype and device that are wanted) -> what a law makes of the level."""


def remembered(at: AtLevel[Made], levels: int) -> AtLevel[Made]:
    """The same with the last levels remembered, which several threads may ask."""

    @lru_cache(maxsize=max(1, levels))
    def made(t: float, dtype: torch.dtype, device: torch.device) -> Made:
        return at(t, torch.empty(0, dtype=dtype, device=device))

    return lambda t, x: made(t, x.dtype, x.device)
