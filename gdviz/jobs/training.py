"""Trainings as background work: the worker's function, and the list of all that are known."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gdviz.device import far_device
from gdviz.errors import GdvizError
from gdviz.jobs.job import PROGRAM, Asker, Terms

if TYPE_CHECKING:
    from gdviz.checkpoints import Library, Pace, TrainingRecord, TrainingReport
    from gdviz.jobs import Job, JobReport, Pool
    from gdviz.training import Task

QUEUE = "training"
"""The pool's queue of trainings."""

LOOK = 0.1
"""Seconds between two looks at a training that somebody waits for."""

PATIENCE = 5.0
"""Seconds that a removal waits for the training to stop."""

TERMS = Terms(patience=0.0)
"""Trainings are long: those of several visitors take turns."""

MOST_UNFINISHED = 50
"""Trainings that a visitor has waiting, running or paused."""

SHARED_SERVER = "GDVIZ_SHARED_SERVER"
"""Set in the environment of a server that others than this machine's users reach."""

State = Literal["waiting", "running", "paused", "done", "failed"]
_ORDER = ("running", "waiting", "paused", "failed", "done")


def training_key(id: str) -> str:
    """The pool's key of a training."""
    return f"{QUEUE}-{id}"


def run_training(text: str, root: str, pace: Pace | None, device: str, report: JobReport) -> str | None:
    """Train a task (JSON text) in a worker, publishing every report; returns the id of the stored checkpoint.

    A partial result is a `TrainingReport` as JSON, the curve so far with it. A worker that is ended loses what was
    not saved; a cancelled training saves before it ends.

    Raises
    ------
    GdvizError
        If the task cannot be trained or the disk refuses.
    """
    from gdviz.checkpoints import Library, Pace, training
    from gdviz.training import Task

    library, told = Library(Path(root)), None
    report.kept(0.0)
    task, pace = Task.from_json(text), pace or Pace()
    reports = training(task, library, stop=lambda: report.unwanted, pace=pace, device=device)
    with contextlib.closing(reports):  # if this is cancelled between two reports
        for told in reports:
            report.kept(told.saved / told.steps)
            report.partial(told.to_json(history=True).encode())
            report.progress(told.step / told.steps, told.seconds_left)
    report.progress(1.0)  # a training that was stopped is not done: this raises
    return told.id if told is not None else None


def follow(task: Task, pool: Pool, library: Library, stop: Callable[[], bool], device: str = "auto") -> Iterator[TrainingReport]:
    """The reports of a training that a pool's workers run, as `gdviz.checkpoints.training` gives those of one here.

    Raises
    ------
    GdvizError
        If the training fails.
    """
    from filelock import Timeout

    from gdviz.checkpoints import TrainingReport

    job = pool.submit(QUEUE, training_key(task.id), run_training, task.canonical(), str(library.root), None, far_device(device))
    told = None
    while not job.wait(LOOK):
        if stop():
            job.cancel()
            with contextlib.suppress(Timeout), library.lock(task.id).acquire(timeout=PATIENCE):
                pass  # the worker lets go when it has saved where it was
            break
        news = job.partial
        if news is not None and news is not told:
            told = news
            yield replace(TrainingReport.from_json(news), id=None)
    if job.error is not None:
        raise GdvizError(job.error)
    record = library.record(task.id)
    if record is not None and record.report is not None:
        yield replace(record.report, id=job.result if record.done else None)


@dataclass(frozen=True)
class Training:
    """A training as the page lists it.

    Attributes
    ----------
    id : str
        Of the task, and of its checkpoint when it is done.
    task : Task
    state : {"waiting", "running", "paused", "done", "failed"}
        A paused training goes on from its last saved state when it is resumed: it was cancelled, or the program
        was ended. One that another program on the same store runs is running.
    report : TrainingReport or None
        The newest, with the curve so far in `history`; None before the first one.
    position : int or None
        Of a waiting training: how many come before it.
    seconds_to_start : float or None
        Estimated, for a waiting training; None while it is unknown.
    error : str or None
        Why it failed, in one sentence.
    owners : frozenset of str
        The visitors who asked for it; none where it was trained from a command line, or before owners were noted.
    resting : bool
        It lets others go first for now.
    """

    id: str
    task: Task
    state: State
    report: TrainingReport | None = None
    position: int | None = None
    seconds_to_start: float | None = None
    error: str | None = None
    owners: frozenset[str] = frozenset()
    resting: bool = False


