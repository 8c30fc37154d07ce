"""Networks that a scene needs: asked for, waited for, and never trained by the worker that makes the scene."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.visitor import asker

if TYPE_CHECKING:
    from gdviz.jobs import Pool
    from gdviz.jobs.training import Training, Trainings
    from gdviz.studies import Study
    from gdviz.training import Task

SURE = 0.02
"""Share of a training that is done before its time left is told: the first steps are slow."""

DONE = SceneProgress(None, done=True, progress=1.0)


@lru_cache(maxsize=128)
def tasks_of_study(study: Study[Any]) -> tuple[Task, ...]:
    """The trainings behind a study; a tilted law is built for it, which may take a second.

    Raises
    ------
    GdvizError
        If the request's parts do not fit each other.
    """
    return study.tasks()


@lru_cache(maxsize=128)
def tasks_of(text: str) -> tuple[Task, ...]:
    """The trainings behind an Experiment (canonical JSON), likewise."""
    from gdviz.checkpoints import required_tasks
    from gdviz.experiment import Experiment

    return required_tasks(Experiment.from_json(text))


def networks_progress(study: Study[Any], trainings: Trainings, pool: Pool) -> SceneProgress:
    """How far the networks of a study are; what is missing is asked for.

    A training that was cancelled is left alone: it is the reader who lets it go on.

    Returns
    -------
    SceneProgress
        Without a digest; `done` and without `error` when the study can be run.
    """
    try:
        tasks = tasks_of_study(study)
        asked = [_asked(task, trainings, pool) for task in tasks]
        trainings.look((task.id for task in tasks), asker())
    except GdvizError as error:
        return SceneProgress(None, done=True, error=str(error))
    for number, (task, training) in enumerate(zip(tasks, asked, strict=True), start=1):
        if training is None or training.state == "done":
            continue
        name = "the network" if len(tasks) == 1 else f"network {number} of {len(tasks)}"
        if training.state == "failed":
            return SceneProgress(None, done=True, error=training.error or f"The training of {name} failed.")
        if training.state == "paused":
            problem = f"The training of {name} ({task.title}) is paused; resume it on the Train page."
            return SceneProgress(None, done=True, error=problem)
        return SceneProgress(None, done=False, progress=share_of(training), words=words_of(training, name))
    return DONE


def _asked(task: Task, trainings: Trainings, pool: Pool) -> Training | None:
    from gdviz.jobs.training import training_key

    training, job = trainings.find(task.id), pool.find(training_key(task.id))
    cancelled = job is not None and job.state == "cancelled"
    if training is None or (training.state == "paused" and not cancelled):
        trainings.start(task, asker())
        training = trainings.find(task.id)
    return training


def share_of(training: Training) -> float:
    """Share of the steps that is done."""
    return 0.0 if training.report is None else training.report.step / training.report.steps


def words_of(training: Training, name: str = "the network") -> str:
    """What a training that is not over does now, in one line."""
    if training.state == "waiting":
        ahead, seconds = training.position or 0, training.seconds_to_start
        before = "the training" if ahead == 1 else f"{ahead} trainings"
        soon = "" if seconds is None else f", about {duration(seconds)}"
        return f"Waiting to train {name}: {before} before it{soon}" if ahead else f"Starting to train {name}"
    report = training.report
    if report is None:
        return f"Starting to train {name}"
    if training.resting:
        return f"Training {name}: {100 * report.step // report.steps} %, other visitors have their turn"
    told = report.seconds_left is not None and report.step >= SURE * report.steps
    left = f", {duration(report.seconds_left or 0.0)} left" if told else ""
    return f"Training {name}: {100 * report.step // report.steps} %{left}"


def duration(seconds: float) -> str:
    """1 s, 59 s, 2 min 5 s."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
