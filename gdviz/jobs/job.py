"""A piece of background work as the page sees it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

State = Literal["waiting", "running", "done", "failed", "cancelled"]

_numbers = itertools.count(1)


class Job:
    """One call of a function in a worker; made by `Pool.submit`.

    Attributes
    ----------
    key : str
    number : int
        Unique in this process: what worker and queue call the job.
    state : {"waiting", "running", "done", "failed", "cancelled"}
        The last three are final. A job whose worker was ended from outside stays "running" while it is
        tried again.
    tries : int
        How often it has begun since it last kept something.
    progress : float or None
        Share done; None before the first report.
    partial : bytes or None
        The newest unfinished result; None again when the job is done.
    result
        What the function returned, when `state` is "done".
    error : str or None
        Why the job failed, in one sentence.
    """

    def __init__(self, key: str, call: bytes, stop: Callable[[Job], None]) -> None:
        self.key, self.number, self.call = key, next(_numbers), call
        self.state: State = "waiting"
        self.progress: float | None = None
        self.partial: bytes | None = None
        self.result: Any = None
        self.error: str | None = None
        self.tries = 0
        self._kept: float | None = None
        self._left: tuple[float, float] | None = None
        self._began = time.monotonic()
        self._stop = stop
        self._lock = threading.Lock()
        self._over = threading.Event()

    @property
    def finished(self) -> bool:
        return self._over.is_set()

    @property
    def seconds_left(self) -> float | None:
        """Time left, as the job says itself or from the share done so far; None while it is unknown."""
        if self._left is not None:
            at, left = self._left
            return max(0.0, left - (time.monotonic() - at))
        done = self.progress
        if not done or done < 0.02:
            return None
        return (time.monotonic() - self._began) * (1 - done) / done

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; True when finished."""
        return self._over.wait(seconds)

    def cancel(self) -> None:
        """Stop the job. It counts as cancelled at once; its worker is free within about a second."""
        if self.end("cancelled"):
            self._stop(self)

    @property
    def keeps(self) -> bool:
        """Whether the job has said that it goes on from what it keeps when its worker is ended."""
        return self._kept is not None

    # ------------------------------------------------------------------ for the queue
    def begin(self) -> bool:
        """Count a try; False when the job is no longer wanted."""
        with self._lock:
            if self.finished:
                return False
            self.tries += 1
            self.state, self.progress, self._began, self._left = "running", None, time.monotonic(), None
            return True

    def hear(self, what: str, value: Any) -> bool:
        """Take a worker's message; True when it was the last one."""
        if what == "progress":
            self.progress = value
        elif what == "left":
            self._left = None if value is None else (time.monotonic(), value)
        elif what == "kept":
            if self._kept is not None and value > self._kept:
                self.tries = 1  # what was done before need not be done again: the deaths so far do not count
            self._kept = max(value, self._kept or 0.0)
        elif what == "partial":
            if not self.finished:
                self.partial = value
        elif what == "done":
            self.end("done", result=value)
        else:
            self.end("failed" if what == "failed" else "cancelled", error=value)
        return what not in ("progress", "partial", "left", "kept")

    def end(self, state: State, *, result: Any = None, error: str | None = None) -> bool:
        """Settle the job, once; False when it was settled before."""
        with self._lock:
            if self.finished:
                return False
            self.result, self.error, self.state = result, error, state
            if state == "done":
                self.partial = None
            self._over.set()
            return True
