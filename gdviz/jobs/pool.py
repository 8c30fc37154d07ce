"""One warm worker process per lane, and jobs that report to a folder.

A job is a function of (its arguments, a `Report`). It runs in a worker process, so the page keeps
answering; it tells progress and partial results by files in its own folder and stops when its cancel
file appears. The same key asked for twice is one job. A killed worker is replaced and its job is tried
once more.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from gdviz.errors import GdvizError

KEPT = 64
"""Finished jobs remembered."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Cancelled(Exception):
    """Raised inside a worker when its job is no longer wanted."""


class Report:
    """A running job's way to speak: used inside the worker.

    Parameters
    ----------
    folder : str
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._last = 0.0

    def progress(self, done: float) -> None:
        """Say how far the job is (0 to 1); raises `Cancelled` when it should stop."""
        now = time.monotonic()
        if now - self._last < 0.05:
            return
        self._last = now
        if (self._folder / "cancel").exists():
            raise Cancelled
        _replace(self._folder / "progress", f"{done:.4f}".encode())

    def partial(self, data: bytes) -> None:
        """Publish an unfinished result; the newest one is kept."""
        _replace(self._folder / "partial", data)


class Job:
    """A piece of background work as the page sees it."""

    def __init__(self, key: str, folder: Path) -> None:
        self.key, self.folder, self.started = key, folder, time.monotonic()
        self._future: Future[Any] | None = None
        self._tries = 0

    @property
    def state(self) -> State:
        """Where the job stands."""
        future = self._future
        if future is None or not (future.done() or self.progress is not None or future.running()):
            return "waiting"
        if not future.done():
            return "running"
        if future.cancelled() or isinstance(future.exception(), Cancelled):
            return "cancelled"
        return "failed" if future.exception() else "done"

    @property
    def finished(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    @property
    def progress(self) -> float | None:
        """Share done, or None before the first report."""
        with contextlib.suppress(OSError, ValueError):
            return float((self.folder / "progress").read_text())
        return None

    @property
    def seconds_left(self) -> float | None:
        """Time left, from the share done so far; None while it is unknown."""
        done = self.progress
        if not done or done < 0.02:
            return None
        return (time.monotonic() - self.started) * (1 - done) / done

    @property
    def partial(self) -> bytes | None:
        """The newest unfinished result."""
        with contextlib.suppress(OSError):
            return (self.folder / "partial").read_bytes()
        return None

    @property
    def result(self) -> Any:
        """What the function returned; only when `state` is done."""
        assert self._future is not None
        return self._future.result(timeout=0)

    @property
    def error(self) -> str | None:
        """Why the job failed, in one sentence."""
        if self.state != "failed" or self._future is None:
            return None
        error = self._future.exception()
        if isinstance(error, GdvizError):
            return str(error)
        if isinstance(error, BrokenProcessPool):
            return "The worker process was ended from outside twice; ask again."
        return f"The worker failed unexpectedly ({type(error).__name__}: {error})."

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; True when finished."""
        end = time.monotonic() + seconds
        while not self.finished and time.monotonic() < end:
            time.sleep(0.01)
        return self.finished

    def cancel(self) -> None:
        """Ask the job to stop; it does at its next report, well within two seconds."""
        with contextlib.suppress(OSError):
            (self.folder / "cancel").touch()
        if self._future is not None:
            self._future.cancel()


class Pool:
    """Lanes of worker processes: a long run in one lane never delays a short answer in another.

    Parameters
    ----------
    lanes : tuple of str
    """

    def __init__(self, lanes: tuple[str, ...] = ("preview", "scene", "curves")) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gdviz-jobs-"))
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._executors = {lane: _executor() for lane in lanes}

    def warm(self) -> None:
        """Start the scene workers now, so that the first question meets one that has imported torch."""
        with _no_main_module():
            for lane in ("preview", "scene"):
                if lane in self._executors:
                    self._executors[lane].submit(_warm)

    def submit(self, lane: str, key: str, function: Callable[..., Any], *arguments: Any) -> Job:
        """Run function(*arguments, report) in a worker; a job of the same key is joined instead.

        A failed or cancelled job of that key is forgotten and runs anew.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.state not in ("failed", "cancelled"):
                return job
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            job = self._jobs[key] = Job(key, folder)
            self._start(job, lane, function, arguments)
            self._forget_old()
            return job

    def find(self, key: str) -> Job | None:
        """The job of a key, if it is remembered."""
        return self._jobs.get(key)

    def close(self) -> None:
        """End the workers and remove the jobs' folder."""
        for job in list(self._jobs.values()):
            job.cancel()
        for executor in self._executors.values():
            executor.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, job: Job, lane: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        job._tries += 1
        with _no_main_module():
            try:
                job._future = self._executors[lane].submit(_run, str(job.folder), function, arguments)
            except BrokenProcessPool:
                self._executors[lane] = _executor()
                job._future = self._executors[lane].submit(_run, str(job.folder), function, arguments)

        def retry(future: Future[Any]) -> None:
            if future.cancelled() or not isinstance(future.exception(), BrokenProcessPool) or job._tries > 1:
                return
            with self._lock:
                self._executors[lane] = _executor()
                self._start(job, lane, function, arguments)

        job._future.add_done_callback(retry)

    def _forget_old(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(self._jobs) - KEPT)]:
            shutil.rmtree(self._jobs.pop(key).folder, ignore_errors=True)


def _executor() -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_begin, initargs=(os.getpid(),))


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """Hide the main module while a worker starts.

    A spawned process imports its parent's main module again, and while a page runs Streamlit puts the
    page's script there: the worker would run the page.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(parent: int) -> None:
    """In a new worker: low priority, one thread, and an end when the server ends."""
    with contextlib.suppress(OSError):
        os.nice(5)

    def leave_with_parent() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
    import torch

    torch.set_num_threads(1)


def _warm() -> None:
    import gdviz.experiment  # noqa: F401


def _run(folder: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    report = Report(folder)
    report.progress(0.0)
    return function(*arguments, report)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_bytes(data)
    os.replace(temporary, path)
