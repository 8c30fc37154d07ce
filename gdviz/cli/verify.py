"""gdviz verify: a result, run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._source import MAX_FILE
from gdviz.cli._terminal import app, bar, console
from gdviz.cli._where import Device
from gdviz.errors import GdvizError


@app.command()
def verify(
    source: Annotated[Path, typer.Argument(metavar="RESULT", help="A result file, as gdviz run --out writes it.")],
    device: Device = "auto",
) -> None:
    """Run a result's Experiment again and say whether its numbers come out; exit code 1 when one moved."""
    data = _contents(source)
    with bar() as show:
        from gdviz.facts.reproduce import reproduce

        try:
            rerun = reproduce(data, device=device, progress=show)
        except GdvizError as error:
            raise GdvizError(f"{source}: {error}") from None
    from gdviz.tables import plain

    terminal = console()
    for moved in rerun.moved:
        terminal.print(plain(f"moved: {moved}"))
    if rerun.differing_versions:
        terminal.print(plain(f"made with {', '.join(rerun.differing_versions)}"), style="dim")
    terminal.print(plain(f"{rerun.sentence} {rerun.seconds:.1f} s"), style="red" if rerun.moved else "green")
    if rerun.moved:
        raise typer.Exit(1)


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        raise GdvizError(f"{path}: {getattr(error, 'strerror', None) or error}; give a result file.") from None
    if len(data) > MAX_FILE:
        raise GdvizError(f"{path}: found more than {MAX_FILE:,} bytes; a result file has at most so many.")
    return data
