"""What a training says of itself while it runs."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdviz.checkpoints.history import History, HistoryRow
from gdviz.record import finite

if TYPE_CHECKING:
    from gdviz.training.assess import Assessment

SHOWN = 600
"""Points of the live cloud that travel with a report."""

PARTS = 4
"""Scores of a network whose errors are said, the largest."""

DIGITS = 4
"""Decimals of their coordinates."""


@dataclass(frozen=True, eq=False)
class TrainingReport:
    """How far a training is.

    Attributes
    ----------
    title : str
        What is learned. A network that adds to another one is preceded by the reports of that other one.
    step, steps : int
        Optimiser steps done, and asked for.
    loss, ema_loss : float
        Of the last batch: of the weights that are trained, and of their moving average.
    seconds, cpu_seconds : float
        Spent training since step 0, interruptions left out.
    steps_per_second, seconds_left : float or None
        Wall clock; None before the first step of this process.
    assessed : int
        The step at which the next three were found; 0 before they were.
    score_error : float or None
        sqrt(E|eps - eps*|^2 / E|eps*|^2) of the averaged weights (MATH section 2); None where the exact score
        is unknown. Of a network of several scores the largest of `by_part`.
    by_level : tuple of (float, float)
        (log-SNR, the same error at that noise level).
    by_part : tuple of (str, float)
        (p(x), p(x | label), ...; error) where the network stands for several; else empty.
    cloud : array [n, d] or None
        A few samples of the averaged weights, float32.
    saved : int
        The step from which a killed training would go on.
    id : str or None
        The stored checkpoint; None until the training has ended.
    notice : str or None
        What the reader should know, in one sentence: a damaged file was found and its work is done again.
    history : History
        The curve so far; kept in a file of its own, and not in `to_dict`.
    """

    title: str
    step: int
    steps: int
    loss: float
    ema_loss: float
    seconds: float
    cpu_seconds: float
    steps_per_second: float | None = None
    seconds_left: float | None = None
    assessed: int = 0
    score_error: float | None = None
    by_level: tuple[tuple[float, float], ...] = ()
    cloud: NDArray[np.float32] | None = None
    saved: int = 0
    id: str | None = None
    notice: str | None = None
    history: History = field(default_factory=History)
    by_part: tuple[tuple[str, float], ...] = ()

    @property
    def error_words(self) -> str:
        """The score error in percent, one a part: ``4.0 % of p(x), 3.2 % of p(x | a)``; empty where it is not known."""
        if len(self.by_part) < 2:
            return "" if self.score_error is None else f"{100 * self.score_error:.1f} %"
        largest = sorted(self.by_part, key=lambda part: -part[1])[:PARTS]
        shown = [part for part in self.by_part if part in largest]
        said = ", ".join(f"{100 * error:.1f} % of {name}" for name, error in shown)
        return said + (f", less of {len(self.by_part) - len(shown)} more" if len(shown) < len(self.by_part) else "")

    def with_(self, assessment: Assessment, step: int) -> TrainingReport:
        """With what was seen of the network at a step."""
        levels, parts = tuple(assessment.by_level), tuple(assessment.by_part)
        return dataclasses.replace(
            self, assessed=step, score_error=assessment.score_error, by_level=levels, by_part=parts, cloud=assessment.cloud
        )

    @property
    def row(self) -> HistoryRow:
        """Its point of the curve."""
        error = finite(self.score_error) if self.assessed == self.step else None
        return HistoryRow(self.step, finite(self.loss), finite(self.ema_loss), error, self.seconds, self.cpu_seconds)

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON values; a number that is not finite is None."""
        names = [each.name for each in dataclasses.fields(self) if each.name != "history"]
        values = {name: getattr(self, name) for name in names}
        values["by_level"] = [[finite(level), finite(error)] for level, error in self.by_level]
        values["by_part"] = [[name, finite(error)] for name, error in self.by_part]
        values["cloud"] = None if self.cloud is None else _rows(self.cloud)
        return {name: finite(value) for name, value in values.items()}

    def to_json(self, history: bool = False) -> str:
        """`to_dict` as text; with the curve so far, as columns under ``history``, if asked for."""
        more = {"history": self.history.to_dict()} if history else {}
        return json.dumps({**self.to_dict(), **more}, allow_nan=False)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> TrainingReport:
        """Read what `to_dict` gave."""
        fields = {"history": {}, **value}
        fields["history"] = History.from_dict(fields["history"])
        for name in ("loss", "ema_loss"):
            fields[name] = math.nan if fields[name] is None else fields[name]
        fields["by_level"] = tuple((_number(level), _number(error)) for level, error in fields["by_level"])
        fields["by_part"] = tuple((name, _number(error)) for name, error in fields.get("by_part", ()))
        if fields["cloud"] is not None:
            fields["cloud"] = np.array(fields["cloud"], dtype=np.float32)  # [n, d]
        return cls(**fields)

    @classmethod
    def from_json(cls, text: str | bytes) -> TrainingReport:
        """Read what `to_json` gave."""
        return cls.from_dict(json.loads(text))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _rows(cloud: NDArray[np.float32]) -> list[list[float]]:
    if not len(cloud):  # a classifier, guidance weights; read from a file it has lost its second axis
        return []
    finite = cloud[np.isfinite(cloud).all(axis=1)][:SHOWN]  # [<= n, d]
    return finite.astype(np.float64).round(DIGITS).tolist()
