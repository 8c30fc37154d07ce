"""gdviz calibrate: how often the 95 % intervals cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._terminal import STDOUT, app, bar, check_writable, console, refused_by_the_disk
from gdviz.cli._where import Device


@app.command()
def calibrate(
    experiments: Annotated[
        int, typer.Option("--experiments", min=1, max=1_000_000, help="How many experiments are drawn at random.")
    ] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31, help="Of the draw.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the counts as JSON; - prints them.")] = None,
    device: Device = "auto",
) -> None:
    """Count how often the 95 % intervals of random experiments hold values that are known without simulation."""
    if out not in (None, STDOUT):
        check_writable(out)
    with bar() as show:
        from gdviz.facts.calibration import calibrate as count

        calibration = count(experiments, seed, progress=show, device=device)
    text = json.dumps(calibration.to_dict(), indent=1, allow_nan=False)
    if out == STDOUT:
        typer.echo(text)
        return
    from gdviz.facts.calibration import HEADINGS, HEAVY_HEADINGS
    from gdviz.tables import plain, plain_table

    terminal = console()
    terminal.print(plain_table(HEADINGS, calibration.rows()))
    if calibration.heavy:
        terminal.print(plain_table(HEAVY_HEADINGS, calibration.heavy_rows()))
    terminal.print(plain(calibration.sentence), style="green" if calibration.holds else "red")
    terminal.print(plain(calibration.footnote), style="dim")
    if out is not None:
        with refused_by_the_disk():
            out.write_text(text + "\n", encoding="utf-8")
