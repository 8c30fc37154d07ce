"""gdviz import: points of one's own become a target."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._terminal import STDOUT, app, bar, check_writable, console, messages, refused_by_the_disk
from gdviz.errors import GdvizError


class Use(StrEnum):
    """What is made of the points."""

    points = "points"
    mixture = "mixture"


@app.command("import")
def import_points(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|make_NAME", help="A .csv, .tsv, .txt, .json, .npy or .npz file, a point a row; or make_moons?noise=0.1."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the target's JSON goes; - prints it.")],
    use: Annotated[Use, typer.Option("--as", help="The points themselves, or a Gaussian mixture fitted to them.")] = Use.points,
    noise: Annotated[float, typer.Option("--noise", min=0, help="Variance of Gaussian noise at each point.")] = 0.0,
    label: Annotated[str | None, typer.Option("--label", help="The column of labels: its name, or its number from 1.")] = None,
    weight: Annotated[str | None, typer.Option("--weight", help="The column of weights.")] = None,
    columns: Annotated[str, typer.Option("--columns", help="The columns of coordinates, as in x,y or 1,2.")] = "",
    standardise: Annotated[bool, typer.Option("--standardise", help="To mean 0, standard deviation 1 along each axis.")] = False,
    at_most: Annotated[int | None, typer.Option("--at-most", min=1, help="Take so many points, at random.")] = None,
) -> None:
    """Make a target of points of your own, and say what was read."""
    if out != STDOUT:
        check_writable(out)
    from gdviz.own_data import column_names, read_points, target_of
    from gdviz.own_data.makers import maker_of
    from gdviz.tables import plain, plain_table

    with bar():
        if file.startswith("make_") and not Path(file).exists():
            if label or weight or columns:
                raise GdvizError("--label, --weight, --columns: found with a data set of scikit-learn; they are for files.")
            points = maker_of(file).points()
        else:
            points = read_points(Path(file), label, weight, column_names(columns))
        made = target_of(points, use is Use.mixture, noise, standardise, at_most)
    terminal = messages if out == STDOUT else console()
    for sentence in (*made.points.remarks, made.points.summary):
        terminal.print(plain(sentence))
    if made.rows:
        tried = [
            [row.label or "", f"{row.points:,}", str(row.components), f"{row.bic:.1f}", "chosen" if row.chosen else ""]
            for row in made.rows
        ]
        terminal.print(plain_table(["label", "points", "components", "BIC", ""], tried))
    target = made.target.model_dump(mode="json", exclude_none=True)
    text = json.dumps(target, allow_nan=False)
    if out == STDOUT:
        typer.echo(text)
        return
    with refused_by_the_disk():
        out.write_text(text + "\n", encoding="utf-8")
    terminal.print(plain(f'Wrote {out}: what stands under "target" in an Experiment; Explore opens it, too.'))
