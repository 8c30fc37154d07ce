"""An interval for the mean of a bounded number that holds whatever its law: for tails that no normal interval covers."""

from __future__ import annotations

import math
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """Ends of an interval."""

    low: float
    high: float


def bounded_interval(mean: float, n: int, low: float, high: float, level: float = LEVEL) -> Interval:
    """All means m that n independent numbers in [low, high] with this sample mean leave possible.

    With numbers in [0, 1], P(sample mean beyond x) <= exp(-n KL(x || m)) on either side, KL that of two coins
    (Hoeffding 1963, theorem 1); so {m : n KL(sample mean || m) <= log(2 / (1 - level))} covers with at least that
    probability, for any n and any law. With no number away from `low` the upper end is low + 3.7 (high - low) / n.
    """
    x = min(max((mean - low) / (high - low), 0.0), 1.0)
    most = math.log(2 / (1 - level)) / n
    ends = _bisect(x, 0.0, most), _bisect(x, 1.0, most)
    return Interval(*(low + (high - low) * end for end in ends))


def _bisect(x: float, end: float, most: float) -> float:
    """The m between x and an end of [0, 1] where KL(x || m) reaches `most`."""
    inside, outside = x, end
    for _ in range(200):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _coins(x, middle) <= most else (inside, middle)
    return inside


def _coins(x: float, m: float) -> float:
    """KL of a coin with probability x from one with m."""
    heads = 0.0 if x == 0 else math.inf if m == 0 else x * math.log(x / m)
    tails = 0.0 if x == 1 else math.inf if m == 1 else (1 - x) * (math.log1p(-x) - math.log1p(-m))
    return heads + tails
