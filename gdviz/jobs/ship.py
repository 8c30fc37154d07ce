"""Trains the networks that come with the program into assets/networks: ``python -m gdviz.jobs.ship [PRESET ...]``.

What a preset needs decides their ids, and the usual recipe is part of that, so they are made again when it changes on
purpose; a test says which are missing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gdviz.presets import load
from gdviz.resources import resource

if TYPE_CHECKING:
    from gdviz.training import Task

PRESETS = ("figure-1", "surrounded-class", "ring-reward", "swiss-roll-reward", "two-moons", "overlapping-classes")
"""Whose first click on "Network" shall not wait for a training."""


def shipped_tasks() -> dict[str, Task]:
    """The trainings that these presets need, by id."""
    return {task.id: task for name in PRESETS for task in load(name).experiment.tasks()}


def ship(chosen: tuple[str, ...] = ()) -> None:
    """Train again what the named presets need; or train what is missing, and remove what no preset needs any more."""
    from gdviz.checkpoints import Library, training

    place = resource("assets") / "networks"
    place.mkdir(exist_ok=True)
    needed = shipped_tasks()
    for old in place.iterdir():
        if old.name not in needed:
            shutil.rmtree(old)
    again = {task.id for name in chosen for task in load(name).experiment.tasks()}
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
