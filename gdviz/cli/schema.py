"""gdviz schema: the Experiment format."""

from __future__ import annotations

import json

import typer

from gdviz.cli._terminal import app, bar


@app.command()
def schema() -> None:
    """Print the JSON schema of an Experiment (format 1)."""
    with bar():
        from gdviz.schema import experiment_schema

        schema = experiment_schema()
    typer.echo(json.dumps(schema, indent=1))
