"""The Curves page: one Experiment, many w, bars that shrink as chunks arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from gdviz.experiment import Experiment
from gdviz.jobs import Job
from gdviz.jobs.curves import curves_key, run_curves
from gdviz.server import store
from gdviz.ui.curves_choice import choose, how_shown
from gdviz.ui.curves_results import draw
from gdviz.ui.follow import follow
from gdviz.ui.work import pool


def page() -> None:
    """Choose, run, read."""
    choice = choose()
    if choice is None:
        return
    key = curves_key(choice.experiment.id)
    job, kept = pool().find(key), _kept(key)
    raw = kept or (job.result if job is not None and job.state == "done" else None)
    complete = raw is not None
    if raw is None and job is not None:
        raw = job.partial
    answer = None if raw is None else json.loads(raw)
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(choice.experiment, key, job, complete)
        with st.container():
            slot = st.empty()
            running = _status(slot, job, raw, answer, choice.experiment, complete)
    if answer is not None:
        draw(answer, choice.name, how_shown(), running=job is not None and not job.finished)
    if running is not None:
        follow(slot, running)


def _kept(key: str) -> bytes | None:
    """The finished answer, from this session or another, before or after a restart."""
    digest = store().find(key)
    return None if digest is None else store().read(digest)


def _buttons(experiment: Experiment, key: str, job: Job | None, finished: bool) -> None:
    running = job is not None and not job.finished

    def run() -> None:
        pool().submit("curves", key, run_curves, experiment.canonical(), str(store().root))

    def stop() -> None:
        if job is not None:
            job.cancel()

    words = "These curves are finished; the same experiment gives the same numbers." if finished else None
    go = not running and not finished
    st.button("Run", type="primary", icon=":material/play_arrow:", on_click=run, disabled=not go, help=words, key="curves.run")
    st.button("Stop", icon=":material/stop:", on_click=stop, disabled=not running, key="curves.stop")


def _status(
    slot: Any, job: Job | None, raw: bytes | None, answer: dict[str, Any] | None, experiment: Experiment, complete: bool
) -> Callable[[], tuple[float, str] | None] | None:
    """What is going on, in one line; while the job runs, how to look for news of it."""
    arrived = answer["result"]["rows"][0]["particles"] if answer is not None else 0
    if complete:
        seconds = answer["result"]["seconds"] if answer is not None else 0.0
        device = answer["result"]["versions"].get("device", "cpu") if answer is not None else "cpu"
        slot.caption(f":material/check: Finished: {arrived:,} particles at each w in {_duration(seconds)} on {device}.")
    elif job is None:
        slot.info(
            "Press Run. The curves appear after the first thousand particles and sharpen from then on.", icon=":material/info:"
        )
    elif job.state == "failed":
        slot.error(job.error or "The run failed.", icon=":material/error:")
    elif job.state == "cancelled":
        what = f"The curves show the {arrived:,} particles of {experiment.particles:,} that had arrived." if arrived else ""
        slot.warning(f"Stopped. {what or 'No particles had arrived yet.'}", icon=":material/stop_circle:")
    else:
        return partial(_look, job, raw, arrived, experiment.particles)
    return None


def _look(job: Job, drawn: bytes | None, arrived: int, wanted: int) -> tuple[float, str] | None:
    """How far the run is; None when there is something new to draw."""
    if job.finished or job.partial is not drawn:
        return None
    if job.state == "waiting":
        return 0.0, "Waiting for the run before this one"
    left = job.seconds_left
    words = [f"{arrived:,} of {wanted:,} particles" if arrived < wanted else "measuring step change and distances"]
    if left is not None:
        words.append(f"about {_duration(left)} left")
    return job.progress or 0.0, f"Sampling: {', '.join(words)}"


def _duration(seconds: float) -> str:
    """1 s, 59 s, 2 min 5 s."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
