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

from gdviz.jobs.weights import Answer, WeightsStudy, curves, run_weights, shipped, shipped_file
from gdviz.jobs.weights_reward import RewardStudy, run_reward
from gdviz.jobs.weights_subjects import DENOISERS, EXACT, PAPERS, PATH, reward_study, weights_study
from gdviz.resources import resource

Choice = tuple[str, str, str, bool]
"""Target, denoiser, loss, and whether it is the reward version."""

CHOICES: dict[str, Choice] = {
    "-".join([target, denoiser, loss, *["reward"] * reward]): (target, denoiser, loss, reward)
    for target, denoiser, loss, reward in (
        *(("rings", denoiser, PAPERS, False) for denoiser in DENOISERS),
        *(("rings", denoiser, PAPERS, True) for denoiser in DENOISERS),
        ("rings", EXACT, "l2", False),
        *(("rings", denoiser, PATH, False) for denoiser in ("80", "100", "4000")),
        *(("overlapping-classes", denoiser, PAPERS, False) for denoiser in ("80", "400", EXACT)),
        *(("two-moons", denoiser, PAPERS, False) for denoiser in ("80", EXACT)),
    )
}
"""What comes with the program, by name."""

SNAPSHOTS = 0, 10, 20, 30, 40, 60, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600
"""Optimiser steps at which the forming of the weights is kept."""


class Alone:
    """What a worker's report is to a job that nobody watches."""

    executor, unwanted = None, False

    def progress(self, done: float, seconds_left: float | None = None) -> None: ...

    def partial(self, data: bytes) -> None: ...

    def kept(self, share: float) -> None: ...


def ship(chosen: tuple[str, ...] = ()) -> None:
    """Make the named answers again; or those that are missing, and remove what nothing asks for."""
    place = resource("assets") / "weights"
    place.mkdir(exist_ok=True)
    needed = {shipped_file(text_of(name)) for name in CHOICES}
    for old in place.glob("*.json"):
        if old.name not in needed:
            old.unlink()
    for name in chosen or missing():
        began = time.perf_counter()
        raw = answer(name)
        (place / shipped_file(text_of(name))).write_bytes(raw)
        print(f"{name}: {len(raw) / 1e3:.0f} kB in {time.perf_counter() - began:.0f} s", flush=True)


def answer(name: str) -> bytes:
    """Train what one answer needs, and run it."""
    from gdviz.checkpoints import networks

    store, study = networks(), _study(name)
    for task in study.tasks():
        store.trained(task)
    root, text = str(store.library.root), study.text()
    report: Any = Alone()
    if not isinstance(study, WeightsStudy):
        return run_reward(text, root, report)
    found: Answer = json.loads(run_weights(text, root, report))
    return json.dumps({**found, "history": history(study)}, allow_nan=False).encode()


def history(study: WeightsStudy) -> Answer:
    """The weights of the first seed as they form: curves at some of the steps of their training, done once more."""
    from gdviz.checkpoints import networks
    from gdviz.scores import ScoresContext
    from gdviz.training import train, untrained

    task = study.watched()
    store = networks()
    context = ScoresContext(lambda wanted: store.found(task.network(wanted)), store.stored)
    first = untrained(task)
    steps, forms = [0], [curves(first.weights, len(first.labels))]
    for step in train(task, networks=context):
        if step.step in SNAPSHOTS or step.step == step.steps:
            steps.append(step.step)
            forms.append(curves(step.checkpoint().weights, len(first.labels)))
    return {"steps": steps, "curves": forms}


def text_of(name: str) -> str:
    """What is asked under a name of `CHOICES`."""
    return _study(name).text()


def missing() -> list[str]:
    """Names whose answer does not come with the program as it is."""
    return [name for name in CHOICES if shipped(text_of(name)) is None]


def _study(name: str) -> WeightsStudy | RewardStudy:
    target, denoiser, loss, reward = CHOICES[name]
    return reward_study(target, denoiser, loss) if reward else weights_study(target, denoiser, loss)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        ship(tuple(sys.argv[1:]))
