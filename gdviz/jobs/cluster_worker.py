"""What runs inside the workers of a cluster: one job, or one part of a sweep."""

from __future__ import annotations

import pickle
import platform
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.worker import JobReport, outcome, unexpected
from gdviz.store import default_root

if TYPE_CHECKING:
    import numpy as np

    from gdviz.experiment import Built
    from gdviz.progress import Progress
    from gdviz.sweep import Chunk
    from gdviz.sweep_request import SweepRequest


LOOK = 0.2
"""Seconds between two looks of a task that rests at whether anybody still wants it."""


class OtherWorkers(Protocol):
    """The cluster as one of its workers sees it: where the sweeps of a job go."""

    def parts(self, request: SweepRequest) -> list[SweepRequest]:
        """A sweep in enough parts for all workers."""

    def sweep(self, request: SweepRequest, priority: int = 0, job: str | None = None) -> Iterator[Progress | Chunk]:
        """Run the parts on the workers, the chunks in particle order."""


@dataclass(frozen=True)
class Ticket:
    """Who asks, which every task carries.

    Attributes
    ----------
    topic : str
        Where the task's news goes.
    versions : dict
        The asker's programs: another one would give other numbers.
    connect : callable
        Address -> the cluster, for a job that asks the other workers for help.
    shared : str or None
        Name of a file in the asker's store, which a worker must see in its own; None where no store is needed.
    priority : int
        Higher ones first.
    job : str or None
        Name of the task of which this is a part, whose orders it takes.
    """

    topic: str
    versions: tuple[tuple[str, str], ...]
    connect: Callable[[str], OtherWorkers]
    shared: str | None = None
    priority: int = 0
    job: str | None = None

    def check(self) -> None:
        """Refuse to work for somebody whose program or store this worker does not share.

        Raises
        ------
        GdvizError
        """
        for (name, wanted), (_, ours) in zip(self.versions, our_versions(), strict=True):
            if ours != wanted:
                raise GdvizError(f"scheduler: found {name} {ours} on worker {socket.gethostname()}; {wanted} is needed there.")
        if self.shared is not None and not (default_root() / self.shared).exists():
            raise GdvizError(
                f"store: found another folder on worker {socket.gethostname()} ({default_root()}); "
                "set GDVIZ_STORE to one folder that all machines share."
            )


def our_versions() -> tuple[tuple[str, str], ...]:
    """What has to be the same everywhere: equal numbers are promised for one version of torch."""
    return ("gdviz", __version__), ("Python", platform.python_version()), ("torch", version("torch"))


# ---------------------------------------------------------------------- orders
ORDERS = 1000
"""Tasks of which the last order is remembered; the oldest are over."""

_orders: dict[str, str] = {}
_told = threading.Condition()


def take_order(name: str, order: str) -> None:
    """Note on this worker that a task is to "rest" or to "go" on."""
    with _told:
        _orders.pop(name, None)
        _orders[name] = order
        for old in list(_orders)[:-ORDERS]:
            del _orders[old]
        _told.notify_all()


# ---------------------------------------------------------------------- the task
def run_task(call: bytes, ticket: Ticket, name: str) -> bytes:
    """Run a pickled (function, arguments) as the task of that name; pickled, what became of it."""
    task = _Task(ticket, name)
    report = JobReport(task.say, task.is_unwanted, task.rest)
    report.executor = task.sweep
    task.say("begun", None)
    answer = outcome(pickle.dumps((_checked, (ticket, call))), report)
    try:
        return pickle.dumps(answer)
    except Exception as error:
        return pickle.dumps(("failed", unexpected(error)))


def _checked(ticket: Ticket, call: bytes, report: JobReport) -> Any:
    ticket.check()
    function, arguments = pickle.loads(call)
    return function(*arguments, report)


def run_part(part: SweepRequest, report: JobReport) -> tuple[int, np.ndarray, dict[str, np.ndarray]]:
    """Run a part of a sweep: its first particle, and the arrays of its chunk (end points, readings)."""
    import numpy as np

    from gdviz.sweep import Chunk

    for item in part.run():
        if isinstance(item, Chunk):
            # A view would travel with all that it is a view of.
            readings = {name: np.ascontiguousarray(value.numpy()) for name, value in item.readings.items()}
            return item.first, np.ascontiguousarray(item.x.numpy()), readings
        report.progress(item.done)
    raise AssertionError("a part of a sweep is one chunk")


class _Task:
    """The task that runs on this thread, as its job sees it."""

    def __init__(self, ticket: Ticket, name: str) -> None:
        from distributed import get_worker

        self._ticket, self._name, self._worker = ticket, name, get_worker()
        self._ordered = ticket.job or name
        self._in_pool = True

    def say(self, what: str, value: Any) -> None:
        """Push news to whoever asked."""
        self._worker.log_event(self._ticket.topic, (self._name, what, value))

    def is_unwanted(self) -> bool:
        """Whether nobody wants the task any more: it was cancelled, or all who asked have gone."""
        task = self._worker.state.tasks.get(self._name)
        return task is None or task.state == "cancelled"

    def rest(self) -> None:
        """Return when it is this task's turn, or when nobody wants it any more; who has once given way runs beside others."""
        if self._ordered not in _orders:
            return
        self._step_aside()
        with _told:
            while _orders.get(self._ordered) == "rest" and not self.is_unwanted():
                _told.wait(LOOK)

    def _step_aside(self) -> None:
        """Leave the worker's thread to another task."""
        if self._in_pool:
            from distributed import secede

            secede()
            self._in_pool = False

    def sweep(self, request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
        """Run a sweep of this job with the help of the other workers (an `Executor`)."""
        cluster = self._ticket.connect(self._worker.scheduler.address)
        if len(cluster.parts(request)) == 1:
            yield from request.run(built)
            return
        self._step_aside()  # this thread will mostly wait: let the worker take a part in its place
        yield from cluster.sweep(request, self._ticket.priority, self._ordered)
