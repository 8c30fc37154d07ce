"""One worker process and the queue before it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections import deque

from gdviz.jobs.job import Job

GRACE = 1.0
"""Seconds that a cancelled job has to notice before its worker is ended."""

TRIES = 2
"""A job whose worker is ended from outside is tried once more."""

TRIES_OF_KEEPERS = 5
"""Tries of a job that goes on from what it kept; counted anew whenever it has kept more."""


class WorkerQueue:
    """Runs jobs one after another in a worker process, which it starts when needed and replaces when it dies.

    A thread waits for the worker's messages; nothing else touches the worker but to write to it or end it.

    Parameters
    ----------
    niceness : int
        How far the worker gives way to the page and to other queues.
    """

    def __init__(self, niceness: int = 0) -> None:
        self._niceness = niceness
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        with self._changed:
            self._waiting.append(job)
            self._changed.notify()

    def stop(self, job: Job) -> None:
        """Free the worker of a cancelled job: ask, and end the process if it does not answer in time."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
            elif job is self._current:
                self._send("cancel", job)
                timer = threading.Timer(GRACE, self._end_worker_of, (job,))
                timer.daemon = True
                timer.start()

    def ahead(self, job: Job) -> list[Job] | None:
        """The jobs that come before a waiting one, the running one first; None for a job that does not wait."""
        with self._changed:
            if job not in self._waiting:
                return None
            running = [self._current] if self._current is not None and not self._current.finished else []
            return running + list(self._waiting)[: self._waiting.index(job)]

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        worker = self._worker
        return worker.pid if worker is not None and worker.poll() is None else None

    def close(self) -> None:
        """End the worker and wait until it has gone."""
        with self._changed:
            self._closed = True
            jobs = [*self._waiting, *([self._current] if self._current else [])]
            self._waiting.clear()
            if self._worker is not None:
                self._worker.kill()
            self._changed.notify()
        for job in jobs:
            job.end("cancelled")
        self._thread.join()

    # ------------------------------------------------------------------ on the queue's thread
    def _serve(self) -> None:
        while job := self._next():
            while job.begin():
                answered = self._run(job)
                if not answered and self._closed:
                    job.end("cancelled")
                elif not answered and job.tries >= (TRIES_OF_KEEPERS if job.keeps else TRIES):
                    often = f"{job.tries} times without getting any further" if job.keeps else "twice"
                    job.end("failed", error=f"The worker process was ended from outside {often}; ask again.")
            job.call = b""
            with self._changed:
                self._current = None
        self._bury()

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._current = None if self._closed else self._waiting.popleft()
            return self._current

    def _run(self, job: Job) -> bool:
        """Hand the job to the worker and pass on what it says; False when the worker died first."""
        with self._changed:
            if self._closed:
                return False
            if self.pid is None:
                self._bury()
                try:
                    self._worker = _start(self._niceness)
                except OSError as error:
                    job.end("failed", error=f"No worker process could be started ({error.strerror}).")
                    return True
            worker = self._worker
            assert worker is not None and worker.stdout is not None
            self._send("run", job)
        while True:
            try:
                number, what, value = pickle.load(worker.stdout)
            except Exception:  # it died, perhaps in the middle of a word
                self._bury()
                return False
            if number == job.number and job.hear(what, value):
                return True

    def _send(self, order: str, job: Job) -> None:
        worker = self._worker
        if worker is not None and worker.stdin is not None:
            with contextlib.suppress(OSError):  # a dead worker is noticed by whoever listens to it
                pickle.dump((order, job.number, job.call), worker.stdin)
                worker.stdin.flush()

    def _end_worker_of(self, job: Job) -> None:
        with self._changed:
            if self._current is job and self._worker is not None:
                self._worker.kill()
                self._worker.wait()

    def _bury(self) -> None:
        """Make sure that the worker has ended, and leave no zombie and no open pipe."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        for pipe in (worker.stdin, worker.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe is not None else None
        worker.wait()


def _start(niceness: int) -> subprocess.Popen[bytes]:
    """A worker that finds modules where this process does, computes on one thread, and has no window of its own."""
    places = [str(place) for place in sys.path]
    code = f"import sys; sys.path[:] = {places!r}; from gdviz.jobs.worker import main; main({niceness})"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows only
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, env=environment, creationflags=flags)
