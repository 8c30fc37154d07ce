"""What a study says while it runs, kept for a test to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gdviz.record import Answer
from gdviz.studies import Study, StudyContext


class Listener:
    """Remembers the shares done and the partial answers of a study.

    Attributes
    ----------
    shares : list of float
    partials : list of Answer
    """

    def __init__(self) -> None:
        self.shares: list[float] = []
        self.partials: list[Any] = []

    def progress(self, done: float, seconds_left: float | None = None) -> None:
        self.shares.append(done)

    def partial(self, answer: Answer) -> None:
        self.partials.append(answer)

    def context(self, root: Path) -> StudyContext:
        """What a study is run with: a store, and this listener."""
        return StudyContext(root, self.progress, self.partial)


class JobReport:
    """What a job speaks to, in place of `gdviz.jobs.Report`: bytes as they would be sent.

    Attributes
    ----------
    shares : list of float
    sent : list of bytes
    """

    executor, unwanted = None, False

    def __init__(self) -> None:
        self.shares: list[float] = []
        self.sent: list[bytes] = []

    def progress(self, done: float, seconds_left: float | None = None) -> None:
        self.shares.append(done)

    def partial(self, data: bytes) -> None:
        self.sent.append(data)


def run(study: Study[Any], root: Path, listener: Listener | None = None) -> Any:
    """The answer of a study, run in this process."""
    return study.run((listener or Listener()).context(root))
