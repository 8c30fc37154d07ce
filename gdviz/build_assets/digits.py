"""What the Digits page shows, in assets/digits: its parts, the classifier, and the comparison of learned weights.

The diffusion networks themselves come with the other networks.
"""

from __future__ import annotations

from pathlib import Path

from gdviz.checkpoints import networks
from gdviz.resources import resource
from gdviz.studies import StudyContext
from gdviz.studies.digits import STUDIES

KIND, FOLDER = "digits", "digits"

CLASSIFIER, WEIGHTS = "classifier", "weights"


def names() -> list[str]:
    """The classifier, on which all others rest, the parts of the page, and learned weights on images."""
    return [CLASSIFIER, *STUDIES, WEIGHTS]


def missing() -> list[str]:
    """Names whose file is not there."""
    return [name for name in names() if not _path(name).is_file()]


def build(name: str) -> str:
    """Train and run what a file needs, and write it."""
    raw = _made(name)
    _path(name).write_bytes(raw)
    return f"{len(raw) / 1e3:.0f} kB"


def prune() -> None:
    """Nothing: what else lies there was not made here."""


def _made(name: str) -> bytes:
    if name == CLASSIFIER:
        from gdviz.training.digit_classifier import to_bytes, train_digit_classifier

        return to_bytes(train_digit_classifier())
    if name == WEIGHTS:
        from gdviz.studies.weights.digits import compare

        return compare().to_json() + b"\n"
    study, store = STUDIES[name], networks()
    for task in study.tasks():
        store.trained(task)
    return study.run(StudyContext(store.library.root)).to_bytes() + b"\n"


def _path(name: str) -> Path:
    return resource("assets", FOLDER) / f"{name}{'.safetensors' if name == CLASSIFIER else '.json'}"
