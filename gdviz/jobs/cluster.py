"""A Dask cluster as the place where tasks and the parts of sweeps run: beyond one machine.

Only supported means of `distributed` are used: tasks, their priorities and cancellation, and event topics for
news. Nothing waits on the scheduler: a task's news is pushed to the subscribed servers, and whether it is still
wanted is known by the worker it runs on.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import re
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.jobs.cluster_worker import Ticket, our_versions, run_part, run_task, take_order
from gdviz.jobs.worker import unexpected

if TYPE_CHECKING:
    import numpy as np
    from distributed import Client, Future

    from gdviz.experiment import Built
    from gdviz.progress import Progress
    from gdviz.sweep import Chunk
    from gdviz.sweep_request import SweepRequest

PATIENCE = 4.0
"""Seconds in which a scheduler has to answer, and then a worker to be there."""

SECONDS_BETWEEN_LOOKS = 0.1

PARTS_A_THREAD = 2
"""A sweep is cut into at least so many parts for each thread of the cluster, if it has enough particles."""

_ADDRESS = re.compile(r"(tcp|tls|wss?|ucxx?)://\S+:\d{1,5}|inproc://\S+")

Listener = Callable[[str, Any], None]
"""Takes what a task says: ("progress", share done) and the like."""


class Cluster:
    """The connection of this process to a Dask scheduler.

    Parameters
    ----------
    address : str
        As in ``tcp://host:8786``.

    Raises
    ------
    GdvizError
        If `distributed` is not installed, nothing answers there, or there is no worker.
    """

    def __init__(self, address: str) -> None:
        if not _ADDRESS.fullmatch(address):
            raise GdvizError(f"scheduler: found {shown(address)}; allowed: an address such as tcp://HOST:8786.")
        self.address = address
        self._lock = threading.Lock()
        self._listeners: dict[str, Listener] = {}
        # Machines are few, so the scheduler, which remembers every topic, never has many.
        self.ticket = Ticket(f"gdviz-{socket.gethostname()}", our_versions(), connected)
        self._client = self._connected()
        self._teller = ThreadPoolExecutor(1, "gdviz-orders")

    @property
    def client(self) -> Client:
        """The connection, made anew where it was lost.

        Raises
        ------
        GdvizError
            If the scheduler does not answer.
        """
        with self._lock:
            if self._client.status != "running":
                self._client = self._connected()
            return self._client

    def threads(self) -> int:
        """How many tasks the workers run at a time."""
        return sum(self.client.nthreads().values())

    def tell(self, name: str, order: str) -> None:
        """Tell a task, and the parts of its sweeps, to let others go first ("rest"), or to "go" on; soon, not at once."""

        def call() -> None:
            with contextlib.suppress(Exception):  # a cluster that went away needs no telling
                self.client.run(take_order, name, order, on_error="ignore")

        with contextlib.suppress(RuntimeError):  # this process ends
            self._teller.submit(call)

    def submit(self, call: bytes, listener: Listener, priority: int = 0, job: str | None = None) -> Future[Any]:
        """Run a pickled (function, arguments) as function(*arguments, report) and pass on what it reports.

        It runs again on another worker when its own is lost. Read the answer with `answer`. What is a part of another task gives
        way with it.
        """
        client, name = self.client, f"gdviz-{uuid.uuid4().hex}"
        self._listeners[name] = listener
        ticket = replace(self.ticket, priority=priority, job=job)
        future = client.submit(run_task, call, ticket, name, key=name, pure=False, priority=priority)
        future.add_done_callback(lambda _: self._listeners.pop(name, None))
        return future

    def answer(self, future: Future[Any]) -> tuple[str, Any]:
        """What became of a task that is over: ("done", value), ("failed", why) or ("cancelled", None)."""
        try:
            return pickle.loads(future.result())
        except Exception as error:
            return "failed", self._accident(error)

    def _accident(self, error: Exception) -> str:
        kind = type(error).__name__
        if kind == "KilledWorker":
            return "The workers that ran this were ended from outside, one after the other; ask again."
        if "Cancelled" in kind:
            return f"The cluster at {self.address} went away while this ran; ask again."
        if isinstance(error, ModuleNotFoundError):
            return f"scheduler: found a worker without {error.name}; install gdviz in the same version on every machine."
        return unexpected(error)

    def close(self) -> None:
        """Leave the cluster; it drops what this process still wanted."""
        self._teller.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ sweeps
    def parts(self, request: SweepRequest) -> list[SweepRequest]:
        """A sweep in enough parts for all workers."""
        return request.parts(PARTS_A_THREAD * max(1, self.threads()))

    def executor(self, request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
        """Run a sweep on the workers (an `Executor`)."""
        return self.sweep(request)

    def sweep(self, request: SweepRequest, priority: int = 0, job: str | None = None) -> Iterator[Progress | Chunk]:
        """Run a sweep's parts on the workers, its chunks in particle order; of a job that gives way, not more than are needed."""
        from gdviz.progress import Progress

        parts = self.parts(request)
        ahead = len(parts) if job is None else PARTS_A_THREAD * max(1, self.threads())
        done, news = [0.0] * len(parts), threading.Event()
        futures: list[Future[Any]] = []

        def listener(k: int) -> Listener:
            def listen(what: str, value: Any) -> None:
                if what == "progress":
                    done[k] = value

            return listen

        try:
            for k in range(len(parts)):
                for more in range(len(futures), min(k + ahead, len(parts))):
                    call = pickle.dumps((run_part, (parts[more],)))
                    futures.append(self.submit(call, listener(more), priority, job))
                    futures[more].add_done_callback(lambda _: news.set())
                future = futures[k]
                while not future.done():
                    news.wait(SECONDS_BETWEEN_LOOKS)
                    news.clear()
                    finished = sum(d * part.options.particles for d, part in zip(done, parts, strict=True))
                    yield Progress(finished / request.options.particles)
                what, value = self.answer(future)
                future.release()
                if what != "done":
                    raise GdvizError(value or f"The cluster at {self.address} dropped this run; ask again.")
                done[k] = 1.0
                yield _chunk(*value)
        finally:
            for future in futures:
                with contextlib.suppress(Exception):  # a cluster that went away needs no telling
                    future.cancel()

    # ------------------------------------------------------------------ the connection
    def _connected(self) -> Client:
        try:
            from distributed import Client
        except ImportError:
            raise GdvizError("scheduler: found no package distributed; pip install 'gdviz[cluster]' brings it.") from None
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what goes wrong is said in our own words
        try:
            client = Client(self.address, timeout=PATIENCE, set_as_default=False, name="gdviz")
        except Exception:
            raise GdvizError(
                f"scheduler: found no Dask scheduler at {self.address} within {PATIENCE:g} seconds; "
                "start one with `dask scheduler`, or leave the address out to compute here."
            ) from None
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except Exception:
            client.close(timeout=2)
            raise GdvizError(
                f"scheduler: found no worker at {self.address}; start one with `dask worker {self.address}`."
            ) from None
        client.subscribe_topic(self.ticket.topic, self._hear)
        return client

    def _hear(self, event: tuple[float, Any]) -> None:
        _, (name, what, value) = event
        listener = self._listeners.get(name)  # other programs of this machine listen to the same topic
        if listener is not None:
            listener(what, value)


@lru_cache(maxsize=1)
def connected(address: str) -> Cluster:
    """A worker as a client of its own cluster: one connection for all the jobs that it will run."""
    return Cluster(address)


def _chunk(first: int, x: np.ndarray, readings: dict[str, np.ndarray]) -> Chunk:
    """What `run_part` sent."""
    import torch

    from gdviz.sweep import Chunk

    # Copies, for torch warns of arrays that it may not write to.
    return Chunk(first, torch.from_numpy(x.copy()), {name: torch.from_numpy(a.copy()) for name, a in readings.items()})
