"""The controls of a page's runs: Run, Stop, one line that says what goes on, and the wait at the end of the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gdviz.jobs import Job
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.required_networks import duration, networks_progress
from gdviz.ui.parts.runs import PROBLEM, RunStatus, before_you
from gdviz.ui.parts.waiting import wait_for_update
from gdviz.ui.parts.workers import pool, trainings

OTHERS = "Another visitor has this run made; its answer will be here too."
SAME = "Finished. Run it again, and the same numbers come out."


@dataclass(frozen=True)
class RunWords:
    """What a page says of its runs.

    Attributes
    ----------
    idle : str
        Before anybody has pressed Run.
    running : callable
        Of one run, what goes on.
    finished : callable or None
        Of all runs; None where nothing needs to be said.
    stopped : callable
        Of one run that was stopped.
    label, icon : str
        Of the button that starts.
    rest : float
        Seconds between two drawings of the page for partial answers alone, where drawing takes a while.
    """

    idle: str
    running: Callable[[RunStatus[Any]], str] = lambda run: "Running"
    finished: Callable[[Sequence[RunStatus[Any]]], str] | None = None
    stopped: Callable[[RunStatus[Any]], str] = lambda run: "Stopped."
    label: str = "Run"
    icon: str = ":material/play_arrow:"
    rest: float = 0.0


@dataclass(frozen=True)
class Watched:
    """Runs as they were drawn, and the place of their progress."""

    runs: Sequence[RunStatus[Any]]
    words: RunWords
    slot: Any
    began: float

    @property
    def active(self) -> bool:
        """Whether there is something to wait for."""
        return any(run.active for run in self.runs)

    def wait(self) -> None:
        """At the end of a page: show progress until there is more to draw, then draw the page again."""
        if self.active:
            wait_for_update(self.slot, self.look)

    def look(self) -> tuple[float, str] | None:
        """Share done and what goes on; None when there is something new to draw."""
        late, said, training = time.monotonic() - self.began > self.words.rest, list[str](), None
        for run in self.runs:
            if not run.active:
                continue
            if run.networks is None:
                if run.job is None or run.news(late or run.raw is None):
                    return None
                if text := self._goes_on(run, run.job):
                    said.append(text)
            elif training is None:  # trainings come one after another: the others cannot have news before this one
                training = networks_progress(run.study, trainings(), pool())
                if training.done:
                    return None
                said.append(training.words)
        line = "; ".join(said) or "Waiting for the run before this one"
        if len(self.runs) == 1:
            return (self.runs[0].share if training is None else training.progress), line
        finished = sum(run.complete for run in self.runs)
        return sum(run.share for run in self.runs) / len(self.runs), f"{finished} of {len(self.runs)} runs finished; {line}"

    def _goes_on(self, run: RunStatus[Any], job: Job) -> str:
        if job.state != "running":
            return before_you(job.key)
        left = job.seconds_left
        return self.words.running(run) + ("" if left is None else f", about {duration(left)} left")


def finished_in(runs: Sequence[RunStatus[Any]]) -> str:
    """How long they took."""
    return f"Finished in {duration(sum(run.answer.seconds for run in runs if run.answer is not None))}."


def show_controls(runs: Sequence[RunStatus[Any]], words: RunWords, key: str) -> Watched:
    """Run and Stop, a button for trainings that come first, and one line that says what is going on.

    Parameters
    ----------
    runs : sequence of RunStatus
    words : RunWords
    key : str
        Prefix of the widgets' keys.
    """
    active, missing = [run for run in runs if run.active], [run for run in runs if not run.complete]

    def start() -> None:
        for run in missing or runs:
            run.start()

    def stop() -> None:
        cancel_trainings()
        for run in runs:
            run.stop()

    def cancel_trainings() -> None:
        for run in active:
            run.cancel_trainings()

    with st.container(horizontal=True, vertical_alignment="center"):
        label, same, off = as_typed(words.label), None if missing else SAME, bool(active)
        st.button(label, type="primary", icon=words.icon, on_click=start, disabled=off, help=same, key=f"{key}.run")
        others = bool(active) and all(run.others for run in active)
        why = OTHERS if others else None
        st.button("Stop", icon=":material/stop:", on_click=stop, disabled=not active or others, help=why, key=f"{key}.stop")
        if any(run.networks is not None for run in active):
            icon = ":material/model_training:"
            st.button("Cancel training", icon=icon, on_click=cancel_trainings, key=f"{key}.cancel")
        with st.container():
            slot = st.empty()
            _say(slot, runs, words)
    return Watched(runs, words, slot, time.monotonic())


def _say(slot: Any, runs: Sequence[RunStatus[Any]], words: RunWords) -> None:
    """One line, where nothing runs."""
    missing = [run for run in runs if not run.complete]
    stopped = next((run for run in missing if run.state == "cancelled"), None)
    problem = st.session_state.pop(PROBLEM, None) or next((run.problem for run in missing if run.problem), None)
    if problem:
        slot.error(as_typed(problem), icon=":material/error:")
    elif any(run.active for run in runs):
        return
    elif not missing:
        if words.finished is not None:
            slot.caption(f":material/check: {as_typed(words.finished(runs))}")
    elif stopped is not None:
        slot.warning(as_typed(words.stopped(stopped)), icon=":material/stop_circle:")
    elif len(missing) < len(runs):
        some = f"{len(runs) - len(missing)} of {len(runs)} runs are there; press {words.label} for the others."
        slot.info(as_typed(some), icon=":material/info:")
    else:
        slot.info(as_typed(words.idle), icon=":material/info:")
