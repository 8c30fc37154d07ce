"""Calls that run beside each other on the cores of this machine: on threads, since torch lets go of Python's lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MOST = 2
"""Cores that one question takes of a server which others use too."""

TICK = 0.05
"""Seconds between two words with whoever wants the work."""


class Pending(Protocol[T_co]):
    """A call that was asked for."""

    def result(self) -> T_co:
        """What it gives, waited for. Raises what it raised."""

    def wait(self) -> bool:
        """Wait a little; True when it has ended."""


class Start(Protocol):
    """Asks for a call."""

    def __call__(self, call: Callable[..., T], *arguments: object) -> Pending[T]: ...


class Later(Generic[T]):
    """A call that runs when its result is asked for: one core, nothing beside it."""

    def __init__(self, call: Callable[..., T], *arguments: object) -> None:
        self._call, self._arguments = call, arguments
        self._made: list[T] = []

    def result(self) -> T:
        if not self._made:
            self._made.append(self._call(*self._arguments))
        return self._made[0]

    def wait(self) -> bool:
        return True


def at_hand() -> int:
    """How many cores one question may take."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, known)


class Cores:
    """Calls begin in the order in which they were asked for, as many at once as there are cores.

    What runs calls `heed` often. Whoever asked calls `rest_while` often: everything rests while that does, and leaving the `with`
    block drops what has not begun and ends what runs at its next `heed`, without waiting for it.

    Parameters
    ----------
    count : int
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="core")
        self._awake, self._closed = threading.Event(), False
        self._awake.set()
        self._ask: Callable[[], None] = lambda: None

    def start(self, call: Callable[..., T], *arguments: object) -> Pending[T]:
        """Ask for a call."""
        return _Running(self, self._threads.submit(call, *arguments))

    def heed(self, *_: object) -> None:
        """Called by what runs: waits while whoever wants it rests; raises CancelledError when nobody wants it any more."""
        self._awake.wait()
        if self._closed:
            raise CancelledError

    def rest_while(self, ask: Callable[[], None]) -> None:
        """Ask whoever wants the work, now and whenever a result is waited for: nothing goes on until the answer is there.

        Raises
        ------
        BaseException
            What `ask` raises.
        """
        self._ask = ask
        self._awake.clear()
        try:
            ask()
        finally:
            self._awake.set()

    def ask_again(self) -> None:
        """Ask what was asked last."""
        self.rest_while(self._ask)

    def __enter__(self) -> Cores:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._awake.set()
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Running(Generic[T]):
    """A call on a core; whoever waits for it asks meanwhile whether it is still wanted."""

    def __init__(self, cores: Cores, future: Future[T]) -> None:
        self._cores, self._future = cores, future

    def wait(self) -> bool:
        if wait([self._future], TICK).done:
            return True
        self._cores.ask_again()
        return False

    def result(self) -> T:
        while not self.wait():
            pass
        return self._future.result()
