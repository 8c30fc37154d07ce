"""A piece of background work as the page sees it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["waiting", "running", "done", "failed", "cancelled"]

AWAY = 10.0
"""Seconds after which somebody who has not looked at a job counts as gone."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Asker:
    """Who wants a job: a visitor, which of their tabs, and the address from where they ask, where that tells visitors apart."""

    visitor: str = ""
    session: str = ""
    address: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """Where they ask from. Whoever comes with a new cookie each time is many visitors, at one place."""
        return self.address or self.visitor


PROGRAM = Asker()
"""The program itself, as for a command line; it never goes away."""


@dataclass(frozen=True)
class Terms:
    """What a job may claim of a server that others use too.

    Attributes
    ----------
    patience : float
        Seconds of its run for which others wait; then it counts as long and gives way. 0 for what is known to be long.
    outlives : bool
        Whether it goes on when nobody looks at it any more.
    limit : float or None
        Seconds of its run after which it is given up.
    """

    patience: float = 10.0
    outlives: bool = True
    limit: float | None = None


USUAL = Terms()


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
    terms : Terms
    resting : bool
        It has begun, and lets others go first for now.
    """

    def __init__(
        self,
        key: str,
        call: bytes,
        stop: Callable[[Job], None],
        asker: Asker = PROGRAM,
        terms: Terms = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.key, self.number, self.call, self.terms = key, next(_numbers), call, terms
        self.state: State = "waiting"
        self.progress: float | None = None
        self.partial: bytes | None = None
        self.result: Any = None
        self.error: str | None = None
        self.tries = 0
        self.resting = False
        self._clock, self._looks = clock, {asker: clock()}
        self._kept: float | None = None
        self._left: tuple[float, float] | None = None
        self._ran = 0.0  # seconds until its last rest
        self._since: float | None = None  # when it began, or went on
        self._startup = 0.0  # seconds until it was first heard of: its worker may have had to start
        self._gave_way = False
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
            return max(0.0, left - (self.ran - at))
        done = self.progress
        if not done or done < 0.02:
            return None
        return self.ran * (1 - done) / done

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

    # ------------------------------------------------------------------ who wants it
    def join(self, asker: Asker) -> None:
        """Somebody wants it too."""
        with self._lock:
            self._looks = {**self._looks, asker: self._clock()}

    def look(self, asker: Asker) -> None:
        """Somebody looks at it; that counts if they want it."""
        if asker.visitor in self.visitors:
            self.join(asker)

    def leave(self, asker: Asker) -> None:
        """A tab no longer wants it: it is cancelled if nobody else does."""
        self._without({other for other in self.askers if other == asker})

    def withdraw(self, visitor: str) -> None:
        """A visitor no longer wants it, in whatever tab: it is cancelled if nobody else does."""
        self._without({asker for asker in self.askers if asker.visitor == visitor})

    def _without(self, askers: set[Asker]) -> None:
        with self._lock:
            others = {asker: at for asker, at in self._looks.items() if asker not in askers}
            self._looks = others or self._looks  # so that there is always somebody for whom it runs
        if askers and not others:
            self.cancel()

    @property
    def askers(self) -> frozenset[Asker]:
        return frozenset(self._looks)

    @property
    def visitors(self) -> frozenset[str]:
        """Those who want it; never none."""
        return frozenset(asker.visitor for asker in self.askers)

    @property
    def places(self) -> frozenset[str]:
        """Where those are who want it."""
        return frozenset(asker.place for asker in self.askers)

    @property
    def away(self) -> bool:
        """Whether nobody has looked at it for a while."""
        looks = dict(self._looks)
        return PROGRAM not in looks and self._clock() - max(looks.values()) > AWAY

    @property
    def ran(self) -> float:
        """Seconds that it has run, its rests left out."""
        since = self._since
        return self._ran + (0.0 if since is None else self._clock() - since)

    @property
    def long(self) -> bool:
        """Whether it gives way to others."""
        return self.known_long or (self.progress is not None and self.ran - self._startup >= self.terms.patience)

    @property
    def known_long(self) -> bool:
        """Whether it is known to be long before it begins."""
        return self._gave_way or self.terms.patience <= 0

    # ------------------------------------------------------------------ for the queue
    def begin(self) -> bool:
        """Count a try; False when the job is no longer wanted."""
        with self._lock:
            if self.finished:
                return False
            self.tries += 1
            self.state, self.progress, self._left = "running", None, None
            self._ran, self._since = 0.0, None if self.resting else self._clock()
            return True

    def rest(self, resting: bool) -> None:
        """Stop or go on counting the time that it runs."""
        with self._lock:
            if resting != self.resting and self.state == "running":
                self._ran, self._since = self.ran, None if resting else self._clock()
            self.resting = resting

    def put_back(self) -> None:
        """It waits again, as a long one, and this try did not count."""
        with self._lock:
            if not self.finished:
                self.tries, self._gave_way, self.resting = self.tries - 1, True, False
                self.state, self.progress, self._left = "waiting", None, None
                self._ran, self._since = 0.0, None

    def give_up(self, why: str) -> None:
        """End it as failed, in one sentence."""
        if self.end("failed", error=why):
            self._stop(self)

    def hear(self, what: str, value: Any) -> bool:
        """Take a worker's message; True when it was the last one."""
        if what == "progress":
            if self.progress is None:
                self._startup = self.ran
            self.progress = value
        elif what == "left":
            self._left = None if value is None else (self.ran, value)
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
