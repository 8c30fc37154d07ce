"""What a benchmark is: scenes with exact goals, budgets, seeds. One file each in assets/bench, never changed once released."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gdviz.errors import GdvizError, did_you_mean
from gdviz.record import Record
from gdviz.resources import resource

QUICK = {"budgets": (16,), "particles": 256, "seeds": 2}
"""What a quick run takes instead: to see that a file works. It is no entry."""


@dataclass(frozen=True)
class Scene:
    """One question of a benchmark.

    Attributes
    ----------
    name, title : str
    w : float
        The goal is p r^w / E r^w.
    experiment : dict
        The scene as an Experiment, every default written out, so that none can change it later.
    """

    name: str
    title: str
    w: float
    experiment: dict[str, Any]


@dataclass(frozen=True)
class Definition(Record):
    """A benchmark.

    Attributes
    ----------
    name : str
    budgets : tuple of int
        Network evaluations that a sample may cost.
    particles, seeds : int
        Samples of each run; runs of each method, scene and budget.
    judged : str
        The measure that ranks go by.
    scenes : tuple of Scene
    """

    name: str
    budgets: tuple[int, ...]
    particles: int
    seeds: int
    judged: str
    scenes: tuple[Scene, ...]

    @cached_property
    def digest(self) -> str:
        """sha256 of the definition as JSON with sorted keys: what an entry names, and what a test holds."""
        text = json.dumps(json.loads(self.to_json()), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def sizes(self, quick: bool) -> dict[str, Any]:
        """Budgets, particles and seeds of a run."""
        return dict(QUICK) if quick else {"budgets": self.budgets, "particles": self.particles, "seeds": self.seeds}


def names() -> tuple[str, ...]:
    """Every benchmark."""
    return tuple(sorted(path.stem for path in resource("assets", "bench").glob("*.json")))


def find_definition(name: str) -> Definition:
    """A benchmark by its name.

    Raises
    ------
    GdvizError
        If there is none.
    """
    if name not in names():
        raise GdvizError(f"benchmark: found {name[:60]!r}{did_you_mean(name, names())}; allowed: {', '.join(names())}.")
    return Definition.from_json(resource("assets", "bench", f"{name}.json").read_bytes())
