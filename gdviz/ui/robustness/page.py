"""The Robustness page: what errors of a score, known or learned, do to the guided means."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from gdviz.jobs.robustness import robustness_key, run_robustness
from gdviz.jobs.training import training_key
from gdviz.server import store
from gdviz.ui.parts.required_networks import tasks_of
from gdviz.ui.parts.run_status import SAME, Found, find, run_again
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.waiting import follow
from gdviz.ui.parts.workers import library, networks_needed, pool, trainings, where_computed
from gdviz.ui.robustness.choice import Source, choose
from gdviz.ui.robustness.results import draw
from gdviz.ui.train.trainings import PROBLEM, attempt

SECONDS_BETWEEN_DRAWINGS = 2.0
"""Partial answers come oftener; each drawing of the page takes a good part of a second."""

_ASKED = "robustness.asked"  # keys of the runs that the reader pressed Run for: their networks are trained, then sampled
_INTRO = (
    "Guidance is only as good as its scores. Here the same guided particles run on **exact scores**, on exact scores with a "
    "**known error** added, and on **networks** after three lengths of training, all on the same noise. Beside what is measured "
    "stands what first-order theory predicts from the error along the exact paths."
)


@dataclass(frozen=True)
class Run:
    """One wrong score, and how far its run is.

    Attributes
    ----------
    source : Source
    found : Found
    network : SceneProgress or None
        How far the training is that has to come first.
    """

    source: Source
    found: Found
    network: SceneProgress | None = None

    @property
    def problem(self) -> str | None:
        """Why there will be no more of it."""
        if self.network is not None and self.network.error:
            return self.network.error
        return self.found.problem

    @property
    def active(self) -> bool:
        """Whether there is more to come without anybody doing anything."""
        if self.network is not None:
            return not self.network.done
        return self.found.active

    @property
    def share(self) -> float:
        if self.found.complete:
            return 1.0
        return (self.found.job.progress or 0.0) if self.found.active and self.found.job is not None else 0.0


def page() -> None:
    """Choose, run, read."""
    st.caption(_INTRO)
    choice = choose()
    if choice is None:
        return
    runs = [_found(source) for source in choice.sources]
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(runs)
        with st.container():
            slot = st.empty()
            look = _status(slot, runs)
    for run in runs:
        if run.problem:
            st.warning(f"{run.source.name}: {run.problem}", icon=":material/warning:")
    answers = [(run.source, json.loads(run.found.raw)) for run in runs if run.found.raw is not None]
    if answers:
        draw(answers, choice.name, library(), running=look is not None)
    st.caption(where_computed())
    if look is not None:
        follow(slot, look)


# ---------------------------------------------------------------------- what there is
def _found(source: Source) -> Run:
    """The run of a source: its answer, its job, or the training that it waits for; jobs start here when they can."""
    key = robustness_key(source.experiment.id)
    found = find(key)
    if found.complete or found.job is not None or key not in _asked():
        return Run(source, found)
    network = networks_needed(source.experiment) if source.group == "network" else None
    if network is not None and (not network.done or network.error):
        return Run(source, found, network)
    pool().submit("curves", key, run_robustness, source.experiment.canonical(), str(store().root))
    return Run(source, find(key))


def _asked() -> set[str]:
    found: set[str] = st.session_state.setdefault(_ASKED, set())
    return found


# ---------------------------------------------------------------------- buttons
def _buttons(runs: Sequence[Run]) -> None:
    active, whole = [run for run in runs if run.active], all(run.found.complete for run in runs)
    training = [run for run in active if run.network is not None]

    def start() -> None:
        for run in runs:
            if whole or not run.found.complete:
                _asked().add(run.found.key)
                run_again(run.found.key)
                _resume(run.source)

    def stop() -> None:
        cancel_trainings()
        for run in runs:
            _asked().discard(run.found.key)
            run.found.cancel()

    def cancel_trainings() -> None:
        for run in training:
            for task in tasks_of(run.source.experiment.canonical()):
                trainings().cancel(task.id)

    words = SAME if whole else None
    icon = ":material/play_arrow:"
    st.button("Run", type="primary", icon=icon, on_click=start, disabled=bool(active), help=words, key="robustness.run")
    st.button("Stop", icon=":material/stop:", on_click=stop, disabled=not active, key="robustness.stop")
    if training:
        icon = ":material/model_training:"
        st.button("Cancel training", icon=icon, on_click=cancel_trainings, key="robustness.cancel")


def _resume(source: Source) -> None:
    """Let trainings that were cancelled go on: the reader asks for them again."""
    if source.group != "network":
        return
    jobs = trainings()
    for task in tasks_of(source.experiment.canonical()):
        found, job = jobs.find(task.id), pool().find(training_key(task.id))
        if found is not None and found.state in ("paused", "failed") and job is not None:
            attempt(jobs.resume, task.id)


# ---------------------------------------------------------------------- what is going on
def _status(slot: Any, runs: Sequence[Run]) -> Callable[[], tuple[float, str] | None] | None:
    """One line; while something is under way, how to look for news of it."""
    active = [run for run in runs if run.active]
    whole = [run.found.raw for run in runs if run.found.complete and run.found.raw is not None]
    if problem := st.session_state.pop(PROBLEM, None):
        slot.error(problem, icon=":material/error:")
    elif active:
        return partial(_look, runs, active, time.monotonic())
    elif len(whole) == len(runs):
        seconds = sum(json.loads(raw)["seconds"] for raw in whole)
        slot.caption(f":material/check: Finished: {len(runs)} wrong scores beside the exact one, {seconds:.0f} s of sampling.")
    elif whole:
        slot.info(f"{len(whole)} of {len(runs)} runs are there; press Run for the others.", icon=":material/info:")
    else:
        text = "Press Run. Curves appear one after another and sharpen; networks that are missing are trained meanwhile."
        slot.info(text, icon=":material/info:")
    return None


def _look(runs: Sequence[Run], active: Sequence[Run], began: float) -> tuple[float, str] | None:
    """Share done and what goes on now; None when there is something new to draw."""
    late = time.monotonic() - began > SECONDS_BETWEEN_DRAWINGS
    words, told = [], False
    for run in active:
        if run.network is None:
            if run.found.news(late):
                return None
            if run.found.job is not None and run.found.job.state == "running":
                words.append(f"sampling with {run.source.phrase}")
        elif not told:  # trainings come one after another: the others cannot have news before this one
            told, now = True, networks_needed(run.source.experiment)
            if now.done:
                return None
            words.append(f"{run.source.name} ({now.words[:1].lower()}{now.words[1:]})")
    finished = sum(run.found.complete for run in runs)
    line = f"{finished} of {len(runs)} runs finished; {'; '.join(words) or 'waiting for the workers'}"
    return sum(run.share for run in runs) / len(runs), line
