"""The exact means of the guided law over w, for each preset that has them."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

from gdviz.exact_curves import FOLDER as FOLDER
from gdviz.exact_curves import compute, find, to_json
from gdviz.guided_law import refusal
from gdviz.presets import load
from gdviz.presets import names as preset_names
from gdviz.resources import resource

KIND = "guided-laws"


def names() -> list[str]:
    """The presets whose guided law can be had on a grid."""
    return [name for name in preset_names() if _known(name)]


def missing() -> list[str]:
    """Presets without their line."""
    return [name for name in names() if find(load(name).experiment) is None]


def build(name: str) -> str:
    """At the preset's w and halfway between, for a smooth line."""
    experiment, started = load(name).experiment, time.process_time()
    w = sorted(experiment.all_w)
    points = compute(experiment, [*w, *((a + b) / 2 for a, b in pairwise(w))])
    assert points is not None
    _root().mkdir(exist_ok=True)
    (_root() / f"{name}.json").write_text(to_json(experiment, points), encoding="utf-8")
    return f"{len(points)} w in {time.process_time() - started:.0f} CPU-s"


def prune() -> None:
    """Remove the lines of what is no such preset."""
    for old in _root().glob("*.json"):
        if old.stem not in names():
            old.unlink()


def _known(name: str) -> bool:
    built = load(name).experiment.build()
    return refusal(built.plan, built.sampler) is None and built.plan.reward is not None


def _root() -> Path:
    return Path(str(resource("assets"))) / FOLDER
