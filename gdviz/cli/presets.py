"""gdviz presets: what there is to begin with."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gdviz.cli._terminal import app, console


@app.command()
def presets(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the presets."""
    from gdviz.presets import titles

    if as_json:
        typer.echo(json.dumps(titles(), indent=1))
        return
    from gdviz.tables import plain_table

    console().print(plain_table(("name", "what it shows"), titles().items()))
