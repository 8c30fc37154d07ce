"""The trainings that come before a training."""

from __future__ import annotations

from collections.abc import Callable

from gdviz.networks import Checkpoint
from gdviz.scores import ScoresContext, Wanted
from gdviz.training.loop import untrained
from gdviz.training.task import Task


def bases(task: Task, stored: Callable[[str], Checkpoint]) -> tuple[Task, ...]:
    """The tasks whose networks must be there first: that of p for a difference, those of the scores for guidance weights.

    Parameters
    ----------
    task : Task
    stored : callable
        id -> the network stored under it.

    Raises
    ------
    GdvizError
        If the scores cannot be built, or the target of guidance weights has no labels.
    """
    if task.base is not None:
        return (task.base,)
    if task.score is None:
        return ()
    tasks: dict[str, Task] = {}

    def note(wanted: Wanted) -> Checkpoint:
        network = task.network(wanted)
        tasks[network.id] = network
        return untrained(network)

    law, scores = task.target.build(), task.score.build(ScoresContext(note, stored))
    for label in law.labels[:1]:
        scores.pair(law.given(label), law)
    return tuple(tasks.values())
