"""gdviz score: samples from anywhere, judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app, bar, console
from gdviz.errors import GdvizError


@app.command()
def score(
    samples: Annotated[Path, typer.Argument(metavar="SAMPLES", help="A .npy, .npz, .csv, .tsv or .txt file of points [n, d].")],
    preset: Annotated[str | None, typer.Option("--preset", help="The preset whose target and guidance are meant.")] = None,
    experiment: Annotated[str | None, typer.Option("--experiment", help="The same from an Experiment file.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Judge as samples for this label.")] = None,
    reward: Annotated[str | None, typer.Option("--reward", help="Judge by this reward, an expression in x and y.")] = None,
    w: Annotated[float | None, typer.Option("--w", help="The w asked for: for the powered law, and in files of several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which exact law samples from anywhere follow, if any."""
    if (preset is None) == (experiment is None):
        raise GdvizError("score: found no target or two; name one with --preset NAME or --experiment FILE.")
    with bar():
        from gdviz.facts.judge import judge
        from gdviz.facts.retarget import retargeted
        from gdviz.own_data.files import read_samples

        points = read_samples(samples, w)
        asked = retargeted(read_experiment(f"preset:{preset}" if preset is not None else str(experiment)), label, reward)
        judgement = judge(points, asked, w)
    if as_json:
        typer.echo(json.dumps(judgement.to_dict(), indent=1, allow_nan=False))
        return
    from gdviz.facts.judgement_table import FLOOR, classifier_line, facts_line, headings, law_rows, mode_rows
    from gdviz.tables import plain, plain_table

    terminal = console()
    for remark in judgement.remarks:
        terminal.print(plain(remark))
    terminal.print(plain(facts_line(judgement)), style="italic")
    terminal.print(plain_table(headings(judgement), law_rows(judgement)))
    if judgement.modes:
        terminal.print(plain_table(*mode_rows(judgement)))
    terminal.print(plain(judgement.sentence))
    if line := classifier_line(judgement):
        terminal.print(plain(line))
    terminal.print(plain(f"± is 1.96 standard errors; {FLOOR}."), style="dim")
