"""The networks of the program's own store, trained when they are missing."""

from __future__ import annotations

from gdviz.checkpoints.library import Library
from gdviz.checkpoints.session import training
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.training import Task


class Networks(Library):
    """A library that trains what it lacks, and finds networks by the beginning of their ids."""

    def trained(self, task: Task) -> Checkpoint:
        """The network of a task; what another process trains meanwhile is waited for.

        Raises
        ------
        GdvizError
            If the task cannot be trained, or the disk refuses.
        """
        found = self.find(task)
        if found is None:
            for _ in training(task, self):
                pass
            found = self.find(task)
        if found is None:
            raise GdvizError(f"score: found no network {task.id[:12]} after training it; the store at {self.root} loses files.")
        return found

    def stored(self, id: str) -> Checkpoint:
        """The network whose id begins so.

        Raises
        ------
        GdvizError
            If there is none, or there are several.
        """
        name = self.full_id(id)
        found = self.read(name)
        if found is None:
            why = self.notices.pop() if self.notices else f"score: found no network {name}."
            raise GdvizError(why)
        return found


def networks() -> Networks:
    """The program's own store of networks."""
    return Networks()
