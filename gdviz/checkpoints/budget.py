"""How many steps fit into a time, so that the learning rate comes to its end within it."""

from __future__ import annotations

import math
import time

from gdviz.checkpoints.library import Library
from gdviz.device import training_device
from gdviz.scores import ScoresContext
from gdviz.training import Task, train, untrained

WARM, TIMED = 5, 20
"""Steps that are not timed, for a first step imports and compiles; and steps that are."""

SHARE = 0.85
"""Of the time that goes into steps; the rest is for looking at the score error and for saving."""

MOST = 1_000_000
"""Steps of the longest task."""


def within(task: Task, seconds: float, library: Library, device: str = "auto") -> Task:
    """The task with as many steps as this machine takes in so many seconds, from a few steps that are timed.

    The number has two significant digits, so that the same time asked for twice is often the same task. It does not
    count on a machine that stays as busy as it is: `training` is given the seconds as well.
    """
    base = None if task.base is None else untrained(task.base)
    networks = ScoresContext(lambda wanted: untrained(task.network(wanted)), library.stored)
    began = start = time.monotonic()
    probed = 0
    for step in train(task, base=base, networks=networks, device=training_device(device)):
        if step.step == WARM:
            start = time.monotonic()
        probed = step.step - WARM
        if probed >= TIMED or (probed > 0 and time.monotonic() - began > seconds / 10):
            break
    now = time.monotonic()
    rate = max(1, probed) / max(now - (start if probed > 0 else began), 1e-6)
    steps = max(1.0, min(MOST, rate * SHARE * (seconds - (now - began))))
    digits = 10.0 ** max(0, math.floor(math.log10(steps)) - 1)
    return task.model_copy(update={"steps": int(steps // digits * digits)})
