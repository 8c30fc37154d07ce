"""gdviz run: an Experiment in, rows out."""

from __future__ import annotations

from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gdviz.cli._own import Code, Prediction, Schedule, Weights, print_error, with_own
from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import STDOUT, app, bar, check_writable, console, messages, refused_by_the_disk
from gdviz.cli._where import Device, Scheduler, executor_at
from gdviz.errors import GdvizError
from gdviz.tables import plain

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


@app.command()
def run(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Write the result as strict JSON; '-' prints it.")] = None,
    samples: Annotated[Path | None, typer.Option("--samples", help="Write end points and paths as .npz (float32).")] = None,
    device: Device = "auto",
    scheduler: Scheduler = None,
    score: Code = None,
    weights: Weights = None,
    prediction: Prediction = "noise",
    schedule: Schedule = "linear_beta",
) -> None:
    """Run an Experiment and print its rows."""
    _check_places(source, out, samples)
    experiment, permission = with_own(read_experiment(source), score, weights, prediction, schedule)
    if score is not None and scheduler:
        raise GdvizError("--score: found together with --scheduler; your own code runs on this machine only.")
    with permission:
        if score is not None:
            print_error(experiment)
        _run(experiment, out, samples, device, scheduler)


def _run(experiment: Experiment, out: Path | None, samples: Path | None, device: str, scheduler: str | None) -> None:
    with bar() as show:
        from gdviz.checkpoints import train_required
        from gdviz.result import run as run_experiment

        for report in train_required(experiment):
            show(report.step / report.steps, f"Training the {report.title}")
        kept = experiment.particles if samples is not None else 0
        with executor_at(scheduler) as executor:
            result = run_experiment(experiment, device=device, progress=show, frame_particles=kept, executor=executor)
        with refused_by_the_disk():
            if out is not None and out != STDOUT:
                result.write(out)
            if samples is not None:
                result.write_samples(samples)
    if out == STDOUT:
        typer.echo(result.to_json())
    else:
        from gdviz.tables import print_result

        print_result(result, console())
    for path in (out, samples):
        if path is not None and path != STDOUT:
            messages.print(plain(f"Wrote {path}."))


def _check_places(source: str, out: Path | None, samples: Path | None) -> None:
    """Refuse before the run, not after it."""
    if samples == STDOUT:
        raise GdvizError("--samples: found '-'; an .npz file cannot be printed, so name a file.")
    named = [path for path in (out, samples) if path is not None and path != STDOUT]
    for path in named:
        check_writable(path)
    if len(named) == 2 and realpath(named[0]) == realpath(named[1]):
        raise GdvizError(f"{samples}: found for both --out and --samples; name two files.")
    if source != "-" and realpath(source) in [realpath(path) for path in named]:
        raise GdvizError(f"{source}: found for both the Experiment and what is written; name another file.")
