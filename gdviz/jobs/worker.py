"""What runs inside a worker process: one job at a time, spoken to over stdin, answering over a pipe of its own.

A worker is a plain ``python -c`` process, not one of `multiprocessing`: that would import the parent's
main module again, and while a page runs Streamlit puts the page's script there, so the worker would run
the page. Its stdin closes when its parent ends, however that happens, and the worker ends with it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from gdviz.errors import GdvizError
from gdviz.plugin import load_named

if TYPE_CHECKING:
    from gdviz.sweep_request import Executor

SECONDS_BETWEEN_REPORTS = 0.05


class Cancelled(BaseException):
    """Raised inside a job that is no longer wanted. Not an Exception, so that no job swallows it."""


class JobReport:
    """A running job's way to speak.

    Parameters
    ----------
    send : callable
        Takes ("progress", share done), ("partial", bytes), ("left", seconds) and ("kept", share).
    unwanted : callable
        Whether the job has been cancelled.
    rest : callable
        Returns when it is the job's turn, or when it has been cancelled.

    Attributes
    ----------
    executor : Executor or None
        Runs the job's sweeps where others can help; None where there is nobody else.
    """

    executor: Executor | None = None

    def __init__(
        self, send: Callable[[str, Any], None], unwanted: Callable[[], bool], rest: Callable[[], None] = lambda: None
    ) -> None:
        self._send, self._unwanted, self._rest = send, unwanted, rest
        self._last = -SECONDS_BETWEEN_REPORTS

    @property
    def unwanted(self) -> bool:
        """Whether the job should stop; for a job that has something to put in order first."""
        return self._unwanted()

    def progress(self, done: float, seconds_left: float | None = None) -> None:
        """Say how far the job is (0 to 1), and how long it will take if it knows better than the share done tells.

        A long job rests here while others have their turn.

        Raises
        ------
        Cancelled
            When the job should stop.
        """
        self._rest()
        if self._unwanted():
            raise Cancelled
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_REPORTS or done >= 1:  # the end is always said
            self._last = now
            self._send("progress", float(done))
            if seconds_left is not None:
                self._send("left", float(seconds_left))

    def kept(self, done: float) -> None:
        """Say that this share of the job need not be done again when the worker is ended; 0 at first."""
        self._send("kept", float(done))

    def partial(self, data: bytes) -> None:
        """Publish an unfinished result; the newest one is kept."""
        self._send("partial", data)


def main(niceness: int = 0) -> None:
    """Serve jobs until the parent goes away, giving way to other processes by so much."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group; the parent decides
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what a job prints goes to the log, not between our messages
        _Worker(sys.stdin.buffer, out).serve()


class _Worker:
    """Reads orders on a thread of its own, so that a cancel arrives while a job runs."""

    def __init__(self, orders: BinaryIO, out: BinaryIO) -> None:
        self._orders, self._out = orders, out
        self._jobs: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._resting: set[int] = set()
        self._told = threading.Condition()

    def serve(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            number, call = self._jobs.get()
            report = JobReport(partial(self._send, number), partial(self._is_cancelled, number), partial(self._rest, number))
            self._send(number, *outcome(call, report))

    def _is_cancelled(self, number: int) -> bool:
        return number in self._cancelled

    def _rest(self, number: int) -> None:
        with self._told:
            self._told.wait_for(lambda: number not in self._resting or number in self._cancelled)

    def _listen(self) -> None:
        while True:
            try:
                order, number, call = pickle.load(self._orders)
            except Exception:  # the parent closed the pipe or ended, perhaps in the middle of a word
                os._exit(0)
            with self._told:
                if order == "run":
                    self._jobs.put((number, call))
                elif order == "cancel":
                    self._cancelled.add(number)
                elif order == "rest":
                    self._resting.add(number)
                else:
                    self._resting.discard(number)
                self._told.notify()

    def _send(self, number: int, what: str, value: Any) -> None:
        try:
            message = pickle.dumps((number, what, value))
        except Exception as error:
            message = pickle.dumps((number, "failed", unexpected(error)))
        try:
            self._out.write(message)
            self._out.flush()
        except OSError:  # nobody listens any more
            os._exit(0)


def outcome(call: bytes, report: JobReport) -> tuple[str, Any]:
    """Run a pickled (function, arguments): what became of it, and its result or the reason in one sentence."""
    try:
        load_named()  # before the pickle: it may hold what the reader's own file defines
        function, arguments = pickle.loads(call)
        report.progress(0.0)
        return "done", function(*arguments, report)
    except Cancelled:
        return "cancelled", None
    except GdvizError as error:
        return "failed", str(error)
    except Exception as error:
        traceback.print_exc()
        return "failed", unexpected(error)


def unexpected(error: Exception) -> str:
    """An accident in one sentence."""
    return f"The worker failed unexpectedly ({type(error).__name__}: {error})."
