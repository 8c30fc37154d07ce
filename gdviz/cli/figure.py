"""gdviz figure: the papers' figures, with their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._terminal import app, bar, check_writable, messages, refused_by_the_disk
from gdviz.cli._where import Device, Scheduler, executor_at
from gdviz.errors import GdvizError
from gdviz.papers.make import check_number
from gdviz.tables import plain


@app.command()
def figure(
    number: Annotated[int, typer.Argument(metavar="1|2|3|4|5", help="Which figure of arXiv 2512.04985.")],
    quick: Annotated[bool, typer.Option("--quick", help="Fewer steps and trials: seconds in place of a minute or two.")] = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files; made if it is not there.")] = Path("."),
    device: Device = "auto",
    scheduler: Scheduler = None,
) -> None:
    """Make a figure of the papers: picture (PNG, SVG, HTML), numbers (JSON, CSV), and what agrees and what is ours."""
    check_number(number)
    _check_folder(out, number, quick)
    with bar() as show:
        from gdviz.papers.files import write
        from gdviz.papers.make import make

        with executor_at(scheduler) as executor:
            made = make(number, quick, device=device, progress=show, executor=executor)
        with refused_by_the_disk():
            out.mkdir(exist_ok=True)
            written = write(made, out)
    typer.echo(made.sentence)
    for path in written:
        messages.print(plain(f"Wrote {path}."))


def _check_folder(folder: Path, number: int, quick: bool) -> None:
    """Refuse before the run, not after it."""
    if not folder.exists():
        check_writable(folder)
    elif not folder.is_dir():
        raise GdvizError(f"--out: found a file {folder}; name a folder.")
    else:
        from gdviz.papers.paper_figure import stem

        check_writable(folder / f"{stem(number, quick)}.png")
