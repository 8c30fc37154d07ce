"""The runs behind a page: start, stop, wait for, find again and word them, the same on every page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.jobs import Job
from gdviz.jobs.study_job import run_study
from gdviz.jobs.training import training_key
from gdviz.record import Answer
from gdviz.server import store
from gdviz.studies import Study
from gdviz.ui.parts.required_networks import duration, networks_progress, tasks_of_study
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.waiting import wait_for_update
from gdviz.ui.parts.workers import pool, trainings

A = TypeVar("A", bound=Answer)

SAME = "Finished. Run it again, and the same numbers come out."
PROBLEM = "runs.problem"
"""Session key of a refusal that the next drawing of the page shows."""

_AGAIN, _ASKED = "runs.again", "runs.asked"


@dataclass(frozen=True)
class RunStatus(Generic[A]):
    """A run as it was at one instant.

    A job goes on while the page is drawn. A page that asked it twice whether it runs might draw it as running and, as it had
    ended meanwhile, not wait for it: that page would stay as it is for ever. So what is drawn and whether to wait is read here.

    Attributes
    ----------
    study : Study
    job : Job or None
        To cancel, and to look for news; not to be asked for its state.
    state : {"waiting", "running", "done", "failed", "cancelled"} or None
        None without a job.
    raw : bytes or None
        The best answer so far.
    complete : bool
        Nothing is missing of it.
    networks : SceneProgress or None
        How far the trainings are that have to come first, where the run waits for them.
    """

    study: Study[A]
    job: Job | None
    state: str | None
    raw: bytes | None
    complete: bool
    networks: SceneProgress | None = None

    @cached_property
    def answer(self) -> A | None:
        """The best answer so far, read."""
        return None if self.raw is None else self.study.answer.from_bytes(self.raw)  # type: ignore[return-value]

    @property
    def active(self) -> bool:
        """Whether more will come without anybody doing anything."""
        if self.networks is not None:
            return not self.networks.done
        return not self.complete and self.state in ("waiting", "running")

    @property
    def problem(self) -> str | None:
        """Why no more will come, in one sentence."""
        if self.networks is not None and self.networks.error:
            return self.networks.error
        return self.job.error or "The run failed." if self.job is not None and self.state == "failed" else None

    @property
    def share(self) -> float:
        """Share done."""
        if self.complete:
            return 1.0
        return (self.job.progress or 0.0) if self.active and self.networks is None and self.job is not None else 0.0

    def news(self, parts: bool = True) -> bool:
        """Whether there is more to draw by now: the end, or a part that is new."""
        return self.job is not None and (self.job.finished or (parts and self.job.partial is not self.raw))

    def start(self) -> None:
        """Run it, again if it was finished; trainings that were cancelled go on."""
        run_again(self.study.key)
        _asked().add(self.study.key)
        for task in _tasks_quietly(self.study):
            found, job = trainings().find(task.id), pool().find(training_key(task.id))
            if found is not None and found.state in ("paused", "failed") and job is not None:
                attempt(trainings().resume, task.id)

    def stop(self) -> None:
        """No longer want it. What has arrived stays."""
        _asked().discard(self.study.key)
        if self.job is not None:
            self.job.cancel()

    def cancel_trainings(self) -> None:
        """Stop the trainings that it waits for; what they have learned is kept."""
        if self.networks is not None:
            for task in _tasks_quietly(self.study):
                trainings().cancel(task.id)


def find_run(study: Study[A]) -> RunStatus[A]:
    """How far the run of a study is, its finished answer first. One that was asked for begins once its networks are there."""
    found = status(study)
    if found.complete or study.key not in _asked():
        return found
    if found.job is None:
        networks = networks_progress(study, trainings(), pool())
        if not networks.done or networks.error:
            return replace(found, networks=networks)
        submit(study)
        found = status(study)
    _asked().discard(study.key)
    return found


def submit(study: Study[Any]) -> Job:
    """Hand a study to the workers, whose networks are there."""
    return pool().submit(study.queue, study.key, run_study, study, str(store().root))


def status(study: Study[A]) -> RunStatus[A]:
    """How far the run of a study is, without starting it; a reader who has it run again does not see the answer of before."""
    key = study.key
    job = pool().find(key)
    state = None if job is None else job.state  # read before the answers: what has ended by then is among them
    again: set[str] = st.session_state.setdefault(_AGAIN, set())
    if state in ("done", "failed", "cancelled"):
        again.discard(key)
    if key not in again and (raw := _finished(key, job, state)) is not None:
        return RunStatus(study, job, state, raw, complete=True)
    return RunStatus(study, job, state, None if job is None else job.partial, complete=False)


def _finished(key: str, job: Job | None, state: str | None) -> bytes | None:
    if job is not None and state == "done":
        result: bytes = job.result
        return result
    digest = store().find(key)
    return None if digest is None else store().read(digest)


def run_again(key: str) -> None:
    """Forget how a run ended, and look past the answer that is kept until it has run anew."""
    st.session_state.setdefault(_AGAIN, set()).add(key)
    pool().forget(key)


def attempt(action: Callable[..., Any], *arguments: Any) -> None:
    """Do what a button says; a refusal is shown by the next drawing of the page."""
    try:
        action(*arguments)
    except GdvizError as error:
        st.session_state[PROBLEM] = str(error)


def _asked() -> set[str]:
    """Keys of the studies that this session wants to run: their networks are trained first."""
    found: set[str] = st.session_state.setdefault(_ASKED, set())
    return found


def _tasks_quietly(study: Study[Any]) -> tuple[Any, ...]:
    """The trainings of a study; none where the request does not fit together, which its run will say."""
    try:
        return tasks_of_study(study)
    except GdvizError:
        return ()


# ---------------------------------------------------------------------- buttons and words
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
            return ""
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
        same, off = None if missing else SAME, bool(active)
        st.button(words.label, type="primary", icon=words.icon, on_click=start, disabled=off, help=same, key=f"{key}.run")
        st.button("Stop", icon=":material/stop:", on_click=stop, disabled=not active, key=f"{key}.stop")
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
        slot.error(problem, icon=":material/error:")
    elif any(run.active for run in runs):
        return
    elif not missing:
        if words.finished is not None:
            slot.caption(f":material/check: {words.finished(runs)}")
    elif stopped is not None:
        slot.warning(words.stopped(stopped), icon=":material/stop_circle:")
    elif len(missing) < len(runs):
        some = f"{len(runs) - len(missing)} of {len(runs)} runs are there; press {words.label} for the others."
        slot.info(some, icon=":material/info:")
    else:
        slot.info(words.idle, icon=":material/info:")
