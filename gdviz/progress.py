"""How far something is: the record that iterators yield, and the callback that functions take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ProgressCallback = Callable[[float], None]
"""Called with the share done, between 0 and 1; what it raises ends the work."""


@dataclass(frozen=True)
class Progress:
    """How far the work is, between 0 and 1."""

    done: float


def silent(done: float) -> None:
    """The callback where nobody listens."""


def part(progress: ProgressCallback | None, start: float, share: float) -> ProgressCallback:
    """The callback of a part of the work, from `start` on, `share` of the whole."""
    if progress is None:
        return silent
    return lambda done: progress(start + share * done)
