"""The answers of the page of learned weights, in assets/weights.

Networks and weights are trained into the program's own store (GDVIZ_STORE), where they are found again. The usual recipes are
part of what is asked, so answers are made again when those change on purpose; a test says which are out of date.
"""

from __future__ import annotations

import time
from dataclasses import replace

from gdviz.checkpoints import networks
from gdviz.record import Answer
from gdviz.resources import resource
from gdviz.studies import StudyContext
from gdviz.studies.weights.learned import FormingHistory, LearnedWeights, curves
from gdviz.studies.weights.shipped import CHOICES, shipped, shipped_file, study_of

KIND, FOLDER = "weights", "weights"

SNAPSHOTS = 0, 10, 20, 30, 40, 60, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600
"""Optimiser steps at which the forming of the weights is kept."""


def names() -> list[str]:
    """Target, denoiser and loss of each answer."""
    return list(CHOICES)


def missing() -> list[str]:
    """Names whose answer does not come with the program as it is."""
    return [name for name in CHOICES if shipped(study_of(name)) is None]


def prune() -> None:
    """Remove answers that no name asks for any more."""
    asked = {shipped_file(study_of(name)) for name in CHOICES}
    for old in (resource("assets") / FOLDER).glob("*.json"):
        if old.name not in asked:
            old.unlink()


def build(name: str) -> str:
    """Train what an answer needs, work it out, and write it."""
    began, store, study = time.perf_counter(), networks(), study_of(name)
    for task in study.tasks():
        store.trained(task)
    answer: Answer = study.run(StudyContext(store.library.root))
    if isinstance(study, LearnedWeights):
        answer = replace(answer, history=history(study))  # type: ignore[call-arg]
    raw = replace(answer, seconds=time.perf_counter() - began).to_bytes()
    place = resource("assets") / FOLDER
    place.mkdir(exist_ok=True)
    (place / shipped_file(study)).write_bytes(raw)
    return f"{len(raw) / 1e3:.0f} kB"


def history(study: LearnedWeights) -> FormingHistory:
    """The weights of the first seed as they form: curves at some of the steps of their training, done once more."""
    from gdviz.scores import ScoresContext
    from gdviz.training import train, untrained

    task, store = study.watched(), networks()
    context = ScoresContext(lambda wanted: store.found(task.network(wanted)), store.stored)
    first = untrained(task)
    steps, forms = [0], [curves(first.weights, len(first.labels))]
    for step in train(task, networks=context):
        if step.step in SNAPSHOTS or step.step == step.steps:
            steps.append(step.step)
            forms.append(curves(step.checkpoint().weights, len(first.labels)))
    return FormingHistory(tuple(steps), tuple(forms))
