"""A Result without its arrays, as a record that travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdviz.experiment import Experiment
from gdviz.metrics import ExactValues, Row
from gdviz.record import Record
from gdviz.result import Result


@dataclass(frozen=True)
class ResultSummary(Record):
    """What `gdviz.result.Result.to_dict` holds, as a record: the JSON is the same."""

    format: int
    experiment: Experiment
    rows: tuple[Row, ...]
    exact: ExactValues
    network_evaluations: int
    seconds: float
    versions: Mapping[str, str]
    complete: bool
    notes: tuple[str, ...]

    @classmethod
    def of(cls, result: Result) -> ResultSummary:
        """The summary of a Result."""
        return cls(
            1,
            result.experiment,
            result.rows,
            result.exact,
            result.network_evaluations,
            result.seconds,
            result.versions,
            result.complete,
            result.notes,
        )
