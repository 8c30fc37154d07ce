"""Queues of background work: asked for twice runs once."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gdviz.errors import GdvizError
from gdviz.jobs.job import PROGRAM, USUAL, Asker, Job, Terms
from gdviz.jobs.worker_queue import WorkerQueue

QUEUES = {"preview": 0, "scene": 3, "curves": 5, "training": 10}
"""Name and niceness of the queues of a server."""

KEPT = 64
"""Finished jobs remembered."""

MOST = 60
"""Jobs of a visitor in a queue that have not ended; one more has failed before it waits."""

TICK = 0.25
"""Seconds between two looks at whose turn it is, and at what nobody wants any more."""


class Pool:
    """One queue for each kind of work: a long run in one never delays a short answer in another, nor one visitor another.

    Within a queue the visitors take turns (`gdviz.jobs.turns`). A job that does not outlive its tab is cancelled soon after the
    last who wanted it has gone.

    A job is a function of (its arguments, a `Report`). It runs in a worker, so the page keeps answering; it tells progress and
    partial results, and stops when it is cancelled. The same key asked for twice is one job. A worker that dies is replaced
    and its job tried once more; one that keeps its state goes on from there, as often as it gets further. The pool itself
    keeps nothing on disk.

    Parameters
    ----------
    queues : mapping of str to int
        Name, and how far its worker gives way to others (niceness): somebody waits for a scene, a long
        run can wait.
    make_queue : callable
        niceness -> a queue; `WorkerQueue`, worker processes of this machine, by default.
    clock : callable
    """

    def __init__(
        self,
        queues: Mapping[str, int] = MappingProxyType(QUEUES),
        make_queue: Callable[[int], Any] = WorkerQueue,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._queue_of: dict[str, WorkerQueue] = {}
        self._queues = {queue: make_queue(niceness) for queue, niceness in queues.items()}
        self._closed = False
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def warm(self, function: Callable[..., Any]) -> None:
        """Start the scene workers now with a job that imports what the first question will need."""
        for queue in ("preview", "scene"):
            if queue in self._queues:
                self._queues[queue].warm_call = pickle.dumps((function, ()))
                self.submit(queue, f"warm-{queue}", function)

    def submit(
        self,
        queue: str,
        key: str,
        function: Callable[..., Any],
        *arguments: Any,
        asker: Asker = PROGRAM,
        terms: Terms = USUAL,
    ) -> Job:
        """Run function(*arguments, report) in a worker; a job of the same key is joined instead.

        A failed or cancelled job of that key is forgotten and runs anew.

        Parameters
        ----------
        queue : str
        key : str
        function : callable
            Found by its module and name, like the arguments' classes; a page's own functions are not.
        asker : Asker
            Who wants it.
        terms : Terms
            What it may claim.

        Raises
        ------
        GdvizError
            If the pool is closed.
        """
        call = pickle.dumps((function, arguments))
        with self._lock:
            if self._closed:
                raise GdvizError("jobs: found the workers closed; start the program again.")
            job = self._jobs.get(key)
            if job is not None and job.state not in ("failed", "cancelled"):
                job.join(asker)
                return job
            self._jobs.pop(key, None)  # the newest job is the last
            job = self._jobs[key] = Job(key, call, self._queues[queue].stop, asker, terms, self._clock)
            self._queue_of[key] = self._queues[queue]
            self._forget_old()
            if (theirs := self._unfinished(queue, asker)) > MOST:
                job.end("failed", error=f"runs: found {theirs - 1} of yours that have not ended; at most {MOST} wait: stop one.")
            else:
                self._queues[queue].add(job)
            return job

    def find(self, key: str) -> Job | None:
        """The job of a key, if it is remembered."""
        return self._jobs.get(key)

    def forget(self, key: str) -> None:
        """Let a finished job of a key run anew when it is asked for again."""
        with self._lock:
            if key in self._jobs and self._jobs[key].finished:
                del self._jobs[key], self._queue_of[key]

    def ahead(self, key: str) -> list[Job] | None:
        """The jobs that come before a waiting one in its queue; None when the key's job does not wait."""
        with self._lock:
            job, queue = self._jobs.get(key), self._queue_of.get(key)
        return None if job is None or queue is None else queue.ahead(job)

    @property
    def pids(self) -> dict[str, int | None]:
        """Each queue's worker process, None where none runs."""
        return {name: queue.pid for name, queue in self._queues.items()}

    def close(self) -> None:
        """Cancel all jobs and end the workers; returns when they have gone."""
        self._ended.set()
        with self._lock:
            self._closed = True
        for queue in self._queues.values():
            queue.close()

    def tick(self) -> None:
        """Drop what nobody wants any more and what takes too long, and let the queues look whose turn it is."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if not job.finished]
        for job in jobs:
            if job.away and not job.terms.outlives:
                job.cancel()
            elif job.terms.limit is not None and job.ran > job.terms.limit:
                job.give_up(f"It had not ended after {job.terms.limit:g} seconds and was stopped.")
        for queue in self._queues.values():
            queue.tick()

    def _unfinished(self, queue: str, asker: Asker) -> int:
        """How many jobs of a queue a visitor has; the program itself may have any number."""
        theirs = [key for key, job in self._jobs.items() if not job.finished and asker.visitor in job.visitors]
        return 0 if asker == PROGRAM else sum(self._queue_of[key] is self._queues[queue] for key in theirs)

    def _watch(self) -> None:
        while not self._ended.wait(TICK):
            self.tick()

    def _forget_old(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[key], self._queue_of[key]
