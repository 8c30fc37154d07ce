"""The long run behind the Curves page, as background work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdviz.experiment import Experiment
from gdviz.result import Result, stream

if TYPE_CHECKING:
    from gdviz.jobs import Report


def run_curves(text: str, report: Report) -> str:
    """Run an Experiment (JSON text), publishing partial results; returns the result's JSON."""
    last = None
    for event in stream(Experiment.from_json(text)):
        if isinstance(event, Result):
            last = event
            report.partial(event.to_json().encode())
        else:
            report.progress(event.done)
    assert last is not None
    return last.to_json()
