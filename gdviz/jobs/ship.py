"""Trains the networks that come with the program into assets/networks: ``python -m gdviz.jobs.ship [NAME ...]``.

What the presets and the runs on digits need decides their ids, and the usual recipe is part of that, so they are made again
when it changes on purpose; a test says which are missing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gdviz.checkpoints import required_tasks
from gdviz.jobs.robustness import LENGTHS
from gdviz.papers.digit_runs import LONGER, REWARDS, TRAINED, label_run, reward_run
from gdviz.presets import DEFAULT, load
from gdviz.resources import resource
from gdviz.scores.network import Network

if TYPE_CHECKING:
    from gdviz.training import Task

PRESETS = ("figure-1", "surrounded-class", "ring-reward", "swiss-roll-reward", "two-moons", "overlapping-classes")
"""Whose first click on "Network" shall not wait for a training."""

DIGITS = "digits", "digits-longer", *(f"digits-{name}" for name in REWARDS)
"""The runs on images, for the Digits page and figure 2."""

SHORTER = "shorter trainings"
"""The networks that the Robustness page compares at first."""

NAMES = (*PRESETS, SHORTER, *DIGITS)


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


def shipped_tasks() -> dict[str, Task]:
    """The trainings that they all need, by id."""
    return {task.id: task for name in NAMES for task in tasks_of(name)}


def ship(chosen: tuple[str, ...] = ()) -> None:
    """Train again what those named need; or train what is missing, and remove what nothing needs any more."""
    from gdviz.checkpoints import Library, training

    place = resource("assets") / "networks"
    place.mkdir(exist_ok=True)
    needed = shipped_tasks()
    for old in place.iterdir():
        if old.name not in needed:
            shutil.rmtree(old)
    again = {task.id for name in chosen for task in tasks_of(name)}
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), shipped=Path(folder) / "none")
        for id, task in needed.items():
            if id not in again and (chosen or (place / id).is_dir()):
                continue
            *_, report = training(task, library)
            shutil.rmtree(place / id, ignore_errors=True)
            shutil.copytree(Path(folder) / "networks" / id, place / id)
            for file in (place / id).iterdir():
                file.chmod(0o644)
            size = sum(file.stat().st_size for file in (place / id).iterdir())
            error = "unknown" if report.score_error is None else f"{100 * report.score_error:.1f} %"
            print(f"{task.title}: score error {error} in {report.cpu_seconds:.0f} CPU-s, {size / 1e3:.0f} kB", flush=True)


def missing() -> list[str]:
    """Titles of the trainings whose networks do not come with the program as it is."""
    from gdviz.checkpoints import Library

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        return [task.title for task in shipped_tasks().values() if library.find(task) is None]


if __name__ == "__main__":
    ship(tuple(sys.argv[1:]))
