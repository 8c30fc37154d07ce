"""From a task or an id to a network: what learned scores ask the program for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from gdviz.checkpoints.library import Library
from gdviz.checkpoints.report import TrainingReport
from gdviz.checkpoints.session import training
from gdviz.networks import Checkpoint
from gdviz.training import Task

REMEMBERED = 16
"""Networks kept in memory: some hundred kB each."""


class Networks:
    """Networks of a library, trained here and now where they are missing."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._read = lru_cache(maxsize=REMEMBERED)(self._whole)

    def trained(self, task: Task) -> Checkpoint:
        """The network of a task.

        Raises
        ------
        GdvizError
            If it cannot be trained or stored.
        """
        if self.library.find(task) is None:
            for _ in self.train((task,)):
                pass
        return self._read(task.id)

    def train(self, tasks: Iterable[Task], stop: Callable[[], bool] = lambda: False) -> Iterator[TrainingReport]:
        """Train what is missing of some tasks, reporting on the way."""
        for task in tasks:
            if self.library.find(task) is None:
                yield from training(task, self.library, stop=stop)

    def stored(self, id: str) -> Checkpoint:
        """The network of an id, of which the first characters are enough.

        Raises
        ------
        GdvizError
            If there is none, or several begin so.
        """
        return self._read(self.library.network_id(id))

    def _whole(self, id: str) -> Checkpoint:
        return self.library.stored(id)


@lru_cache(maxsize=4)
def _networks_at(root: str) -> Networks:
    from pathlib import Path

    return Networks(Library(Path(root)))


def networks() -> Networks:
    """The networks of the program's own store."""
    from gdviz.store import default_root

    return _networks_at(str(default_root()))
