"""How far a calculation of the law is, and an end to one that would take too long."""

from __future__ import annotations

import time

from gdviz.errors import GdvizError
from gdviz.progress import ProgressCallback
from gdviz.progress import silent as silent

TRUSTED = 0.05
"""Share done from which the rest is foreseen."""


class TooLong(GdvizError):
    """The calculation would take more CPU time than it was given."""


class Budget:
    """A progress callback that allows so much CPU time, of this thread, and passes on what it hears.

    It is told 0 while the box is sought.

    Parameters
    ----------
    seconds : float
    then : ProgressCallback
    """

    def __init__(self, seconds: float, then: ProgressCallback = silent) -> None:
        self.seconds, self._then = seconds, then
        self._began = time.thread_time()
        self._box = 0.0

    def __call__(self, done: float) -> None:
        """Raises TooLong as soon as the whole is seen to take longer."""
        used = time.thread_time() - self._began
        if done == 0:
            self._box = used
        foreseen = self._box + (used - self._box) / done if done >= TRUSTED else used
        if foreseen > self.seconds:
            raise TooLong(f"guided law: found {foreseen:.0f} s of work; it is given {self.seconds:g} s.")
        self._then(done)


class Steps:
    """Counts the steps of several marches, each by the points it carries."""

    def __init__(self, total: float, progress: ProgressCallback) -> None:
        self._total, self._progress, self._done = total, progress, 0.0

    def __call__(self, points: int) -> None:
        self._done += points
        self._progress(min(1.0, self._done / self._total))
