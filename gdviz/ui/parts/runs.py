"""The runs behind a page: found again, started and stopped, the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.jobs import Job
from gdviz.jobs.job import PROGRAM
from gdviz.jobs.study_job import run_study, terms_of
from gdviz.jobs.training import training_key
from gdviz.record import Answer
from gdviz.server import store
from gdviz.studies import Study
from gdviz.ui.parts.required_networks import networks_progress, tasks_of_study
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.visitor import asker
from gdviz.ui.parts.workers import pool, trainings

A = TypeVar("A", bound=Answer)

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
        if self.job is None:
            return False
        self.job.look(asker())
        return self.job.finished or (parts and self.job.partial is not self.raw)

    def start(self) -> None:
        """Run it, again if it was finished; trainings that were cancelled go on."""
        run_again(self.study.key)
        _asked().add(self.study.key)
        for task in _tasks_quietly(self.study):
            training, job = trainings().find(task.id), pool().find(training_key(task.id))
            if training is not None and training.state in ("paused", "failed") and job is not None:
                attempt(trainings().resume, task.id, asker())

    def stop(self) -> None:
        """No longer want it. What has arrived stays, and who else wants it goes on waiting."""
        _asked().discard(self.study.key)
        if self.job is not None:
            self.job.withdraw(asker().visitor)

    @property
    def others(self) -> bool:
        """Whether it runs for other visitors alone."""
        return self.active and self.networks is None and self.job is not None and asker().visitor not in self.job.visitors

    def cancel_trainings(self) -> None:
        """Stop the trainings that it waits for; what they have learned is kept."""
        if self.networks is not None:
            for task in _tasks_quietly(self.study):
                attempt(trainings().cancel, task.id, asker())


def find_run(study: Study[A]) -> RunStatus[A]:
    """How far the run of a study is, its finished answer first. One that was asked for begins once its networks are there."""
    run = status(study)
    if run.complete or study.key not in _asked():
        return run
    if run.job is None:
        networks = networks_progress(study, trainings(), pool())
        if not networks.done or networks.error:
            return replace(run, networks=networks)
        submit(study)
        run = status(study)
    _asked().discard(study.key)
    return run


def submit(study: Study[Any]) -> Job:
    """Hand a study to the workers, whose networks are there."""
    here = str(store().root)
    return pool().submit(study.queue, study.key, run_study, study, here, asker=asker(), terms=terms_of(study))


def before_you(key: str) -> str:
    """How many runs come before one that waits, in words; nothing for one that runs."""
    ahead = [job for job in pool().ahead(key) or () if PROGRAM not in job.askers]
    return f"Waiting: {len(ahead)} before you" if ahead else ""


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
    keys: set[str] = st.session_state.setdefault(_ASKED, set())
    return keys


def _tasks_quietly(study: Study[Any]) -> tuple[Any, ...]:
    """The trainings of a study; none where the request does not fit together, which its run will say."""
    try:
        return tasks_of_study(study)
    except GdvizError:
        return ()
