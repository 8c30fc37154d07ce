"""gdviz train: the networks that an Experiment needs, trained and kept."""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app, bar, console, messages
from gdviz.cli._where import Scheduler, TrainingDevice
from gdviz.device import far_device
from gdviz.errors import GdvizError
from gdviz.tables import plain

if TYPE_CHECKING:
    from gdviz.checkpoints import Library, TrainingReport
    from gdviz.jobs import Pool
    from gdviz.training import Task

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""


@app.command()
def train(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
    steps: Annotated[int | None, typer.Option("--steps", help="Optimiser steps of each network.")] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Train about so long (wall time), all networks together.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line per report, and one with the ids.")] = False,
    device: TrainingDevice = "auto",
    scheduler: Scheduler = None,
) -> None:
    """Train the networks that an Experiment needs; Ctrl-C keeps what is done."""
    if steps is not None and seconds is not None:
        raise GdvizError("--seconds: found with --steps; give one of them.")
    if seconds is not None and not 0 < seconds < float("inf"):
        raise GdvizError(f"--seconds: found {seconds:g}; more than 0 is needed.")
    far_device(device)  # a name that is none is refused before anything slow
    with bar():
        from gdviz.checkpoints import Library, required_tasks

        tasks = required_tasks(read_experiment(source))
    tasks = tuple(task if steps is None else _with_steps(task, steps) for task in tasks)
    if not tasks:
        raise GdvizError(f"{source}: found no network to train; its scores are exact or loaded.")
    _say_what_is_used(tasks)
    with _interruptible() as stopped, _pool_at(scheduler) as pool:
        ended = _train_all(tasks, Library(), seconds, stopped, _print_line if as_json else None, pool, device)
    if stopped():
        at = ended[-1] if ended else None
        how = "" if at is None else f"; gdviz train {source} --steps {at.steps} goes on from step {at.saved}"
        messages.print(plain(f"gdviz: stopped{how}."))
        raise SystemExit(STOPPED)
    ids = [report.id for report in ended]
    if as_json:
        last = ended[-1].to_dict()
        typer.echo(json.dumps({name: last[name] for name in _LINE} | {"id": ids[-1], "ids": ids}, allow_nan=False))
        return
    for report in ended:
        error = f", score error {report.error_words}" if report.error_words else ""
        console().print(plain(f"{report.title}: step {report.step}, loss {report.loss:.4g}{error}"))
        console().print(f"  {report.id}")


def _say_what_is_used(tasks: tuple[Task, ...]) -> None:
    """Before a training starts: how much of the data a reward leaves."""
    from gdviz.training.problem import FEW, TrainingProblem

    for task in tasks:
        if task.reward is not None:
            share = TrainingProblem.of(task).effective_share
            few = f"; below {100 * FEW:.0f} % few points decide what is learned" if share < FEW else ""
            messages.print(plain(f"{task.title}: the reward leaves {100 * share:.3g} % of the data{few}."))


_LINE = (
    "title",
    "step",
    "steps",
    "loss",
    "ema_loss",
    "seconds",
    "cpu_seconds",
    "steps_per_second",
    "seconds_left",
    "assessed",
    "score_error",
    "by_level",
    "by_part",
    "saved",
    "notice",
)


def train_tasks(tasks: tuple[Task, ...], library: Library) -> list[TrainingReport]:
    """Train for another command, with a progress bar; the last report of every network.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C; what is done is kept.
    """
    with _interruptible() as stopped:
        ended = _train_all(tasks, library, None, stopped, None, None, "auto")
    if stopped():
        raise KeyboardInterrupt
    return ended


def _train_all(
    tasks: tuple[Task, ...],
    library: Library,
    seconds: float | None,
    stopped: Callable[[], bool],
    line: Callable[[TrainingReport], None] | None,
    pool: Pool | None,
    device: str,
) -> list[TrainingReport]:
    """The last report of every network; the last of all has no id when it was stopped."""
    ended, began = [], time.monotonic()
    with _progress(line is None) as show:
        for number, task in enumerate(tasks):
            # What is left is shared by what is left to train.
            share = None if seconds is None else (began + seconds - time.monotonic()) / (len(tasks) - number)
            report = None
            for report in _reports(task, library, share, stopped, pool, device):
                if report.notice:
                    messages.print(plain(report.notice))
                if line is None:
                    show(report)
                elif report.assessed == report.step:  # so that a line's score error is that of its step
                    line(report)
            if report is not None:
                ended.append(report)
            if stopped():
                break
    return ended


def _reports(
    task: Task, library: Library, seconds: float | None, stopped: Callable[[], bool], pool: Pool | None, device: str
) -> Iterator[TrainingReport]:
    """Reports of a training here or in a pool, of as many steps as fit where seconds are given."""
    from gdviz.checkpoints import training, within
    from gdviz.jobs.training import follow

    if seconds is not None:
        began = time.monotonic()
        task = within(task, seconds, library, device)
        seconds = max(0.0, seconds - (time.monotonic() - began))
    if pool is None:
        yield from training(task, library, seconds, stop=stopped, device=device)
    else:
        yield from follow(task, pool, library, stopped, device)


@contextlib.contextmanager
def _pool_at(scheduler: str | None) -> Iterator[Pool | None]:
    """The workers of the cluster at that address while the block lasts; None (this process) without one."""
    if not scheduler:
        yield None
        return
    from gdviz.jobs.cluster_pool import ClusterPool

    pool = ClusterPool(scheduler)
    try:
        yield pool
    finally:
        pool.close()


def _with_steps(task: Task, steps: int) -> Task:
    from gdviz.training import Task

    return Task.parse({**task.model_dump(), "steps": steps})


def _print_line(report: TrainingReport) -> None:
    told = report.to_dict()
    typer.echo(json.dumps({name: told[name] for name in _LINE}, allow_nan=False))


@contextlib.contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is noted instead of raised, so that a training ends between two steps; a second one ends at once."""
    noted: list[int] = []

    def note(*_: object) -> None:
        noted.append(1)
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread: nobody can press it here
        yield lambda: False
        return
    try:
        yield lambda: bool(noted)
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _progress(wanted: bool) -> Iterator[Callable[[TrainingReport], None]]:
    """A progress bar with the loss, on a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[loss]}"), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True, disable=not (wanted and messages.is_terminal)) as progress:
        task = progress.add_task("Preparing", total=None, loss="")

        def show(report: TrainingReport) -> None:
            error = f", score error {report.error_words}" if report.error_words else ""
            loss = f"step {report.step}, loss {report.ema_loss:.4f}{error}"
            progress.update(task, description=str(plain(report.title)), total=report.steps, completed=report.step, loss=loss)

        yield show
