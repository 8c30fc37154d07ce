"""A reward must be positive wherever the target has mass; where it is not, say where and how to mend it."""

from __future__ import annotations

import json
import math
from typing import Any

import torch
from pydantic import BaseModel
from torch import Tensor

from gdviz.family import Kind
from gdviz.rewards._repairs import RewardRefused, positive_repairs
from gdviz.rewards._reward import Reward, RewardKind
from gdviz.rewards.product import Product
from gdviz.rewards.sum import Sum

LONGEST_REPAIR = 140
"""Characters of a reward that is written out in a refusal."""


def check_positive(reward: Reward, points: Tensor, kind: RewardKind | None = None) -> None:
    """Refuse a reward that is <= 0 or not finite at one of the points.

    Judged by log r, so that a positive value too small for the number format passes.

    Parameters
    ----------
    reward : Reward
    points : Tensor, shape [n, d]
        Where the target has mass: a grid over its box and samples.
    kind : RewardKind, optional
        The reward's description, written into the repairs so that they can be pasted.

    Raises
    ------
    RewardRefused
        Naming the worst point, the value there and the two repairs (exp; a shift by a stated amount).
    """
    bad = ~torch.isfinite(reward.log(points))  # [n]
    if not bool(bad.any()):
        return
    whole = kind
    reward, kind, numbers = _blame(reward, kind, points[bad])
    place = "".join(f".of[{number}]" for number in numbers)
    values = reward(points).double()  # [n]
    strange = bad & ~torch.isfinite(values)
    worst = int((strange.int() if bool(strange.any()) else torch.where(bad, -values, -math.inf)).argmax())
    coordinates = ", ".join(f"{c:.4g}" for c in points[worst].tolist())
    sentence = f"reward{place}: found r = {float(values[worst]):.4g} at ({coordinates})"
    allowed = "but r must be finite and above 0 wherever the target has mass"
    if bool(strange.any()):
        raise RewardRefused(
            f"{sentence}, {allowed}; neither exp nor a shift mends a value that is not finite, "
            'so guard it, as in {"kind": "expression", "expression": "log(x) if x > 0.01 else log(0.01)"}.'
        )
    of, constant = _written(kind), _enough(values)
    raise RewardRefused(
        f'{sentence}, {allowed}; use it as a logarithm, {{"kind": "exp", "strength": 1, "of": {of}}}, '
        f'or add a constant, {{"kind": "shift", "constant": {constant:g}, "of": {of}}}.',
        f"{sentence}, {allowed}.",
        () if whole is None else positive_repairs(whole, numbers, constant),
    )


def _written(kind: RewardKind | None) -> str:
    """The reward as it is pasted into a repair: without its defaults, and not at all where it is long."""
    if kind is None:
        return "{...}"
    text = json.dumps(_brief(kind))
    return text if len(text) <= LONGEST_REPAIR else "{...}"


def _brief(value: Any) -> Any:
    """Plain data without what is as by default."""
    if isinstance(value, tuple):
        return [_brief(item) for item in value]
    if not isinstance(value, BaseModel):
        return value
    named = {"kind": value.kind_name()} if isinstance(value, Kind) else {}
    fields = {name: (info, getattr(value, name)) for name, info in type(value).model_fields.items() if name != "kind"}
    return named | {name: _brief(item) for name, (info, item) in fields.items() if info.is_required() or item != info.default}


def _blame(reward: Reward, kind: RewardKind | None, points: Tensor) -> tuple[Reward, RewardKind | None, tuple[int, ...]]:
    """The innermost part of a sum or product that is negative or NaN, or else the reward itself; its numbers on the way to it."""
    for index, part in enumerate(getattr(reward, "parts", ())):
        if not bool((part(points) >= 0).all()):
            inner, inner_kind, numbers = _blame(part, kind.of[index] if isinstance(kind, Sum | Product) else None, points)
            return inner, inner_kind, (index, *numbers)
    return reward, kind, ()


def _enough(values: Tensor) -> float:
    """A constant that lifts every value above 0 by a twentieth of their range, in two digits, rounded up."""
    values = values[torch.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    wanted = max(-low + 0.05 * ((high - low) or 1.0), 1e-6)
    scale = 10.0 ** (math.floor(math.log10(wanted)) - 1)
    return math.ceil(wanted / scale) * scale