class Trainings:
    """All trainings that a store knows, and the workers that run them.

    A training is its owners', the visitors who started it or let it go on; others may watch it. One without an owner is
    this machine's users': all may cancel and remove it, unless the server is open to others. The program itself may do anything.

    Parameters
    ----------
    pool : Pool
        With a queue called "training".
    library : Library
    pace : Pace, optional
        How often trainings report and save.
    """

    def __init__(self, pool: Pool, library: Library, pace: Pace | None = None) -> None:
        self._pool, self._library, self._pace = pool, library, pace
        self._owners = library.owners

    def start(self, task: Task, asker: Asker = PROGRAM) -> str:
        """Train a task, unless that is done or under way; returns its id.

        Raises
        ------
        GdvizError
            If the visitor has too many, the disk refuses, or the workers are closed.
        """
        if self._library.find(task) is None:
            self._check_room(task.id, asker)
            if self._library.record(task.id) is None:
                self._owners.forget(task.id)  # of a training that has gone
            self._library.request(task)
            if asker != PROGRAM:
                self._owners.add(task.id, asker.visitor)
            self._pool.forget(training_key(task.id))  # done once, and lost since
            # Each worker's own GDVIZ_DEVICE decides where it trains.
            asked = (task.canonical(), str(self._library.root), self._pace, "auto")
            self._pool.submit(QUEUE, training_key(task.id), run_training, *asked, asker=asker, terms=TERMS)
        return task.id

    def resume(self, id: str, asker: Asker = PROGRAM) -> None:
        """Let a paused or failed training go on; whoever does so owns it too.

        Raises
        ------
        GdvizError
            If there is no such training.
        """
        self.start(self._known(id).task, asker)

    def may_change(self, id: str, asker: Asker) -> bool:
        """Whether this visitor may cancel and remove it."""
        owners = self._owners.of(id)
        return asker == PROGRAM or asker.visitor in owners or (not owners and SHARED_SERVER not in os.environ)

    def cancel(self, id: str, asker: Asker = PROGRAM) -> None:
        """Pause a training within two seconds; it can be resumed. One that another program runs is left alone.

        It goes on while another of its owners wants it.

        Raises
        ------
        GdvizError
            If it is another visitor's.
        """
        self._check(id, asker)
        job = self._pool.find(training_key(id))
        if job is None:
            return
        if asker.visitor in job.visitors and asker != PROGRAM:
            job.withdraw(asker.visitor)
        elif not job.visitors & self._owners.of(id) or asker == PROGRAM:
            job.cancel()

    def remove(self, id: str, asker: Asker = PROGRAM) -> None:
        """Cancel a training and remove it, its saved state and its network; it stays while it has another owner.

        Raises
        ------
        GdvizError
            If it is another visitor's, or another program trains it now.
        """
        from filelock import Timeout

        self.cancel(id, asker)
        if self._owners.withdraw(id, asker.visitor) and asker != PROGRAM:
            return
        lock = self._library.lock(id)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise GdvizError(f"training: found {id[:12]} running in another program; cancel it there first.") from None
        try:
            self._library.remove(id)
        finally:
            lock.release()
        self._pool.forget(training_key(id))

    def look(self, ids: Iterable[str], asker: Asker) -> None:
        """Somebody looks at these trainings: what nobody looks at comes later, where others wait."""
        for id in ids:
            if job := self._pool.find(training_key(id)):
                job.look(asker)

    def find(self, id: str) -> Training | None:
        """One training; None where nothing is known of it."""
        record = self._library.record(id)
        return None if record is None else self._owned(record)

    def list(self) -> tuple[Training, ...]:
        """All of this store: running, waiting in their order, paused, failed, done; the newest first."""
        trainings = [self._owned(record) for record in self._library.records(shipped=False)]
        return tuple(sorted(trainings, key=lambda training: (_ORDER.index(training.state), training.position or 0)))

    # ------------------------------------------------------------------ what the parts say, as one
    def _owned(self, record: TrainingRecord) -> Training:
        job = self._pool.find(training_key(record.id))
        resting = job is not None and job.resting
        return replace(self._training(record), owners=self._owners.of(record.id), resting=resting)

    def _training(self, record: TrainingRecord) -> Training:
        if record.done:
            return Training(record.id, record.task, "done", record.report)
        job = self._pool.find(training_key(record.id))
        report = _news(job) or record.report
        if job is not None and job.state == "waiting":
            ahead = self._pool.ahead(job.key) or []
            seconds = self._seconds_for(ahead)
            return Training(record.id, record.task, "waiting", report, len(ahead), seconds)
        if (job is not None and job.state == "running") or self._library.is_training(record.id):
            return Training(record.id, record.task, "running", report)
        if job is not None and job.state == "failed":
            return Training(record.id, record.task, "failed", report, error=job.error)
        record = self._library.record(record.id) or record  # it may have been saved since: a paused training says what is kept
        return Training(record.id, record.task, "done" if record.done else "paused", record.report or report)

    def _seconds_for(self, jobs: Sequence[Job]) -> float | None:
        """Time until these are done, at the speed of the first one, which runs; None while that is unknown."""
        total, rate = 0.0, None
        for job in jobs:
            report = _news(job)
            rate = report.steps_per_second if report is not None and report.steps_per_second else rate
            left = job.seconds_left if job.state == "running" else self._seconds_at(rate, job)
            if left is None:
                return None
            total += left
        return total

    def _seconds_at(self, rate: float | None, job: Job) -> float | None:
        record = self._library.record(job.key.removeprefix(f"{QUEUE}-"))
        if record is None or rate is None:
            return None
        return (record.task.steps - (record.report.step if record.report else 0)) / rate

    def _check_room(self, id: str, asker: Asker) -> None:
        if asker == PROGRAM:
            return
        theirs = [other for other in self._library.trainings.names() if other != id and asker.visitor in self._owners.of(other)]
        if len(theirs) >= MOST_UNFINISHED:
            raise GdvizError(
                f"training: found {len(theirs)} of yours that have not ended; at most {MOST_UNFINISHED} are kept: remove one, "
                "or let one end."
            )

    def _check(self, id: str, asker: Asker) -> None:
        if not self.may_change(id, asker):
            whose = "another visitor's" if self._owners.of(id) else "this machine's"
            raise GdvizError(f"training: found {id[:12]}, which is {whose}; you may watch it, and use its network.")

    def _known(self, id: str) -> TrainingRecord:
        record = self._library.record(id)
        if record is None:
            raise GdvizError(f"training: found none called {id[:80]!r}.")
        return record


def _news(job: Job | None) -> TrainingReport | None:
    """The newest report of a job."""
    partial = None if job is None else job.partial
    if partial is None:
        return None
    from gdviz.checkpoints import TrainingReport

    return TrainingReport.from_json(partial)
