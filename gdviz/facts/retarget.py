"""An Experiment's target under another aim: a label, a reward, or its own."""

from __future__ import annotations

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment


def retargeted(experiment: Experiment, label: str | None = None, reward: str | None = None) -> Experiment:
    """The Experiment with its guidance turned to a label or to a reward's expression; unchanged with neither.

    Raises
    ------
    GdvizError
        If both are given.
    """
    if label is not None and reward is not None:
        raise GdvizError("score: found both a label and a reward; give one of them.")
    if label is not None:
        guidance: dict[str, object] = {"kind": "cfg", "label": label}
    elif reward is not None:
        guidance = {"kind": "reward", "reward": {"kind": "expression", "expression": reward}}
    else:
        return experiment
    return Experiment.parse({**experiment.model_dump(mode="json"), "guidance": guidance, "measure": None})
