"""The networks that come with the program: what the presets, the Robustness page and the runs on digits need.

That decides their ids, and the usual recipe is part of it, so they are made again when it changes on purpose.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gdviz.checkpoints import required_tasks
from gdviz.papers.digit_runs import LONGER, REWARDS, TRAINED, label_run, reward_run
from gdviz.presets import DEFAULT, load
from gdviz.resources import resource
from gdviz.scores.network import Network
from gdviz.studies.robustness import LENGTHS

if TYPE_CHECKING:
    from gdviz.training import Task

KIND, FOLDER = "networks", "networks"

PRESETS = ("figure-1", "surrounded-class", "ring-reward", "swiss-roll-reward", "two-moons", "overlapping-classes")
"""Whose first click on "Network" shall not wait for a training."""

DIGITS = "digits", "digits-longer", *(f"digits-{name}" for name in REWARDS)
"""The runs on images, for the Digits page and figure 2."""

SHORTER = "shorter-trainings"
"""The networks that the Robustness page compares at first."""


def names() -> list[str]:
    """What networks are shipped for."""
    return [*PRESETS, SHORTER, *DIGITS]


def tasks_of(name: str) -> tuple[Task, ...]:
    """The trainings that a preset, the Robustness page or a run on digits needs."""
    if name in PRESETS:
        return required_tasks(load(name).experiment)
    if name == SHORTER:
        preset = load(DEFAULT).experiment
        asked = (preset.model_copy(update={"score": Network(steps=steps)}) for steps in LENGTHS)
        return tuple(task for each in asked for task in required_tasks(each))
    what = name.removeprefix("digits-")
    if what in REWARDS:
        return required_tasks(reward_run(what, (0.0,), 2, 2))
    return required_tasks(label_run("0", (0.0,), 2, 2, TRAINED if name == "digits" else LONGER))


def missing() -> list[str]:
    """Names of which a network does not come with the program as it is."""
    from gdviz.checkpoints import Library

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        return [name for name in names() if any(library.find(task) is None for task in tasks_of(name))]


def build(name: str) -> str:
    """Train what a name needs."""
    from gdviz.checkpoints import Library, training

    place, said = resource("assets") / FOLDER, []
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), shipped=Path(folder) / "none")
        for task in tasks_of(name):
            *_, report = training(task, library)
            shutil.rmtree(place / task.id, ignore_errors=True)
            shutil.copytree(Path(folder) / "networks" / task.id, place / task.id)
            for file in (place / task.id).iterdir():
                file.chmod(0o644)
            size = sum(file.stat().st_size for file in (place / task.id).iterdir())
            error = report.error_words or "unknown"
            said.append(f"{task.title}: score error {error} in {report.cpu_seconds:.0f} CPU-s, {size / 1e3:.0f} kB")
    return "; ".join(said)


def prune() -> None:
    """Remove networks that nothing needs any more."""
    needed = {task.id for name in names() for task in tasks_of(name)}
    for old in (resource("assets") / FOLDER).iterdir():
        if old.name not in needed:
            shutil.rmtree(old)
