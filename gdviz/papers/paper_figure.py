"""A figure as it is written to files: picture, numbers, what agrees and what is ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from gdviz.papers.picture import Picture
from gdviz.record import Answer
from gdviz.result import ResultSummary

FORMAT = 1


@dataclass(frozen=True)
class Value:
    """One number of a figure: exact, or estimated with its errors.

    Attributes
    ----------
    run : str
        Which of the figure's Experiments.
    w : float
    quantity : str
    kind : {"estimated", "exact"}
    value : float
    standard_error : float or None
        Of an estimate, always there.
    step_change : float or None
        |value - value at half as many steps| of an estimate, where it was measured.
    error : float or None
        Of an exact value: the measured error of its calculation, 0 for a formula.
    low, high : float or None
        The bin, for shares of samples.
    interval_low, interval_high : float or None
        The 95 % interval of an estimate, where it is not 1.96 standard errors to either side.
    """

    run: str
    w: float
    quantity: str
    kind: str
    value: float
    standard_error: float | None = None
    step_change: float | None = None
    error: float | None = None
    low: float | None = None
    high: float | None = None
    interval_low: float | None = None
    interval_high: float | None = None


def stem(number: int, quick: bool) -> str:
    """How a figure's files' names begin."""
    return f"figure-{number}{'-quick' if quick else ''}"


def estimated(run: str, w: float, quantity: str, value: float, se: float, step: float | None = None, **where: float) -> Value:
    """An estimate with its standard error and, where it was measured, its step change."""
    return Value(run, w, quantity, "estimated", float(value), float(se), step, **where)


def exact(run: str, w: float, quantity: str, value: float, error: float = 0.0, **where: float) -> Value:
    """What is known without simulation, with the error of its calculation."""
    return Value(run, w, quantity, "exact", float(value), error=float(error), **where)


@dataclass(frozen=True)
class PaperFigure(Answer):
    """Everything that a figure consists of.

    Attributes
    ----------
    figure : int
        Its number.
    quick : bool
        Fewer steps and trials than the figure asks for.
    sentence : str
        What agrees, what is ours, and what a quick version left out.
    picture : Picture
    values : tuple of Value
        Every number that is drawn or said.
    results : mapping
        Name of a run -> its Result without the arrays, with its Experiment: each can be run again.
    """

    figure: int
    quick: bool
    sentence: str
    picture: Picture
    values: tuple[Value, ...]
    results: Mapping[str, ResultSummary]
    format: int = FORMAT

    @property
    def stem(self) -> str:
        """How its files' names begin."""
        return stem(self.figure, self.quick)

    def numbers(self) -> dict[str, Any]:
        """The JSON object of the numbers: without the picture."""
        return {
            "format": self.format,
            "figure": self.figure,
            "quick": self.quick,
            "sentence": self.sentence,
            "values": [{key: value for key, value in asdict(each).items() if value is not None} for each in self.values],
            "results": {name: result.to_dict() for name, result in self.results.items()},
        }

    def csv(self) -> str:
        """The values, one a line; empty where something does not apply."""
        text = io.StringIO()
        lines = csv.DictWriter(text, [field.name for field in fields(Value)], lineterminator="\n")
        lines.writeheader()
        lines.writerows(asdict(value) for value in self.values)
        return text.getvalue()
