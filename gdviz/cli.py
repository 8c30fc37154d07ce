"""The command line: gdviz run | presets | schema | app | doctor."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.tables import plain

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

MAX_FILE = 64 << 20
"""Bytes of an Experiment file that are read."""

PATIENCE = 1.0
"""Seconds after which a progress bar appears."""

STDOUT = Path("-")

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""

app = typer.Typer(
    name="gdviz",
    help="See and check what guidance does to a diffusion model. w = 0 always means no guidance; gamma = 1 + w elsewhere.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
_messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line.

    Exit codes: 0; 1 when the doctor finds something; 2 for what the reader got wrong, said in one sentence
    on stderr; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without ± prints ?
    try:
        code = _answer(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # `gdviz presets | head -1`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _answer(arguments: list[str] | None) -> int:
    try:
        code = app(arguments, standalone_mode=False) or 0
        return _stopped() if code == STOPPED else code  # typer, unlike click, turns Ctrl-C into an exit code
    except GdvizError as error:
        _messages.print(plain(f"gdviz: {error}"), style="red")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except Exception as error:
        # Wrong options, an unknown command, typer's Exit. Their classes live in click or in typer, which changed.
        if not hasattr(error, "exit_code"):
            raise
        if hasattr(error, "format_message"):
            command = getattr(getattr(error, "ctx", None), "command_path", "gdviz")
            said = error.format_message().strip().rstrip(".")
            end = "" if said.endswith("?") else "."
            _messages.print(plain(f"gdviz: {said[0].lower()}{said[1:]}{end} See {command} --help."), style="red")
        return int(error.exit_code)


def _stopped() -> int:
    _messages.print("gdviz: stopped.")
    return STOPPED


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gdviz {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Write the result as strict JSON; '-' prints it.")] = None,
    samples: Annotated[Path | None, typer.Option("--samples", help="Write end points and paths as .npz (float32).")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Run an Experiment and print its rows."""
    _check_places(source, out, samples)
    with _bar() as show:
        experiment = read_experiment(source)
        from gdviz.result import run as run_experiment

        kept = experiment.particles if samples is not None else 0
        result = run_experiment(experiment, device=device, progress=show, frame_particles=kept)
        with _refused_by_the_disk():
            if out is not None and out != STDOUT:
                result.write(out)
            if samples is not None:
                result.write_samples(samples)
    if out == STDOUT:
        typer.echo(result.to_json())
    else:
        from gdviz.tables import print_result

        print_result(result, _console())
    for path in (out, samples):
        if path is not None and path != STDOUT:
            _messages.print(plain(f"Wrote {path}."))


@app.command()
def presets(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the presets."""
    from gdviz.presets import titles

    if as_json:
        typer.echo(json.dumps(titles(), indent=1))
        return
    from gdviz.tables import plain_table

    _console().print(plain_table(("name", "what it shows"), titles().items()))


@app.command()
def schema() -> None:
    """Print the JSON schema of an Experiment (format 1)."""
    with _bar():
        from gdviz.schema import experiment_schema

        found = experiment_schema()
    typer.echo(json.dumps(found, indent=1))


@app.command("app")
def open_app(
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 lets nobody else in.")] = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="PORT", help="First port to try; a used one moves on to the next.")] = "8501",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the program in the browser."""
    from gdviz.family import shown
    from gdviz.server import free_port, serve

    if not (port.isascii() and port.isdigit() and len(port) <= 9):
        raise GdvizError(f"port: found {shown(port)}; allowed: 1 to 65535.")
    serve(host, free_port(host, int(port)), open_browser=not no_browser)


@app.command()
def doctor() -> None:
    """Say what this installation consists of and whether it can run."""
    with _bar():
        from gdviz.doctor import findings

        found = findings()
    from gdviz.tables import plain_table

    lines = [(finding.subject, finding.found, "ok" if finding.ok else finding.advice) for finding in found]
    _console().print(plain_table(("what", "found", ""), lines))
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def read_experiment(source: str) -> Experiment:
    """An Experiment from ``preset:NAME``, a file, or ``-``.

    Raises
    ------
    GdvizError
        If there is no such file or preset, or it is not an Experiment.
    """
    if source.startswith("preset:"):
        from gdviz.presets import load

        return load(source.removeprefix("preset:")).experiment
    name, text = ("standard input", _standard_input()) if source == "-" else (source, _contents(Path(source)))
    from gdviz.experiment import Experiment

    try:
        return Experiment.from_json(text)
    except GdvizError as error:
        raise GdvizError(f"{name}: {error}") from None


def _standard_input() -> bytes:
    text = sys.stdin.buffer.read(MAX_FILE + 1)
    if len(text) > MAX_FILE:
        raise GdvizError(f"standard input: found more than {MAX_FILE:,} bytes; an Experiment has at most so many.")
    return text


def _contents(path: Path) -> bytes:
    """A file's bytes, at most MAX_FILE of them."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        from gdviz.presets import names

        hint = f" (did you mean preset:{path}?)" if str(path) in names() else ""
        raise GdvizError(f"{path}: {error.strerror or error}{hint}; give an Experiment file or preset:NAME.") from None
    except ValueError:  # a name with a null character
        raise GdvizError(f"{str(path)!r}: found no such file; give an Experiment file or preset:NAME.") from None
    if len(text) > MAX_FILE:
        raise GdvizError(f"{path}: found more than {MAX_FILE:,} bytes; an Experiment file has at most so many.")
    return text


def _check_places(source: str, out: Path | None, samples: Path | None) -> None:
    """Refuse before the run, not after it."""
    if samples == STDOUT:
        raise GdvizError("--samples: found '-'; an .npz file cannot be printed, so name a file.")
    named = [path for path in (out, samples) if path is not None and path != STDOUT]
    for path in named:
        _check_writable(path)
    if len(named) == 2 and named[0].resolve() == named[1].resolve():
        raise GdvizError(f"{samples}: found for both --out and --samples; name two files.")
    if source != "-" and Path(source).resolve() in [path.resolve() for path in named]:
        raise GdvizError(f"{source}: found for both the Experiment and what is written; name another file.")


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise GdvizError(f"{path}: found a folder; name a file.")
    if path.exists() and not path.is_file():
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
def _refused_by_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GdvizError(f"{error.filename}: found that it cannot be written ({error.strerror}); name another place.") from None


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[float], None]]:
    """A progress bar on the terminal for what takes longer than a second, imports and preparations included."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[share]}"), TimeRemainingColumn())
    bar = Progress(*columns, console=_messages, transient=True, disable=not _messages.is_terminal)
    task = bar.add_task("Preparing", total=None, share="")
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True

    def show(done: float) -> None:
        bar.update(task, description="Sampling", total=1.0, completed=done, share=f"{100 * done:3.0f} %")

    timer.start()
    try:
        yield show
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def _console() -> Console:
    """The terminal; a file or a pipe gets whole lines, however long."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=400)
