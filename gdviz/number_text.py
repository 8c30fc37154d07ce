"""Numbers as people type them: a list, with ranges such as 0:10:0.25 in it."""

from __future__ import annotations

import math
from typing import Any

MOST = 1000
"""Numbers that a range may stand for; a longer one stays text, which whoever reads the list refuses."""


def parse_numbers(text: str) -> list[Any]:
    """Numbers between commas or semicolons; ``0:10:0.25`` is every quarter from 0 to 10, ``0:10`` every whole number.

    What is neither a number nor a range stays text, for the reader of the list to refuse by name.

    >>> parse_numbers("0, 0.5; 1:2:0.5, x")
    [0.0, 0.5, 1.0, 1.5, 2.0, 'x']
    """
    items: list[Any] = []
    for part in text.replace(";", ",").split(","):
        part = part.strip()
        if part:
            items.extend(_number_or_range(part))
    return items


def _number_or_range(part: str) -> list[Any]:
    try:
        ends = [float(piece) for piece in part.split(":")]
    except ValueError:
        return [part]
    if len(ends) == 1:
        return ends
    if len(ends) > 3 or not all(map(math.isfinite, ends)):
        return [part]
    first, last, step = ends if len(ends) == 3 else (*ends, 1.0)
    if step == 0 or not 0 <= (last - first) / step < MOST:
        return [part]
    count = math.floor((last - first) / step + 1e-9) + 1
    return [float(f"{first + k * step:.12g}") + 0.0 for k in range(count)]  # 0.1 + 0.2 is 0.3 here
