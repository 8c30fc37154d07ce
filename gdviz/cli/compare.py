"""gdviz compare: guidance methods on one scene, against the exact goal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import BarProgress, app, bar, check_writable, console, messages, refused_by_the_disk
from gdviz.errors import GdvizError
from gdviz.number_text import parse_numbers

if TYPE_CHECKING:
    from gdviz.comparison import ComparisonAnswer
    from gdviz.studies.comparison import Comparison


@app.command()
def compare(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="preset:NAME, an Experiment file, a link, or - for stdin.")],
    methods: Annotated[str | None, typer.Option("--methods", help="Names with commas between; --list shows them.")] = None,
    w: Annotated[float, typer.Option("--w", help="Guidance scale; the goal is p r^w / E r^w, p the law of w = 0.")] = 1.0,
    evaluations: Annotated[str, typer.Option("--evaluations", help="Network evaluations a sample, one budget or more.")] = "128",
    particles: Annotated[int, typer.Option("--particles", help="Samples of each run.")] = 1024,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs of each method.")] = 5,
    out: Annotated[Path | None, typer.Option("--out", help="Write the answer as JSON.")] = None,
    list_methods: Annotated[bool, typer.Option("--list", help="Show the methods that fit the scene.")] = False,
) -> None:
    """Hold guidance methods against each other, and all against exact samples of the goal."""
    if out is not None:
        check_writable(out)
    experiment = read_experiment(source)
    from gdviz.comparison import methods_for
    from gdviz.tables import plain, plain_table

    fitting = methods_for(experiment)
    if list_methods:
        lines = [(m.name, m.title, m.rung, m.aims or "the goal", f"{m.scores:g}") for m in fitting]
        console().print(plain_table(("name", "method", "what it needs", "aims at", "evaluations a step"), lines))
        return
    from gdviz.studies.comparison import MOST_METHODS, Comparison

    names = tuple(part.strip() for part in methods.split(",")) if methods else tuple(m.name for m in fitting[:MOST_METHODS])
    budgets = tuple(_whole(value) for value in parse_numbers(evaluations))
    study = Comparison(experiment, names, w, budgets, particles, seeds)
    with bar() as show:
        answer = _answer(study, show)
    if out is not None:
        with refused_by_the_disk():
            out.write_bytes(answer.to_json() + b"\n")
        messages.print(plain(f"Wrote {out}."))
    _print(answer)
    terminal = console()
    if not methods and len(fitting) > len(names):
        left = ", ".join(m.name for m in fitting[MOST_METHODS:])
        terminal.print(plain(f"Not among these {MOST_METHODS}: {left}; name them with --methods."), style="dim")


def _whole(value: object) -> int:
    if not isinstance(value, float) or value != int(value):
        raise GdvizError(f"--evaluations: found {str(value)[:40]!r}; whole numbers with commas between.")
    return int(value)


def _answer(study: Comparison, show: BarProgress) -> ComparisonAnswer:
    from gdviz.checkpoints import train_required
    from gdviz.store import default_root
    from gdviz.studies import StudyContext

    study.check()
    for _ in train_required(study.experiment):
        show(0.0, "Training")
    return study.run(StudyContext(default_root(), lambda done, seconds_left=None: show(done)))


def _print(answer: ComparisonAnswer) -> None:
    from gdviz.comparison.table import HEADINGS, blocks
    from gdviz.comparison.words import verdict
    from gdviz.tables import plain, plain_table

    terminal = console()
    terminal.print(plain(f"Goal: {answer.goal}; w = 0 samples {answer.base}; R = log {answer.reward}."), style="italic")
    goal, other = blocks(answer)
    terminal.print(plain_table(HEADINGS, [[line[name] for name in HEADINGS] for line in goal]))
    if other:
        terminal.print(plain("These aim at another law:"))
        headings = (*HEADINGS, "aims at")
        terminal.print(plain_table(headings, [[line[name] for name in headings] for line in other]))
    terminal.print(plain(verdict(answer)))
    words = f"Means over {answer.seeds} seeds of {answer.particles:,} samples; ± is half of the 95 % interval (Student's t)."
    terminal.print(plain(words), style="dim")
