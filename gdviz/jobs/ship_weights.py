"""Makes the answers of the page of learned weights that come with the program, in assets/weights:
``python -m gdviz.jobs.ship_weights [NAME ...]``.

Networks and weights are trained into the program's own store (GDVIZ_STORE), where they are found again. The usual recipes are
part of what is asked, so answers are made again when those change on purpose; a test says which are out of date.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from gdviz.jobs.weights import Answer, curves, run_weights, shipped
from gdviz.jobs.weights_reward import run_reward
from gdviz.jobs.weights_subjects import DENOISERS, EXACT, USUAL, answer_name, reward_study, weights_study
from gdviz.resources import resource

OTHERS = "overlapping-classes", "two-moons"

CHOICES: dict[str, tuple[str, str, str, bool]] = {
    answer_name(*choice): choice
    for choice in (
        *(("rings", denoiser, USUAL, False) for denoiser in DENOISERS),
        *(("rings", denoiser, USUAL, True) for denoiser in DENOISERS),
        ("rings", EXACT, "l2", False),
        *((target, denoiser, USUAL, False) for target in OTHERS for denoiser in ("80", "400", EXACT)),
    )
}
"""Target, denoiser, loss, and whether it is the reward version, by the name of the file."""

SNAPSHOTS = 0, 10, 20, 30, 40, 60, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600
"""Optimiser steps at which the forming of the weights is kept."""


class Alone:
    """What a worker's report is to a job that nobody watches."""

    executor, unwanted = None, False

    def progress(self, done: float, seconds_left: float | None = None) -> None: ...

    def partial(self, data: bytes) -> None: ...

    def kept(self, share: float) -> None: ...


def ship(chosen: tuple[str, ...] = ()) -> None:
    """Make the named answers again; or those that are missing or out of date."""
    place = resource("assets") / "weights"
    place.mkdir(exist_ok=True)
    for old in place.glob("*.json"):
        if old.stem not in CHOICES:
            old.unlink()
    for name in chosen or out_of_date():
        began = time.perf_counter()
        raw = answer(name)
        (place / f"{name}.json").write_bytes(raw)
        print(f"{name}: {len(raw) / 1e3:.0f} kB in {time.perf_counter() - began:.0f} s", flush=True)


def answer(name: str) -> bytes:
    """Train what one answer needs, and run it."""
    from gdviz.checkpoints import networks

    target, denoiser, loss, reward = CHOICES[name]
    store = networks()
    study = reward_study(target, denoiser) if reward else weights_study(target, denoiser, loss)
    for task in study.tasks():
        store.trained(task)
    root, text = str(store.library.root), study.text()
    report: Any = Alone()
    if reward:
        return run_reward(text, root, report)
    found: Answer = json.loads(run_weights(text, root, report))
    return json.dumps({**found, "history": history(target, denoiser, loss)}, allow_nan=False).encode()


def history(target: str, denoiser: str, loss: str) -> Answer:
    """The weights of the first seed as they form: curves at some of the steps of their training, done once more."""
    from gdviz.checkpoints import networks
    from gdviz.scores import ScoresContext
    from gdviz.training import train, untrained

    task = weights_study(target, denoiser, loss).watched()
    store = networks()
    context = ScoresContext(lambda wanted: store.found(task.network(wanted)), store.stored)
    first = untrained(task)
    steps, forms = [0], [curves(first.weights, len(first.labels))]
    for step in train(task, networks=context):
        if step.step in SNAPSHOTS or step.step == step.steps:
            steps.append(step.step)
            forms.append(curves(step.checkpoint().weights, len(first.labels)))
    return {"steps": steps, "curves": forms}


def out_of_date() -> list[str]:
    """Answers that are missing or belong to another request."""
    stale = []
    for name, (target, denoiser, loss, reward) in CHOICES.items():
        study = reward_study(target, denoiser) if reward else weights_study(target, denoiser, loss)
        if shipped(study.text(), name) is None:
            stale.append(name)
    return stale


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        ship(tuple(sys.argv[1:]))
