"""From a task or an id to a network: what learned scores ask the program for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from gdviz.checkpoints.library import Library
from gdviz.checkpoints.report import TrainingReport
from gdviz.checkpoints.session import training
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.store import default_root
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

    def found(self, task: Task) -> Checkpoint:
        """The network of a task, which has to be there.

        Raises
        ------
        GdvizError
            If it is not.
        """
        if self.library.find(task) is None:
            raise GdvizError(
                f"score: found no stored network for {task.title}, {task.steps} steps, in {self.library.root}; train it first, "
                "or set GDVIZ_STORE to the folder that has it."
            )
        return self._read(task.id)

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
    return Networks(Library(Path(root)))


def networks(root: Path | None = None) -> Networks:
    """The networks of a store, the program's own if none is given."""
    return _networks_at(str(root or default_root()))
