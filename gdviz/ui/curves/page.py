"""The Curves page: one Experiment, many w, bars that shrink as chunks arrive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from gdviz.experiment import Experiment
from gdviz.jobs import Job
from gdviz.jobs.curves import curves_key, run_curves
from gdviz.server import store
from gdviz.ui.curves.choice import choose, how_shown
from gdviz.ui.curves.results import draw
from gdviz.ui.parts.required_networks import duration
from gdviz.ui.parts.run_status import SAME, Found, find, run_again
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.waiting import follow
from gdviz.ui.parts.workers import networks_needed, pool

_ASKED = "curves.asked"  # runs that begin when their networks are trained


@dataclass(frozen=True)
class Run:
    """The run of an Experiment when the page began to draw: finished and kept, under way, or waiting for its networks."""

    experiment: Experiment
    found: Found
    networks: SceneProgress | None = None

    @cached_property
    def answer(self) -> dict[str, Any] | None:
        """What there is to draw (`gdviz.jobs.curves.run_curves`)."""
        return None if self.found.raw is None else json.loads(self.found.raw)

    @property
    def arrived(self) -> int:
        """Particles at each w."""
        return 0 if self.answer is None else int(self.answer["result"]["rows"][0]["particles"])

    @property
    def running(self) -> bool:
        return self.found.active or (self.networks is not None and not self.networks.done)


def page() -> None:
    """Choose, run, read."""
    choice = choose()
    if choice is None:
        return
    asked: set[str] = st.session_state.setdefault(_ASKED, set())
    runs = [_found(experiment, asked) for experiment in choice.experiments]
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(runs, asked)
        with st.container():
            slot = st.empty()
            _say(slot, runs)
    answers = [(run.experiment.score.source, run.answer) for run in runs if run.answer is not None]
    if answers:
        draw(answers, choice.name, how_shown(), any(run.running for run in runs))
    if any(run.running for run in runs):
        follow(slot, lambda: _look(runs))


def _found(experiment: Experiment, asked: set[str]) -> Run:
    """How far a run is. One that was asked for begins as soon as its networks are there."""
    key, networks = curves_key(experiment.id), None
    if key in asked:
        networks = networks_needed(experiment)
        if networks.done:
            asked.discard(key)
        if networks.done and not networks.error:
            pool().submit("curves", key, run_curves, experiment.canonical(), str(store().root))
    return Run(experiment, find(key), networks)


def _buttons(runs: Sequence[Run], asked: set[str]) -> None:
    running = any(run.running for run in runs)
    missing = [run for run in runs if not run.found.complete]

    def begin() -> None:
        for key in [curves_key(run.experiment.id) for run in missing or runs]:
            run_again(key)
            asked.add(key)

    def stop() -> None:
        for run in runs:
            asked.discard(curves_key(run.experiment.id))
            run.found.cancel()

    words = None if missing else SAME
    icon = ":material/play_arrow:"
    st.button("Run", type="primary", icon=icon, on_click=begin, disabled=running, help=words, key="curves.run")
    st.button("Stop", icon=":material/stop:", on_click=stop, disabled=not running, key="curves.stop")


def _say(slot: Any, runs: Sequence[Run]) -> None:
    """What is going on, in one line, where nothing runs."""
    run = next((run for run in runs if not run.found.complete), runs[0])
    found, problem = run.found, run.networks.error if run.networks is not None else None
    if found.complete:
        assert run.answer is not None
        seconds, device = run.answer["result"]["seconds"], run.answer["result"]["versions"].get("device", "cpu")
        slot.caption(f":material/check: Finished: {run.arrived:,} particles at each w in {duration(seconds)} on {device}.")
    elif problem:
        slot.error(problem, icon=":material/error:")
    elif found.state is None and not run.running:
        words = "Press Run. The curves appear after the first thousand particles and sharpen from then on."
        slot.info(words, icon=":material/info:")
    elif found.problem:
        slot.error(found.problem, icon=":material/error:")
    elif found.state == "cancelled":
        part = f"The curves show the {run.arrived:,} particles of {run.experiment.particles:,} that had arrived."
        slot.warning(f"Stopped. {part if run.arrived else 'No particles had arrived yet.'}", icon=":material/stop_circle:")


def _look(runs: Sequence[Run]) -> tuple[float, str] | None:
    """How far the runs are; None when there is something new to draw."""
    told = None
    for run in runs:
        if not run.running:
            continue
        if run.networks is not None and not run.networks.done:
            networks = networks_needed(run.experiment)
            if networks.done:
                return None
            now = networks.progress, networks.words
        elif run.found.job is None or run.found.news():
            return None
        else:
            now = _progress(run, run.found.job)
        told = told or now
    return told


def _progress(run: Run, job: Job) -> tuple[float, str]:
    if job.state == "waiting":
        return 0.0, "Waiting for the run before this one"
    left, wanted = job.seconds_left, run.experiment.particles
    words = f"Sampling: {run.arrived:,} of {wanted:,} particles"
    if run.answer is not None and run.answer["law"] is None:
        words = "Working out the exact law of the guided sampler"
    elif run.arrived >= wanted:
        words = "Sampling: measuring step change and distances"
    return job.progress or 0.0, words if left is None else f"{words}, about {duration(left)} left"
