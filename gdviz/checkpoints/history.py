"""The curve of a training: loss and score error against steps and CPU time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

KEPT = 1000
"""Rows; a longer curve is thinned."""


class HistoryRow(NamedTuple):
    """One point of the curve; `score_error` is None where it was not looked at, or the exact score is unknown."""

    step: int
    loss: float | None
    ema_loss: float | None
    score_error: float | None
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class History:
    """Rows in the order of their steps."""

    rows: tuple[HistoryRow, ...] = ()

    def add(self, row: HistoryRow) -> History:
        """The history with one more row."""
        return History(_thinned((*self.until(row.step - 1).rows, row)))

    def until(self, step: int) -> History:
        """The rows up to a step: those after it were seen by a process that was ended before it saved them."""
        return History(tuple(row for row in self.rows if row.step <= step))

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns by name."""
        return {name: [getattr(row, name) for row in self.rows] for name in HistoryRow._fields}

    @classmethod
    def from_dict(cls, columns: Mapping[str, list[Any]]) -> History:
        """Read what `to_dict` gave."""
        rows = zip(*(columns[name] for name in HistoryRow._fields), strict=True) if columns else ()
        return cls(tuple(HistoryRow(*values) for values in rows))


def _thinned(rows: tuple[HistoryRow, ...]) -> tuple[HistoryRow, ...]:
    """Rows farther apart when there are too many, those with a score error spared at first; the newest stays."""
    for sparing in (True, False):
        if len(rows) <= KEPT:
            break
        apart, kept = 2 * rows[-1].step / KEPT, [rows[0]]
        for row in rows[1:-1]:
            if row.step - kept[-1].step >= apart or (sparing and row.score_error is not None):
                kept.append(row)
        rows = (*kept, rows[-1])
    return rows
