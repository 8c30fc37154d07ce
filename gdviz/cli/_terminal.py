"""What the commands share: the terminal, its progress bar, and refusals before and after the disk."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gdviz.errors import GdvizError

PATIENCE = 1.0
"""Seconds after which a progress bar appears."""

STDOUT = Path("-")

app = typer.Typer(
    name="gdviz",
    help="See and check what guidance does to a diffusion model. w = 0 always means no guidance; gamma = 1 + w elsewhere.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def check_writable(path: Path) -> None:
    try:
        is_folder, is_file, is_there = path.is_dir(), path.is_file(), path.exists()
    except OSError as error:  # a name too long, a folder above it that is closed
        raise GdvizError(f"{str(path)[:120]}: found that it cannot be written ({error.strerror}); name another file.") from None
    if is_folder:
        raise GdvizError(f"{path}: found a folder; name a file.")
    if is_there and not is_file:
        raise GdvizError(f"{path}: found a device; name a file.")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise GdvizError(f"{path}: found no folder {folder}; make it first.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise GdvizError(f"{path}: found a folder that cannot be written ({error.strerror}); name another.") from None


@contextlib.contextmanager
def refused_by_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GdvizError(f"{error.filename}: found that it cannot be written ({error.strerror}); name another place.") from None


class BarProgress(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: float, doing: str = "Sampling") -> None: ...


@contextlib.contextmanager
def bar() -> Iterator[BarProgress]:
    """A progress bar on the terminal for what takes longer than a second, imports and preparations included."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[share]}"), TimeRemainingColumn())
    bar = Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal)
    task = bar.add_task("Preparing", total=None, share="")
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True

    def show(done: float, doing: str = "Sampling") -> None:
        bar.update(task, description=doing, total=1.0, completed=done, share=f"{100 * done:3.0f} %")

    timer.start()
    try:
        yield show
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def console() -> Console:
    """The terminal; a file or a pipe gets whole lines, however long."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=400)
