"""Learned guidance weights against none, the best constant and the best limited interval, on three-class rings.

The counterpart, in two dimensions, of the tables of "Learn to guide your diffusion model", arXiv 2510.00815: a
denoiser that was trained too shortly gains from guidance, one that was trained long does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from gdviz.checkpoints import networks
from gdviz.experiment import Experiment
from gdviz.result import run

TARGET = {"kind": "ring", "count": 3, "radius": 2, "sigma": 0.5}
LABELS = "0", "1", "2"

RECIPE = {
    "width": 64,
    "depth": 3,
    "frequencies": 0,
    "prediction": "velocity",
    "embedding_std": 0.05,
    "label_dropout": 0.2,
    "batch": 128,
    "rate": 8e-3,
    "averaging": 0.0,
}
"""A velocity network 3 x 64, no averaging. The rate falls to 0 over the steps; its size was chosen once, on the distance
without guidance: 80 and 100 steps leave about as much as in MATH section 3."""

CONSTANTS = 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0
INTERVALS = (0.073, 0.967), (0.3, 0.9)
LEARNED: dict[str, dict[str, Any]] = {"learned": {}, "learned, repulsion 0.5": {"repulsion": 0.5}}
"""Recipes of weights. The second was found on other networks (seeds 10 and 11) than those of the table."""

METHODS = "none", "best constant", "best constant a class", "limited interval", *LEARNED

SEARCHED, JUDGED = 1000, 2000
"""Seeds of the particles: a search never sees those that it is judged on. It has half as many."""


@dataclass(frozen=True)
class Size:
    """How much is run."""

    denoiser_steps: tuple[int, ...] = (80, 100, 4000)
    seeds: int = 5
    particles: int = 2000
    sampler_steps: int = 100
    weight_steps: int = 600
    constants: tuple[float, ...] = CONSTANTS
    intervals: tuple[tuple[float, float], ...] = INTERVALS


FULL = Size()
QUICK = Size((60,), 2, 200, 10, 10, (0.0, 1.0, 3.0), ((0.073, 0.967),))


@dataclass(frozen=True)
class Contest:
    """All methods with one denoiser.

    Attributes
    ----------
    denoiser_steps, seed : int
    energy : dict of str to float
        Energy distance to p(x | c) by method, mean over the classes.
    picked : dict of str to str
        What a search picked.
    search : dict of str to int
        Sampling runs that were spent on a method before the one that counts, one for each class and setting.
    cpu_seconds : float
        Spent on learning weights, the most of the recipes.
    """

    denoiser_steps: int
    seed: int
    energy: dict[str, float]
    picked: dict[str, str]
    search: dict[str, int]
    cpu_seconds: float


@dataclass(frozen=True)
class Line:
    """A method over the seeds of one denoiser length.

    Attributes
    ----------
    mean, se : float
        Of the energy distance.
    differences : dict of str to tuple of float
        For each learned recipe the 95 % interval of (learned - method), paired by seed: below 0 the learned weights are
        nearer to the truth.
    search : int
        Sampling runs spent on the search, a seed.
    """

    denoiser_steps: int
    method: str
    mean: float
    se: float
    differences: dict[str, tuple[float, float]]
    search: int


def contests(size: Size = FULL, progress: Callable[[float], None] | None = None) -> list[Contest]:
    """Every denoiser length with every seed."""
    found = []
    for steps in size.denoiser_steps:
        for seed in range(size.seeds):
            found.append(_contest(steps, seed, size))
            if progress is not None:
                progress(len(found) / (len(size.denoiser_steps) * size.seeds))
    return found


def lines(found: Sequence[Contest]) -> list[Line]:
    """The table: mean over the seeds, and the paired intervals of (learned - method)."""
    table = []
    for steps in dict.fromkeys(each.denoiser_steps for each in found):
        mine = [each for each in found if each.denoiser_steps == steps]
        for method in METHODS:
            energy = _column(mine, method)  # [S]
            differences = {name: interval(_column(mine, name) - energy) for name in LEARNED if name != method}
            search = sum(each.search.get(method, 0) for each in mine)
            error = float(energy.std(ddof=1)) / math.sqrt(len(mine)) if len(mine) > 1 else math.nan
            table.append(Line(steps, method, float(energy.mean()), error, differences, search // len(mine)))
    return table


def _column(mine: Sequence[Contest], method: str) -> NDArray[np.float64]:
    return np.array([each.energy[method] for each in mine])  # [S]


def interval(differences: NDArray[np.float64], share: float = 0.95) -> tuple[float, float]:
    """Student's interval of the mean of paired differences [S]."""
    n = len(differences)
    if n < 2:
        return -math.inf, math.inf
    reach = float(student.ppf((1 + share) / 2, n - 1)) * float(differences.std(ddof=1)) / math.sqrt(n)
    return float(differences.mean()) - reach, float(differences.mean()) + reach


