"""gdviz doctor: what this installation consists of."""

from __future__ import annotations

import typer

from gdviz.cli._terminal import app, bar, console


@app.command()
def doctor() -> None:
    """Say what this installation consists of and whether it can run."""
    with bar():
        from gdviz.doctor import findings

        report = findings()
    from gdviz.tables import plain_table

    lines = [(finding.subject, finding.found, "ok" if finding.ok else finding.advice) for finding in report]
    console().print(plain_table(("what", "found", ""), lines))
    if not all(finding.ok for finding in report):
        raise typer.Exit(1)
