"""The workers of a server on a Dask cluster: queues and a pool like those of one machine."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError
from gdviz.jobs.cluster import Cluster
from gdviz.jobs.job import Job
from gdviz.jobs.pool import QUEUES, Pool
from gdviz.jobs.seat import Seat
from gdviz.jobs.worker_queue import WorkerQueue
from gdviz.store import default_root

if TYPE_CHECKING:
    from distributed import Future

SETTING = "GDVIZ_SCHEDULER"
"""Environment variable with the scheduler's address, for pages and for commands without ``--scheduler``."""


class ClusterSeat(Seat):
    """A place on the cluster as its queue sees it: the scheduler finds a worker for each job, and another should that be lost."""

    def __init__(self, cluster: Cluster, niceness: int) -> None:
        super().__init__(niceness)
        self._cluster, self._priority = cluster, -niceness
        self._heard: SimpleQueue[tuple[int, str, Any] | None] = SimpleQueue()
        self._future: Future[Any] | None = None
        self._order = "go"

    def start(self) -> None:
        """Nothing to do: the workers are there."""

    def send(self, order: str, job: Job) -> None:
        """Give a job to the cluster, or tell its worker to let it "rest" or "go" on; a cancelled one stops at its next report."""
        if order == "run":
            self._run(job)
        elif order == "cancel":
            self._drop()
            self._heard.put((job.number, "cancelled", None))
        else:
            self._order = order
            self._tell()

    def listen(self, hear: Callable[[int, str, Any], bool]) -> bool:
        """Pass on what the worker says until `hear` says that it was the last word; False when it was dropped first."""
        while (message := self._heard.get()) is not None:
            if hear(*message):
                return True
        return False

    def give_way(self) -> None:
        """Let the job leave its worker's thread to others, and run beside them."""
        self.gives_way = True
        self._tell()

    def kill(self) -> None:
        """Drop the job: a worker that does not listen is free when it ends."""
        self._drop()
        self._heard.put(None)

    def end(self) -> None:
        """Drop the job."""
        self._drop()

    def _run(self, job: Job) -> None:
        heard: SimpleQueue[tuple[int, str, Any] | None] = SimpleQueue()
        self._heard, self._order, self.gives_way = heard, "go", False

        def settle(future: Future[Any]) -> None:
            heard.put((job.number, *self._cluster.answer(future)))

        try:
            self._future = self._cluster.submit(
                job.call, lambda what, value: heard.put((job.number, what, value)), self._priority
            )
        except GdvizError as error:
            heard.put((job.number, "failed", str(error)))
        else:
            self._future.add_done_callback(settle)

    def _tell(self) -> None:
        if self._future is not None:
            self._cluster.tell(str(self._future.key), self._order)

    def _drop(self) -> None:
        future, self._future = self._future, None
        if future is not None:
            with contextlib.suppress(Exception):  # a cluster that went away needs no telling
                future.cancel()


class ClusterQueue(WorkerQueue):
    """A queue as it is on one machine, with the same turns, but for as many jobs at once as the cluster has threads."""

    def __init__(self, cluster: Cluster, niceness: int = 0) -> None:
        super().__init__(niceness, partial(ClusterSeat, cluster))
        self._cluster = cluster

    def add(self, job: Job) -> None:
        """Let a job wait for its turn."""
        with contextlib.suppress(Exception):  # a cluster that went away is noticed by the job
            self._turns.width = max(1, self._cluster.threads())
        super().add(job)

    def ahead(self, job: Job) -> list[Job] | None:
        """The jobs that a waiting one waits for; those of this queue are over when it waits for a worker alone."""
        ahead = super().ahead(job)
        return [] if ahead is None and job.state == "waiting" else ahead

    def _begins(self, seat: Seat, job: Job) -> bool:
        return seat.job is job and not job.finished  # it has begun when its worker says so

    def _hear(self, seat: Seat, job: Job, number: int, what: str, value: object) -> bool:
        if what != "begun":
            return super()._hear(seat, job, number, what, value)
        if number == job.number and seat.job is job:
            job.begin()
        return False


class ClusterPool(Pool):
    """A pool whose queues lead to a cluster; jobs find what they keep in the store, a folder that all machines share.

    Raises
    ------
    GdvizError
        As for `Cluster`, or if the store cannot be written.
    """

    def __init__(self, address: str, queues: Mapping[str, int] = MappingProxyType(QUEUES)) -> None:
        self._cluster = Cluster(address)
        self._mark = default_root() / f".shared-{uuid.uuid4().hex}"  # workers look for it in their store
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            self._mark.touch()
        except OSError as error:
            self._cluster.close()
            raise GdvizError(f"store: found {error.strerror} at {default_root()}; set GDVIZ_STORE to another folder.") from None
        self._cluster.ticket = replace(self._cluster.ticket, shared=self._mark.name)
        super().__init__(queues, partial(ClusterQueue, self._cluster))

    def close(self) -> None:
        super().close()
        self._cluster.close()
        with contextlib.suppress(OSError):
            self._mark.unlink(missing_ok=True)


def scheduler_setting() -> str | None:
    """The scheduler's address in the environment, None where there is none."""
    return os.environ.get(SETTING) or None


def make_pool() -> Pool:
    """The workers of a server: those of the cluster that GDVIZ_SCHEDULER names, or processes of this machine."""
    address = scheduler_setting()
    return ClusterPool(address) if address else Pool()
