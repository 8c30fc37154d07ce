"""The seam of every long question."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from gdviz import __version__
from gdviz.family import Kind
from gdviz.record import Answer

if TYPE_CHECKING:
    from gdviz.experiment import Built, Experiment
    from gdviz.sweep_request import Executor, RunExperiment
    from gdviz.training import Task

A = TypeVar("A", bound=Answer)


class Tell(Protocol):
    """Called with the share done, and the seconds left where they are known better than from that share."""

    def __call__(self, done: float, seconds_left: float | None = None) -> None: ...


def _silent(done: float, seconds_left: float | None = None) -> None:
    pass


@dataclass(frozen=True)
class StudyContext:
    """What a study is run with.

    Attributes
    ----------
    root : Path
        The store that holds trained networks. Studies never train: what `Study.tasks` names is trained before.
    progress : callable
        (share done, seconds left or None). It raises when the study is no longer wanted.
    partial : callable
        Takes an answer that is not complete, the newest in place of the one before.
    executor : Executor or None
        Runs sweeps where others can help; None to run them in this process.
    """

    root: Path
    progress: Tell = _silent
    partial: Callable[[Answer], None] = lambda answer: None
    executor: Executor | None = None

    def runner(self, experiment: Experiment, built: Built) -> RunExperiment:
        """Runs sweeps of an Experiment's plan: where others can help, or here on the device that the setting names."""
        from gdviz.sweep_request import RunExperiment

        return RunExperiment.on(experiment, built, self.executor)


@dataclass(frozen=True)
class Study(ABC, Generic[A]):
    """A question whose answer takes a while: a frozen request. The same request has the same answer.

    Progress comes from deep inside the loops, so it is a callback of the context, and so are partial answers.
    """

    name: ClassVar[str]
    """Of the kind of question, in keys."""

    version: ClassVar[int] = 1
    """Rises when answers of before can no longer be read or meant something else."""

    answer: ClassVar[type[Answer]]
    """The record that answers it."""

    queue: ClassVar[str] = "curves"
    """The queue of the worker that runs it (`gdviz.jobs.pool.QUEUES`)."""

    stored: ClassVar[bool] = True
    """Whether the whole answer is kept in the store, for later sessions."""

    travels: ClassVar[bool] = True
    """Whether the answer is sent to whoever asks; a large one is read from the store by whoever shows it."""

    patience: ClassVar[float] = 10.0
    """Seconds of its run for which other visitors wait, before it lets them pass; 0 for one that is known to be long."""

    outlives: ClassVar[bool] = True
    """Whether its run goes on when the last tab that waits for it is closed."""

    limit: ClassVar[float | None] = None
    """Seconds after which its run is given up."""

    def __init_subclass__(cls) -> None:
        missing = [name for name in ("name", "answer") if not hasattr(cls, name)]
        if missing:
            raise TypeError(f"study {cls.__name__}: found no {' and no '.join(missing)}; a study has both (docs/extending.md).")

    @abstractmethod
    def run(self, context: StudyContext) -> A:
        """Work out the answer.

        Raises
        ------
        GdvizError
            If the request does not fit together, or a network is missing.
        """

    def tasks(self) -> tuple[Task, ...]:
        """The trainings whose networks have to be there before, each after those that it starts from.

        Raises
        ------
        GdvizError
            If the request does not fit together.
        """
        return ()

    def request(self) -> dict[str, Any]:
        """What the answer depends on, as JSON values: by default every field."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @cached_property
    def key(self) -> str:
        """Under which jobs and the store know it: the request, the program, and the version of the answer."""
        text = json.dumps([self.name, self.request()], sort_keys=True, allow_nan=False)
        return f"{hashlib.sha256(text.encode()).hexdigest()}-{__version__}-{self.name}{self.version}"


def trainings_of(experiment: Experiment) -> tuple[Task, ...]:
    """The trainings whose networks an Experiment runs on: none on exact scores."""
    from gdviz.checkpoints import required_tasks

    return required_tasks(experiment) if experiment.learns else ()


def _plain(value: Any) -> Any:
    """A field as JSON values; of an Experiment, its canonical form."""
    if hasattr(value, "canonical"):
        return json.loads(value.canonical())
    if isinstance(value, Kind):
        return value.model_dump(mode="json")
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
