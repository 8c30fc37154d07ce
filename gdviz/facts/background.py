"""Checks as background work: arguments and answers are plain bytes, and the answer is JSON ready to be shown."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from gdviz import __version__

PARTICLES = 4096
"""Samples at each w behind the facts on the page."""


class Told(Protocol):
    """What a job reports to."""

    def progress(self, done: float) -> None:
        """Tell the share done."""


def facts_key(experiment_id: str) -> str:
    """The pool's key of a check."""
    return f"facts-{experiment_id}-{__version__}"


def judge_key(experiment_id: str, name: str, data: bytes, w: float | None) -> str:
    """The pool's key of a judgement."""
    return f"judge-{experiment_id}-{__version__}-{name}-{hashlib.sha256(data).hexdigest()}-{w}"


def run_facts(text: str, report: Told) -> bytes:
    """Check an Experiment (JSON text): sentence and footnote, a table of what applies, and what is ``left_out`` with its reason.

    Raises
    ------
    GdvizError
        If the Experiment does not fit together.
    """
    from gdviz.experiment import Experiment
    from gdviz.facts.finding import HEADINGS
    from gdviz.facts.of_experiment import check_experiment

    found = check_experiment(Experiment.from_json(text), particles=PARTICLES, progress=report.progress)
    answer = {
        "subject": found.subject,
        "sentence": found.sentence,
        "footnote": found.footnote,
        "failures": len(found.failures),
        "applicable": len(found.applicable),
        "headings": HEADINGS,
        "rows": [row for row, f in zip(found.rows(), found.findings, strict=True) if f in found.applicable],
        "left_out": [(f.fact, f.reason) for f in found.findings if f not in found.applicable],
    }
    return json.dumps(answer, allow_nan=False).encode()


def run_judgement(text: str, name: str, data: bytes, w: float | None, report: Told) -> bytes:
    """Judge a file of samples against an Experiment (JSON text): the sentence, two tables and the picture's arrays.

    Raises
    ------
    GdvizError
        If the file does not hold samples of the target's dimension, or the Experiment does not fit together.
    """
    from gdviz.checkpoints import build_trained
    from gdviz.experiment import Experiment
    from gdviz.facts.judge import judge
    from gdviz.facts.judgement_table import facts_line, headings, law_rows, mode_rows
    from gdviz.facts.picture import picture
    from gdviz.facts.sample_files import parse_samples

    samples = parse_samples(name, data, w)
    report.progress(0.1)
    experiment = Experiment.from_json(text)
    found = judge(samples, experiment, w)
    report.progress(0.8)
    nearest = found.nearest
    answer: dict[str, Any] = {
        "sentence": found.sentence,
        "within": nearest is not None and nearest.within_floor,
        "line": facts_line(found),
        "headings": headings(found),
        "rows": law_rows(found),
        "modes": mode_rows(found) if found.modes else None,
        "picture": picture(samples, build_trained(experiment), found, w),
    }
    return json.dumps(answer, allow_nan=False).encode()
