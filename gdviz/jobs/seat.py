"""A worker process as its queue sees it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from gdviz.jobs.job import Job

LONG_NICENESS = 5
"""How much further than its queue a worker gives way that runs a long job beside others."""


class Seat:
    """A worker process, or the place of one: it is started when it is needed and replaced when it dies.

    Attributes
    ----------
    job : Job or None
        What it was given; None while it is free.
    free_since : float
    gives_way : bool
        Whether its process has been made to give way, which cannot be taken back.
    """

    def __init__(self, niceness: int) -> None:
        self.job: Job | None = None
        self.free_since = time.monotonic()
        self.gives_way = False
        self._niceness = niceness
        self._worker: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        worker = self._worker
        return worker.pid if worker is not None and worker.poll() is None else None

    def start(self) -> None:
        """Make sure that there is a process.

        Raises
        ------
        OSError
            If the system refuses.
        """
        if self.pid is None:
            self.end()
            self._worker, self.gives_way = _start(self._niceness), False

    def send(self, order: str, job: Job) -> None:
        """Tell the worker to "run", "cancel" or "rest" a job, or to let it "go" on."""
        worker = self._worker
        if worker is not None and worker.stdin is not None:
            with contextlib.suppress(OSError):  # a dead worker is noticed by whoever listens to it
                pickle.dump((order, job.number, job.call if order == "run" else b""), worker.stdin)
                worker.stdin.flush()

    def listen(self, hear: Callable[[int, str, Any], bool]) -> bool:
        """Pass on what the worker says until `hear` says that it was the last word; False when the worker died first."""
        worker = self._worker
        if worker is None or worker.stdout is None:
            return False
        while True:
            try:
                message = pickle.load(worker.stdout)
            except Exception:  # it died, perhaps in the middle of a word
                return False
            if hear(*message):
                return True

    def give_way(self) -> None:
        """Let the process give way to others, as far as the system has such a thing."""
        pid = self.pid
        if pid is not None and not self.gives_way:
            self.gives_way = True
            with contextlib.suppress(OSError, AttributeError):
                os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + LONG_NICENESS)

    def kill(self) -> None:
        """End the process; whoever listens to it notices."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()

    def end(self) -> None:
        """Make sure that the process has ended, and leave no zombie and no open pipe."""
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
