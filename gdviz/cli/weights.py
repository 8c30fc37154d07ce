"""gdviz weights: guidance weights learned for an Experiment, and the table of what they gain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app, bar, console, messages, refused_by_the_disk
from gdviz.errors import GdvizError
from gdviz.tables import plain, plain_table

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.training import Task

FLOW_TIMES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

STEP = 0.01
"""In flow time, as the paper plots the weights."""


@app.command()
def weights(
    source: Annotated[
        str | None, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Compare with constants and schedules on three-class rings.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="With --table: a small version, in seconds.")] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="With --table: a folder for what is done; a table that was stopped goes on.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train the guidance weights of an Experiment (of the usual recipe where its schedule is another) and print them."""
    if table == (source is not None):
        raise GdvizError("weights: found both an Experiment and --table, or neither; give one of them.")
    if quick and not table:
        raise GdvizError("--quick: found without --table; an Experiment's schedule says itself how long it is trained.")
    if keep is not None and not table:
        raise GdvizError("--keep: found without --table; networks and weights are kept in the store.")
    if source is None:
        with refused_by_the_disk():
            _table(quick, as_json, keep)
        return
    learned = _learned(source)
    if as_json:
        typer.echo(json.dumps(learned, allow_nan=False))
        return
    rows = [[f"{t:g}", *(f"{curve[k]:.3f}" for curve in learned["omega"].values())] for k, t in enumerate(FLOW_TIMES)]
    console().print(plain_table(("flow time t", *(f"omega for {label}" for label in learned["omega"])), rows))
    cost = f"loss {learned['ema_loss']:.4g} after {learned['steps']} steps in {learned['cpu_seconds']:.1f} CPU-s"
    console().print(plain(f"omega(t - {STEP:g}, t); {learned['title']}; {cost}"))
    console().print(plain(f"  {learned['id']}"))


def _learned(source: str) -> dict[str, Any]:
    """Train what is missing; the weights and what they cost."""
    from gdviz.cli.train import train_tasks

    with bar():
        task, tasks = _tasks(read_experiment(source))
        from gdviz.checkpoints import Library
    library = Library()
    report = train_tasks(tasks, library)[-1]
    checkpoint = library.find(task)
    if checkpoint is None:
        raise GdvizError("weights: found them damaged or gone after training; ask again.")
    curves = {label: checkpoint.weights.curve(k, FLOW_TIMES, STEP) for k, label in enumerate(checkpoint.labels)}
    told = report.to_dict()
    names = ("title", "steps", "loss", "ema_loss", "seconds", "cpu_seconds")
    return {"id": task.id, **{name: told[name] for name in names}, "step": STEP, "flow_time": FLOW_TIMES, "omega": curves}


def _tasks(experiment: Experiment) -> tuple[Task, tuple[Task, ...]]:
    """The training of the weights, and all trainings it needs with it, itself the last."""
    from gdviz.checkpoints import required_tasks
    from gdviz.guidance.schedules.learned import Learned

    if not isinstance(experiment.guidance.schedule, Learned):
        guidance = experiment.guidance.model_copy(update={"schedule": Learned()})
        experiment = experiment.model_copy(update={"guidance": guidance})
    tasks = required_tasks(experiment)
    last = next(task for task in tasks if task.what == "weights")
    return last, (*(task for task in tasks if task is not last), last)


def _table(quick: bool, as_json: bool, keep: Path | None) -> None:
    with bar() as show:
        from gdviz.studies.weights.table import FULL, HEADINGS, QUICK, WeightsTable, cells, contests

        held = contests(QUICK if quick else FULL, lambda done: show(done, "Training and sampling"), keep)
        table = WeightsTable.of(held)
    if as_json:
        typer.echo(table.to_json().decode())
        return
    console().print(plain_table(HEADINGS, cells(table.lines)))
    for sentence in table.verdict:
        console().print(plain(sentence))
    seeds = len({each.seed for each in held})
    seconds = max(max(each.cpu_seconds.values()) for each in held)
    console().print(
        plain(f"{seeds} seeds; mean ± standard error; 95 % intervals. Learning the weights took at most {seconds:.1f} CPU-s.")
    )
    if quick:
        messages.print(plain("Quick version: too small to say anything of the methods."))
