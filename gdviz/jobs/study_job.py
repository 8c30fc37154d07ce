"""A study as a job: any question, told as it sharpens, its end kept in the store."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError
from gdviz.jobs.job import Terms
from gdviz.store import SceneStore
from gdviz.studies import StudyContext

if TYPE_CHECKING:
    from gdviz.jobs.worker import JobReport
    from gdviz.record import Answer
    from gdviz.studies import Study


def terms_of(study: Study[Any]) -> Terms:
    """What a study's run may claim."""
    return Terms(study.patience, study.outlives, study.limit)


def part_key(key: str) -> str:
    """Under which the store has the newest partial answer of a study whose answers do not travel."""
    return f"{key}-part"


def run_study(study: Study[Any], root: str, report: JobReport) -> bytes:
    """Run a study in a worker, publishing every partial answer, and keep the whole one in the store at `root`.

    A partial answer that does not travel is kept there too, and its digest is published.

    Returns
    -------
    bytes
        The answer, read by `Study.answer.from_bytes`; empty for a study whose answer does not travel.

    Raises
    ------
    GdvizError
        What the study raises; and, where the answer does not travel, if the store refuses it. Any other loses only the copy.
    """
    began, store = time.perf_counter(), SceneStore(Path(root))

    def timed(answer: Answer) -> bytes:
        return replace(answer, seconds=time.perf_counter() - began).to_bytes()

    def partial(answer: Answer) -> None:
        data = timed(answer)
        report.partial(data if study.travels else store.write(part_key(study.key), data).encode())

    data = timed(study.run(StudyContext(Path(root), report.progress, partial, report.executor)))
    if not study.travels:
        store.write(study.key, data)
        return b""
    if study.stored:
        with contextlib.suppress(GdvizError):
            store.write(study.key, data)
    return data


def warm_up(report: JobReport) -> None:
    """What the scene workers do first: import and compile all that a scene needs."""
    from gdviz.studies.scene import warm_up

    warm_up()
