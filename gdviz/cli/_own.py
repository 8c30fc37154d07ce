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
    str, typer.Option("--schedule", metavar="linear_beta|cosine|vp|edm", help="How x is scaled and which time it is given.")
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
    """The error against the exact score by noise level, on the messages' side."""
    from rich.table import Table

    from gdviz.checkpoints import build_stored
    from gdviz.cli._terminal import messages
    from gdviz.metrics.score_error import score_error
    from gdviz.scores import ScoresContext

    law = build_stored(experiment).plan.unguided
    score = experiment.score.build(ScoresContext(own_code=True)).single(law)
    table = Table(title=f"Your score of {law.name} against the exact one")
    for column in ("t", "relative error"):
        table.add_column(column, justify="right")
    for level in score_error(score, law):
        table.add_row(f"{level.t:.4g}", f"{level.error:.3g}")
    messages.print(table)
