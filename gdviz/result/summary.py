"""A Result without its arrays: the record that is written to files, sent and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gdviz.experiment import Experiment
from gdviz.metrics import ExactValues, Row
from gdviz.record import Record

FORMAT = 1


@dataclass(frozen=True)
class ResultSummary(Record):
    """What an Experiment gave, without samples and paths; the attributes are those of `Result`."""

    experiment: Experiment
    rows: tuple[Row, ...]
    exact: ExactValues
    network_evaluations: int
    seconds: float
    versions: Mapping[str, str]
    complete: bool
    notes: tuple[str, ...]
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        """The result's JSON object (DESIGN, format 1): None, never NaN."""
        value: dict[str, Any] = json.loads(self.to_json())
        return {"format": value.pop("format"), **value}
