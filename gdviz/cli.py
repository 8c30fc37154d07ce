"""The command line: gdviz run | presets | schema | app | doctor."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gdviz import __version__
from gdviz.errors import GdvizError

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

MAX_FILE = 64 << 20
"""Bytes of an Experiment file that are read."""

app = typer.Typer(
    name="gdviz",
    help="See and check what guidance does to a diffusion model. w = 0 always means no guidance; gamma = 1 + w elsewhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_messages = Console(stderr=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; a refusal is one sentence on stderr and exit code 2."""
    try:
        code = app(arguments, standalone_mode=False)
    except GdvizError as error:
        _messages.print(f"gdviz: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        _messages.print("gdviz: stopped.")
        code = 130
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        error.show() if hasattr(error, "show") else None
        code = error.exit_code
    sys.exit(code or 0)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gdviz {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command()
def run(
    source: Annotated[str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the result as strict JSON.")] = None,
    samples: Annotated[Path | None, typer.Option("--samples", help="Write end points and paths as .npz (float32).")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Run an Experiment and print its rows."""
    experiment = read_experiment(source)
    for path in (out, samples):
        _check_writable(path)
    result = _run_with_bar(experiment, device, keep_frames=samples is not None)
    if out is not None:
        result.write(out)
    if samples is not None:
        result.write_samples(samples)
    from gdviz.tables import print_result

    print_result(result, Console())
    for path in (out, samples):
        if path is not None:
            _messages.print(f"Wrote {path}.", highlight=False)


def _run_with_bar(experiment: Experiment, device: str, keep_frames: bool) -> Any:
    """Run with a progress bar that appears when the run takes longer than a second."""
    import time

    from gdviz.result import run as run_experiment

    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=_messages, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("Sampling", total=1.0, visible=False)

        def show(done: float) -> None:
            if time.monotonic() - started > 1:
                bar.update(task, completed=done, visible=True)
                bar.refresh()

        frame_particles = experiment.particles if keep_frames else 0
        return run_experiment(experiment, device=device, progress=show, frame_particles=frame_particles)


@app.command()
def presets(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the presets."""
    from rich.table import Table

    from gdviz.presets import titles

    known = titles()
    if as_json:
        typer.echo(json.dumps(known, indent=1))
        return
    table = Table("name", "what it shows", box=None, header_style="bold")
    for name, title in known.items():
        table.add_row(name, title)
    Console().print(table)


@app.command()
def schema() -> None:
    """Print the JSON schema of an Experiment (format 1)."""
    from gdviz.schema import experiment_schema

    typer.echo(json.dumps(experiment_schema(), indent=1))


@app.command("app")
def open_app(
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 lets nobody else in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="First port to try.", min=1, max=65535)] = 8501,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the program in the browser."""
    from gdviz.server import serve

    serve(host, port, open_browser=not no_browser)


@app.command()
def doctor() -> None:
    """Say what this installation consists of and whether it can run."""
    from rich.table import Table

    from gdviz.doctor import findings

    found = findings()
    table = Table("", "found", "", box=None, show_header=False)
    for finding in found:
        table.add_row(finding.subject, finding.found, "ok" if finding.ok else finding.advice)
    Console().print(table)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def read_experiment(source: str) -> Experiment:
    """An Experiment from ``preset:NAME``, a file, or ``-``.

    Raises
    ------
    GdvizError
        If there is no such file or preset, or it is not an Experiment.
    """
    from gdviz.experiment import Experiment
    from gdviz.presets import load

    if source.startswith("preset:"):
        return load(source.removeprefix("preset:")).experiment
    if source == "-":
        return Experiment.from_json(sys.stdin.buffer.read(MAX_FILE))
    path = Path(source)
    try:
        if path.stat().st_size > MAX_FILE:
            raise GdvizError(f"{source}: found {path.stat().st_size:,} bytes; an Experiment file has at most {MAX_FILE:,}.")
        text = path.read_bytes()
    except OSError as error:
        raise GdvizError(f"{source}: {error.strerror or error}; give an Experiment file or preset:NAME.") from None
    try:
        return Experiment.from_json(text)
    except GdvizError as error:
        raise GdvizError(f"{source}: {error}") from None


def _check_writable(path: Path | None) -> None:
    """Refuse before the run, not after it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise GdvizError(f"{path}: found no folder {path.absolute().parent}; make it first.")
