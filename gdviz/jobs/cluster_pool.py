"""The workers of a server on a Dask cluster: queues and a pool like those of one machine."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError
from gdviz.jobs.cluster import Cluster
from gdviz.jobs.job import Job
from gdviz.jobs.pool import QUEUES, Pool
from gdviz.store import default_root

if TYPE_CHECKING:
    from distributed import Future

SETTING = "GDVIZ_SCHEDULER"
"""Environment variable with the scheduler's address, for pages and for commands without ``--scheduler``."""


class ClusterQueue:
    """Runs jobs on the cluster: the interface of `gdviz.jobs.worker_queue.WorkerQueue`, but as many at once as there are workers.

    A job whose worker is lost runs again on another one; the scheduler gives it up after a few such losses.
    A job that does not listen cannot be ended from here: it counts as cancelled and its worker is free when it ends.
    """

    pid: int | None = None
    """No process of this machine."""

    def __init__(self, cluster: Cluster, niceness: int = 0) -> None:
        self._cluster, self._niceness = cluster, niceness
        self._lock = threading.Lock()
        self._running: dict[Job, Future[Any]] = {}

    def add(self, job: Job) -> None:
        """Send a job to the cluster."""

        def listen(what: str, value: Any) -> None:
            if what == "begun":
                job.begin()
            elif not job.finished:
                job.hear(what, value)

        try:
            future = self._cluster.submit(job.call, listen, -self._niceness)
        except GdvizError as error:
            job.end("failed", error=str(error))
            return
        with self._lock:
            self._running[job] = future
        future.add_done_callback(lambda future: self._settle(job, future))

    def stop(self, job: Job) -> None:
        """Free the worker of a cancelled job: it stops at its next report."""
        with self._lock:
            future = self._running.pop(job, None)
        if future is not None:
            with contextlib.suppress(Exception):  # a cluster that went away needs no telling
                future.cancel()

    def ahead(self, job: Job) -> list[Job] | None:
        """The jobs of this queue that were sent before a waiting one; None for a job that does not wait."""
        with self._lock:
            jobs = list(self._running)
        if job not in jobs or job.state != "waiting":
            return None
        return [other for other in jobs[: jobs.index(job)] if not other.finished]

    def tick(self) -> None:
        """Nothing to do: the scheduler shares out the workers."""

    def close(self) -> None:
        """Cancel all jobs."""
        with self._lock:
            jobs = list(self._running)
        for job in jobs:
            job.cancel()

    def _settle(self, job: Job, future: Future[Any]) -> None:
        with self._lock:
            self._running.pop(job, None)
        if not job.finished:
            job.hear(*self._cluster.answer(future))
        job.call = b""


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
