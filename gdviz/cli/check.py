"""gdviz check: the exact facts that apply to an Experiment."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app, bar, console
from gdviz.cli._where import Device


@app.command()
def check(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
    particles: Annotated[int, typer.Option("--particles", min=100, max=1_000_000, help="Samples at each w.")] = 4096,
    rate: Annotated[float, typer.Option("--rate", min=1e-12, max=0.5, help="Chance that something correct fails.")] = 1e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    device: Device = "auto",
) -> None:
    """Hold an Experiment against every exact fact that applies; exit code 1 when one fails."""
    with bar() as show:
        experiment = read_experiment(source)
        from gdviz.facts import check_experiment

        report = check_experiment(experiment, particles=particles, rate=rate, device=device, progress=show)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=1, allow_nan=False))
    else:
        from gdviz.facts.finding import HEADINGS
        from gdviz.tables import plain, plain_table

        terminal = console()
        terminal.print(plain(report.subject), style="italic")
        terminal.print(plain_table(HEADINGS, report.rows()))
        terminal.print(plain(report.sentence), style="red" if report.failures else "green")
        terminal.print(plain(f"{report.footnote} {report.seconds:.1f} s"), style="dim")
    if report.failures:
        raise typer.Exit(1)
