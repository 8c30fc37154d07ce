"""What an Experiment gave: the record, its strict JSON, its files and its table."""

from __future__ import annotations

import html
import io
import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.experiment import Built, Experiment
from gdviz.metrics import ExactValues, Row
from gdviz.result.summary import ResultSummary

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Result:
    """What an Experiment gave, with all that is needed to run it again.

    Attributes
    ----------
    experiment : Experiment
    rows : tuple of Row
        One for each listed w, in the order listed.
    exact : ExactValues
        What is known without simulation.
    network_evaluations : int
        Scores evaluated, the step-change run included: particles x w x steps x guided scores a step x
        scores in a guided score (two under guidance, one without).
    seconds : float
    versions : dict
    complete : bool
        False for what `stream` shows on the way: fewer particles, no distances, no step change.
    samples : ndarray, shape [W, N, d], float32
        End points at `experiment.all_w`, which puts 0 in front where it is not listed.
    frames : ndarray, shape [W, m, F, d], float32, or None
        Paths of the first m particles.
    frame_levels : ndarray, shape [F]
        Level index of each frame, 0 for the start, uniform in log-SNR.
    frame_t, frame_alpha_bar : ndarray, shape [F]
        Noise variance and alpha_bar of each frame.
    built : Built
        The objects that were run, which may have taken seconds to make.
    notes : tuple of str
        What to know before trusting the numbers; empty for partial results.
    view : callable or None
        How a notebook shows the result; None for the table of its rows.
    """

    experiment: Experiment
    rows: tuple[Row, ...]
    exact: ExactValues
    network_evaluations: int
    seconds: float
    versions: dict[str, str]
    complete: bool
    samples: Float32
    frames: Float32 | None
    frame_levels: NDArray[np.int64]
    frame_t: NDArray[np.float64]
    frame_alpha_bar: NDArray[np.float64]
    built: Built = field(repr=False)
    notes: tuple[str, ...] = ()
    view: Callable[[Result], str] | None = field(default=None, repr=False)

    def summary(self) -> ResultSummary:
        """All but the arrays."""
        return ResultSummary(
            self.experiment,
            self.rows,
            self.exact,
            self.network_evaluations,
            self.seconds,
            self.versions,
            self.complete,
            self.notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """The result's JSON object (DESIGN, format 1), without the arrays."""
        return self.summary().to_dict()

    def to_json(self) -> str:
        """Strict JSON: null, never NaN."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the JSON; a reader of `path` sees the old file or the whole new one."""
        _write_whole(Path(path), self.to_json().encode() + b"\n")

    def write_samples(self, path: str | os.PathLike[str]) -> None:
        """Write an npz with float32 `x` [W, N, d] and `paths` [W, m, F, d] at the listed w, `w`, and `t` [F].

        `paths` is there when the run kept frames, of as many particles as it kept.
        """
        listed = slice(len(self.samples) - len(self.experiment.w), None)
        arrays: dict[str, Any] = {"x": self.samples[listed], "w": np.array(self.experiment.w), "t": self.frame_t}
        if self.frames is not None:
            arrays["paths"] = self.frames[listed]
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        _write_whole(Path(path), buffer.getvalue())

    def _repr_html_(self) -> str:
        return self.to_html_table() if self.view is None else self.view(self)

    def to_html_table(self) -> str:
        """The rows as a small table."""
        names = ("w", "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "improved", "spread", "step_change")
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(_cell(getattr(row, name)) for name in names)}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: float | None) -> str:
    return f"<td>{'' if value is None else f'{value:.4g}'}</td>"


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside the place and move there."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
