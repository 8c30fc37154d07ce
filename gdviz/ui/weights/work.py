"""A study of the page of learned weights: its answer if there is one, else the trainings and the run that give it.

The run is like any other (`gdviz.ui.parts.runs`). What is special: the trainings before it are looked at while they go on, save
often for that, and can be removed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st

from gdviz.checkpoints import Pace
from gdviz.jobs.training import Training, Trainings
from gdviz.record import Answer
from gdviz.studies.weights.learned import LearnedWeights
from gdviz.studies.weights.shipped import shipped
from gdviz.ui.parts.required_networks import duration, share_of, tasks_of_study, words_of
from gdviz.ui.parts.runs import RunStatus, attempt, status, submit
from gdviz.ui.parts.visitor import asker
from gdviz.ui.parts.workers import library, pool

if TYPE_CHECKING:
    from gdviz.jobs import Job
    from gdviz.studies import Study
    from gdviz.training import Task

A = TypeVar("A", bound=Answer)

SAVED = 0.4
"""Seconds between two saved states: what the page draws while the weights form. They are a few kB."""

SECONDS_BETWEEN_DRAWINGS = 1.0


@dataclass(frozen=True)
class Work(Generic[A]):
    """How far a study is.

    Attributes
    ----------
    run : RunStatus
        The run that answers it.
    came_with_program : bool
    tasks : tuple of Task
        Trainings that Start would start: those that an answer needs, or, where there is one, those that are looked at.
    trainings : tuple of (Training or None)
        How far these are.
    """

    run: RunStatus[A]
    came_with_program: bool
    tasks: tuple[Task, ...]
    trainings: tuple[Training | None, ...]

    @property
    def active(self) -> bool:
        """Whether there is more to come without anybody doing anything."""
        return self.run.active or any(each is not None and each.state in ("waiting", "running") for each in self.trainings)

    @property
    def trained(self) -> bool:
        return all(each is not None and each.state == "done" for each in self.trainings)

    @property
    def begun(self) -> bool:
        """Whether some of it was started and left."""
        return any(each is not None and each.state in ("paused", "failed") for each in self.trainings)

    @property
    def problem(self) -> str | None:
        """Why there is no more of it, in one sentence."""
        failed = [each.error for each in self.trainings if each is not None and each.state == "failed"]
        return next((error for error in (*failed, self.run.problem) if error), None)

    def start(self) -> None:
        """Train what is missing; the run follows when all of it is there."""
        pool().forget(self.run.study.key)  # stopped before
        for task, training in zip(self.tasks, self.trainings, strict=True):
            if training is None or training.state in ("paused", "failed"):
                attempt(trainings().start, task, asker())

    def cancel(self) -> None:
        """Pause the trainings, which keep what is learned, and stop the run."""
        for task in self.tasks:
            attempt(trainings().cancel, task.id, asker())
        self.run.stop()

    def remove(self) -> None:
        """Forget what was trained here."""
        self.cancel()
        for task, training in zip(self.tasks, self.trainings, strict=True):
            if training is not None and task.what == "weights":
                attempt(trainings().remove, task.id, asker())

    def look(self, began: float) -> tuple[float, str] | None:
        """Share done and what goes on now; None when there is something new to draw."""
        late = time.monotonic() - began > SECONDS_BETWEEN_DRAWINGS
        trainings().look((task.id for task in self.tasks), asker())
        for task, drawn in zip(self.tasks, self.trainings, strict=True):
            if drawn is not None and drawn.state == "done":
                continue
            now = trainings().find(task.id)
            if (now is None) != (drawn is None) or (now is not None and drawn is not None and _news(drawn, now, late)):
                return None
        job = pool().find(self.run.study.key)
        if job is not self.run.job or (self.run.active and self.run.news(late)):
            return None
        return self._now(job)

    def _now(self, job: Job | None) -> tuple[float, str]:
        done = sum(each is not None and each.state == "done" for each in self.trainings)
        going = next((each for each in self.trainings if each is not None and each.state == "running"), None)
        going = going or next((each for each in self.trainings if each is not None and each.state == "waiting"), None)
        share = (done + (0.0 if going is None else share_of(going))) / max(1, len(self.trainings))
        if going is not None:
            fresh = trainings().find(going.id) or going
            title = fresh.task.title if fresh.report is None else fresh.report.title  # a denoiser that comes first has its own
            name = title + (f", {done + 1} of {len(self.trainings)}" if len(self.trainings) > 1 else "")
            return 0.7 * share, words_of(fresh, name)
        if job is not None and not job.finished:
            left = "" if job.seconds_left is None else f", about {duration(job.seconds_left)} left"
            return 0.7 + 0.3 * (job.progress or 0.0), f"Sampling with every method{left}"
        return share, "Waiting for the workers"


def find_work(study: Study[A]) -> Work[A]:
    """A study's answer and trainings; the run starts here once all networks are there, unless it was stopped."""
    run, came = status(study), shipped(study)
    if came is not None:
        run = replace(run, raw=came, complete=True)
    tasks = _watched(study) if run.complete else tasks_of_study(study)
    work = Work(run, came is not None, tasks, tuple(trainings().find(task.id) for task in tasks))
    if not run.complete and run.job is None and work.trained:
        submit(study)
        work = replace(work, run=status(study))
    return work


def _watched(study: Study[Any]) -> tuple[Task, ...]:
    """The training that is looked at, which trains its denoiser itself; of the reward version none."""
    return (study.watched(),) if isinstance(study, LearnedWeights) else ()


@st.cache_resource
def trainings() -> Trainings:
    """The trainings of this server's store, saving often: weights form within seconds."""
    return Trainings(pool(), library(), Pace(save=SAVED))


def _news(drawn: Training, now: Training, late: bool) -> bool:
    if now.state != drawn.state:
        return True
    return late and now.task.what == "weights" and _saved(now) != _saved(drawn)


def _saved(training: Training) -> int:
    return -1 if training.report is None else training.report.saved
