"""What an attempt may end in: an object, or one short sentence. Anything else is kept to be shown."""

from __future__ import annotations

import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gdviz.errors import MAX_SENTENCE, GdvizError

PATIENCE = 60
"""Seconds after which an attempt counts as hung, where the system has an alarm."""


@dataclass
class Tally:
    """How attempts ended; `uncaught` holds the first of each kind of wrong end."""

    made: int = 0
    refused: int = 0
    longest: int = 0
    slowest: float = 0.0
    slowest_input: str = ""
    uncaught: dict[str, str] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)

    def attempt(self, given: Any, act: Callable[[Any], None]) -> None:
        """Do it; a warning is as wrong as an exception, and so is a sentence of more than 500 characters."""
        began = time.process_time()
        try:
            with warnings.catch_warnings(), _alarm():
                warnings.simplefilter("error")
                act(given)
            self.made += 1
        except GdvizError as error:
            self.refused += 1
            self.longest = max(self.longest, len(str(error)))
            if len(str(error)) > MAX_SENTENCE or not str(error).strip():
                self._keep(f"a sentence of {len(str(error))} characters", given)
        except Exception as error:
            self._keep(f"{type(error).__name__}: {str(error)[:120]}", given)
        spent = time.process_time() - began
        if spent > self.slowest:
            self.slowest, self.slowest_input = spent, repr(given)[:2000]

    def _keep(self, what: str, given: Any) -> None:
        self.wrong[what] += 1
        self.uncaught.setdefault(what, repr(given)[:2000])


@contextmanager
def _alarm() -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    old = signal.signal(signal.SIGALRM, _hung)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def _hung(number: int, frame: Any) -> None:
    raise TimeoutError(f"no end after {PATIENCE} s")


def peak_memory() -> float:
    """The largest memory this process ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