def experiment(
    label: str, schedule: dict[str, Any], w: Sequence[float], denoiser: tuple[int, int], size: Size, seed: int
) -> Experiment:
    """One class under one schedule; `denoiser` is its steps and seed."""
    steps, of_network = denoiser
    return Experiment.parse(
        {
            "target": TARGET,
            "score": {"kind": "network", "recipe": RECIPE, "steps": steps, "seed": of_network},
            "guidance": {"kind": "cfg", "label": label, "schedule": schedule},
            "sampler": {"kind": "churn", "churn": 1, "steps": size.sampler_steps, "levels": {"kind": "cosine"}},
            "w": w,
            "particles": size.particles,
            "seed": seed,
        }
    )


def _contest(steps: int, seed: int, size: Size) -> Contest:
    def energies(schedule: dict[str, Any], w: Sequence[float], seeds: int, size: Size = size) -> NDArray[np.float64]:
        """[C, W]"""
        asked = [experiment(label, schedule, w, (steps, seed), size, seeds + seed) for label in LABELS]
        return np.array([_energies(each) for each in asked])

    def search(schedule: dict[str, Any]) -> NDArray[np.float64]:
        """[C, W]"""
        return energies(schedule, size.constants, SEARCHED, replace(size, particles=size.particles // 2))

    constant = {"kind": "constant"}
    searched = search(constant)  # [C, W]
    best = int(searched.mean(0).argmin())
    best_each = searched.argmin(1)  # [C]
    picked = sorted({0.0, size.constants[best], *(size.constants[k] for k in best_each)})
    judged = energies(constant, picked, JUDGED)  # [C, P]
    tried = {ends: search(_interval(ends)).mean(0) for ends in size.intervals}  # each [W]
    ends = min(tried, key=lambda each: float(tried[each].min()))
    w = size.constants[int(tried[ends].argmin())]
    common = {"kind": "learned", "steps": size.weight_steps, "seed": seed}
    learned = {name: {**common, "recipe": recipe} for name, recipe in LEARNED.items()}
    runs = len(LABELS) * len(size.constants)
    return Contest(
        steps,
        seed,
        {
            "none": float(judged[:, picked.index(0.0)].mean()),
            "best constant": float(judged[:, picked.index(size.constants[best])].mean()),
            "best constant a class": float(
                np.mean([judged[c, picked.index(size.constants[k])] for c, k in enumerate(best_each)])
            ),
            "limited interval": float(energies(_interval(ends), [w], JUDGED).mean()),
            **{name: float(energies(schedule, [1.0], JUDGED).mean()) for name, schedule in learned.items()},
        },
        {
            "best constant": f"w = {size.constants[best]:g}",
            "best constant a class": "w = " + ", ".join(f"{size.constants[k]:g}" for k in best_each),
            "limited interval": f"w = {w:g} for {ends[0]:g} < t <= {ends[1]:g}",
        },
        {"best constant": runs, "best constant a class": runs, "limited interval": runs * len(size.intervals)},
        max(_cpu_seconds(experiment("0", each, [1.0], (steps, seed), size, 0)) for each in learned.values()),
    )


def _interval(ends: tuple[float, float]) -> dict[str, Any]:
    return {"kind": "interval", "low": ends[0], "high": ends[1]}


def _energies(asked: Experiment) -> list[float]:
    rows = run(asked, device="cpu", frame_particles=0, step_change=False, exact=False).rows
    distances = [next(each for each in row.distances if each.to == "conditional") for row in rows]
    return [math.nan if each.energy_distance is None else each.energy_distance for each in distances]


def _cpu_seconds(asked: Experiment) -> float:
    """What the training of an Experiment's weights took, as the store has it."""
    record = networks().library.record(asked.tasks()[-1].id)
    return math.nan if record is None or record.report is None else record.report.cpu_seconds
