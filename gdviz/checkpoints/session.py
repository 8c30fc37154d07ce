"""A training that outlives its process: it saves its state as it goes, and goes on from the state that it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from filelock import Timeout

from gdviz.checkpoints.history import History
from gdviz.checkpoints.library import Library
from gdviz.checkpoints.report import TrainingReport
from gdviz.device import training_device
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.scores import ScoresContext
from gdviz.training import Assessment, Task, TrainingStep, assess, bases, train

ASSESS_SHARE = 0.1
"""At most this share of the time goes into looking at the score error."""


class Pace(NamedTuple):
    """How often a training does what is not training, in wall seconds.

    Attributes
    ----------
    report : float
        Between reports.
    save : float
        Between saves of the state: what a killed process may lose.
    assess : float
        At least so long between looks at the score error.
    follow : float
        Between looks at what another process saves.
    """

    report: float = 0.25
    save: float = 2.0
    assess: float = 1.0
    follow: float = 0.25


def training(
    task: Task,
    library: Library,
    seconds: float | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    pace: Pace = Pace(),  # noqa: B008  it is frozen
    device: str = "auto",
) -> Generator[TrainingReport, None, None]:
    """Train what the library does not have; the last report carries the id of the stored checkpoint.

    One process at a time trains a task: another one that asks for it reports what the first one saves, and goes
    on from there should the first one end. A training that is stopped, closed or killed goes on from its last
    saved state, bit for bit, when it is asked for again.

    Parameters
    ----------
    task : Task
    library : Library
    seconds : float, optional
        Stop after training so long (wall time, of this call) if the steps are not done by then. What is reached is
        stored under the task's id with the number of steps done, ``<id>-<step>``, because it is not the network that
        fewer steps would have given: the learning rate has not come to its end. Asked for again, the training
        goes on. A task that starts from another network needs that one whole.
    stop : callable
        Looked at after every step: when true the state is saved and the reports end, the last one without an id.
    pace : Pace
    device : {"auto", "cpu", "cuda", "mps"}
        Where it is trained (`gdviz.device.training_device`); a saved state goes on anywhere.

    Raises
    ------
    GdvizError
        If the task cannot be trained, or the disk refuses; the state saved last is still whole.
    """
    began, where = time.monotonic(), training_device(device)
    for needed in () if library.find(task) is not None else bases(task, library.stored):
        left = None if seconds is None else max(0.0, seconds - (time.monotonic() - began))
        yield from _base_first(needed, library, left, stop, pace, device)
        if library.find(needed) is None:
            return
    seconds = None if seconds is None else max(0.0, seconds - (time.monotonic() - began))
    lock, last = library.lock(task.id), None
    while True:
        if (report := _finished(task, library)) is not None:
            yield report
            return
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            record = library.record(task.id)
            if record is not None and record.report is not None and record.report.step != last:
                last = record.report.step
                yield replace(record.report, id=None)
            if stop():
                return
            time.sleep(pace.follow)
    try:
        if (report := _finished(task, library)) is not None:  # the other process has just ended it
            yield report
        else:
            yield from _Session(task, library, seconds, stop, pace, where).run()
    finally:
        lock.release()


def _finished(task: Task, library: Library) -> TrainingReport | None:
    """The last report of a training that has ended, if its network is whole."""
    if library.find(task) is None:
        return None
    record = library.record(task.id)
    return None if record is None or record.report is None else replace(record.report, id=task.id)


def _base_first(
    base: Task, library: Library, seconds: float | None, stop: Callable[[], bool], pace: Pace, device: str
) -> Iterator[TrainingReport]:
    """The reports of a network that another one starts from."""
    for report in training(base, library, seconds, stop=stop, pace=pace, device=device):
        yield replace(report, id=None)
        if report.id is not None and report.id != base.id:
            raise GdvizError(
                f"seconds: found {seconds:g}, too few for the network that this one starts from; it is kept at step "
                f"{report.step}, ask again and it goes on."
            )


def _there(library: Library, task: Task) -> Checkpoint:
    """The network of a task whose training has ended."""
    if (checkpoint := library.find(task)) is None:
        raise GdvizError(f"score: found the network of {task.title} damaged or gone; train it again.")
    return checkpoint


class _Session:
    """One process's part of a training, with the lock held."""

    def __init__(
        self,
        task: Task,
        library: Library,
        seconds: float | None,
        stop: Callable[[], bool],
        pace: Pace,
        device: torch.device,
    ) -> None:
        self._task, self._library = task, library
        self._base = None if task.base is None else library.find(task.base)
        self._networks = ScoresContext(lambda wanted: _there(library, task.network(wanted)), library.stored)
        self._seconds, self._stop, self._pace, self._device = seconds, stop, pace, device
        self._assessment: tuple[int, Assessment] | None = None
        self._history, self._first, self._saved = History(), 0, 0
        self._began = self._looked = time.monotonic()
        self._cost = 0.0

    def run(self) -> Iterator[TrainingReport]:
        told = kept = self._began
        for step in self._steps():
            now = time.monotonic()
            over = self._seconds is not None and now - self._began >= self._seconds
            if step.step == step.steps or over:
                yield self._end(step)
                return
            if self._stop():
                self._save(step)
                yield self._shown(step)
                return
            if now - kept >= self._pace.save:
                self._save(step)
                kept = time.monotonic()
            if now - told >= self._pace.report:
                report = self._report(step)
                told = time.monotonic()
                try:
                    yield report
                except GeneratorExit:  # between two steps: nothing is half done
                    self._save(step)
                    raise

    def _steps(self) -> Iterator[TrainingStep]:
        """From where the training was saved, if that can be gone on with."""
        state, record = self._library.state(self._task), self._library.record(self._task.id)
        if state is not None:
            steps = train(self._task, state, self._base, self._networks, self._device)
            try:
                step = next(steps)
            except GdvizError as error:
                self._library.trainings.put_aside(self._task.id, str(error).rstrip("."))
            else:
                self._first = self._saved = step.step - 1
                if record is not None and record.report is not None:
                    self._history = record.report.history.until(self._first)
                yield step
                yield from steps
                return
        yield from train(self._task, None, self._base, self._networks, self._device)

    def _end(self, step: TrainingStep) -> TrainingReport:
        """Store the network. One that has had all its steps leaves nothing to go on with."""
        whole = step.step == step.steps
        id = self._task.id if whole else f"{self._task.id}-{step.step}"
        report = replace(self._report(step, last=True), id=id, seconds_left=0.0, saved=step.step)
        if not whole:
            self._save(step)
        self._library.write(id, self._task, step.checkpoint(), report)
        if whole:
            self._library.trainings.remove(id)
        return report

    def _save(self, step: TrainingStep) -> None:
        if step.step > self._saved:
            self._library.save(self._task, step.state(), replace(self._shown(step), saved=step.step))
            self._saved = step.step

    def _report(self, step: TrainingStep, last: bool = False) -> TrainingReport:
        """What is said of a step, with a look at the score error when it is time, as a row of the history."""
        now = time.monotonic()
        if last or now - self._looked >= max(self._pace.assess, self._cost / ASSESS_SHARE):
            self._assessment = (step.step, assess(self._task, step.checkpoint(), self._base))
            self._looked = time.monotonic()
            self._cost = self._looked - now
        self._history = self._history.add(self._shown(step).row)
        notices, self._library.notices[:] = " ".join(self._library.notices), []
        return replace(self._shown(step), notice=notices or None)

    def _shown(self, step: TrainingStep) -> TrainingReport:
        rate = (step.step - self._first) / max(time.monotonic() - self._began, 1e-9)
        left = (step.steps - step.step) / rate
        spent = (step.seconds, step.cpu_seconds, rate, left)
        report = TrainingReport(self._task.title, step.step, step.steps, step.loss, step.ema_loss, *spent, saved=self._saved)
        if self._assessment is not None:
            at, assessment = self._assessment
            levels = tuple(assessment.by_level)
            report = replace(report, assessed=at, score_error=assessment.score_error, by_level=levels, cloud=assessment.cloud)
        return replace(report, history=self._history)
