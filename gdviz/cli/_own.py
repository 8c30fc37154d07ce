"""--score: the reader's own network in an Experiment, and how far it is from the exact score."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdviz.errors import GdvizError

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

Code = Annotated[
    str | None,
    typer.Option(
        "--score",
        metavar="MODULE.py:NAME",
        help="Your own network in place of the score; its file is run. See docs/own-networks.md.",
    ),
]
Weights = Annotated[str | None, typer.Option("--weights", metavar="FILE", help="A safetensors file for it.")]
Prediction = Annotated[str, typer.Option("--prediction", metavar="noise|clean|velocity|score", help="What it returns.")]
Schedule = Annotated[
    str, typer.Option("--schedule", metavar="linear_beta|cosine|vp|edm|flow", help="How x is scaled and which time it is given.")
]


def with_own(
    experiment: Experiment, code: str | None, weights: str | None, prediction: str, schedule: str
) -> tuple[Experiment, contextlib.AbstractContextManager[None]]:
    """The Experiment with that network as its score, and a block in which it may run; unchanged without --score."""
    if code is None:
        if weights is not None:
            raise GdvizError("--weights: found without --score; name the network that they belong to.")
        return experiment, contextlib.nullcontext()
    from gdviz.experiment import Experiment
    from gdviz.scores.own import own_code_allowed

    score: dict[str, Any] = {"kind": "own", "code": code, "weights": weights, "prediction": prediction, "schedule": schedule}
    score["labels"] = experiment.target.build().labels
    return Experiment.parse({**experiment.model_dump(mode="json"), "score": score}), own_code_allowed()


def print_error(experiment: Experiment) -> None:
    """The error of every part against its exact score by noise level, and what explains it, on the messages' side."""
    from rich.table import Table

    from gdviz.checkpoints import build_stored
    from gdviz.cli._terminal import messages
    from gdviz.metrics.score_error import score_error
    from gdviz.metrics.score_verdict import verdict
    from gdviz.scores import ScoresContext
    from gdviz.scores.own import OwnScores
    from gdviz.tables import plain

    plan, own = build_stored(experiment).plan, experiment.score.build(ScoresContext(own_code=True))
    assert isinstance(own, OwnScores)
    for note in own.notes:
        messages.print(plain(note))
    parts = {law.name: law for law in (plan.unguided, plan.toward, plan.away) if law is not None and not law.by_samples}
    if not parts:
        return
    table = Table(title="Relative error of your scores against the exact ones")
    table.add_column("t", justify="right")
    for name in parts:
        table.add_column(plain(name), justify="right")
    for levels in zip(*(score_error(own.single(law), law) for law in parts.values()), strict=True):
        table.add_row(f"{levels[0].t:.4g}", *(f"{level.error:.3g}" for level in levels))
    messages.print(table)
    messages.print(plain(verdict(own, list(parts.values()))))
