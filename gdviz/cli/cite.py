"""gdviz cite: what to cite for an Experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app, bar


@app.command()
def cite(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
) -> None:
    """Print BibTeX of the methods that an Experiment uses."""
    with bar():
        experiment = read_experiment(source)
        from gdviz.facts.citations import bibtex

        entries = bibtex(experiment)
    typer.echo(entries, nl=False)
