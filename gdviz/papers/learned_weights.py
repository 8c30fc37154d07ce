"""Learned guidance weights against none, the best constant and the best limited interval, on three-class rings.

The counterpart, in two dimensions, of the tables of "Learn to guide your diffusion model", arXiv 2510.00815: a
denoiser that was trained too shortly gains from guidance, one that was trained long does not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import t as student

from gdviz.checkpoints import networks, required_tasks
from gdviz.experiment import Experiment
from gdviz.metrics.energy import energy_distance
from gdviz.progress import ProgressCallback, silent
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
"""Strengths that every search tries."""

SEARCHES: dict[str, tuple[dict[str, Any], ...]] = {
    "best constant": ({"kind": "constant"},),
    "limited interval": ({"kind": "interval", "low": 0.073, "high": 0.967}, {"kind": "interval", "low": 0.3, "high": 0.9}),
    **{
        name: ({"kind": kind, "direction": "falling"},)
        for name, kind in (("linear", "linear"), ("cosine", "cosine"), ("clamped linear", "clamped"))
    },
}
"""Schedules that a search picks from, with a strength. Shapes fall from noise to data, as learned weights were seen to do on
networks that are not in the table."""

EACH = "best constant a class"

LEARNED: dict[str, dict[str, Any]] = {
    "learned": {"steps": 300, "recipe": {"path": 16, "points": 8, "particles": 32}},
    "learned, from noised data": {"steps": 600, "recipe": {}},
}
"""Learned schedules. The first was chosen on other networks (seeds 10 to 12) than those of the table; the second is the paper's
way, the program's default."""

METHODS = "none", "best constant", EACH, *(name for name in SEARCHES if name != "best constant"), *LEARNED

SEARCHED, JUDGED, TRUTH = 1000, 2000, 500_000
"""Seeds of the particles, and of the truth: a search never sees those that it is judged on. It has a quarter as many."""


@dataclass(frozen=True)
class Size:
    """How much is run. The seeds are those of networks, weights and particles."""

    denoiser_steps: tuple[int, ...] = (80, 100, 4000)
    seeds: tuple[int, ...] = (20, 21, 22, 23, 24)
    particles: int = 2000
    sampler_steps: int = 100
    constants: tuple[float, ...] = CONSTANTS
    weight_steps: int | None = None


FULL = Size()
QUICK = Size((60,), (0, 1), 200, 10, (0.0, 1.0, 3.0), 10)


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
    cpu_seconds : dict of str to float
        Spent on learning weights.
    """

    denoiser_steps: int
    seed: int
    energy: dict[str, float]
    picked: dict[str, str]
    search: dict[str, int]
    cpu_seconds: dict[str, float]


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


def contests(size: Size = FULL, progress: ProgressCallback = silent, folder: Path | None = None) -> list[Contest]:
    """Every denoiser length with every seed; a folder keeps what is done, so that a table that was stopped goes on."""
    asked = list(product(size.denoiser_steps, size.seeds))
    found = []
    for steps, seed in asked:
        found.append(_contest(steps, seed, size) if folder is None else _kept(steps, seed, size, folder))
        progress(len(found) / len(asked))
    return found


def _kept(steps: int, seed: int, size: Size, folder: Path) -> Contest:
    """A contest from the folder, if it was asked for in the same words; otherwise it is held now and put there."""
    words = json.loads(json.dumps([asdict(size), TARGET, RECIPE, SEARCHES, LEARNED]))
    path = folder / f"{steps}-{seed}.json"
    if path.exists():
        told = json.loads(path.read_text())
        if told["asked"] == words:
            return Contest(**told["contest"])
    contest = _contest(steps, seed, size)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"asked": words, "contest": asdict(contest)}))
    return contest


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


def verdict(found: Sequence[Contest]) -> list[str]:
    """What the table was made to decide, a sentence for each length: the first learned weights against the best constant, where
    guidance is searched for to mend a short training; after the longest training, against none. Other rows are not judged."""
    lengths = list(dict.fromkeys(each.denoiser_steps for each in found))
    name, said = next(iter(LEARNED)), []
    for steps in lengths:
        mine = [each for each in found if each.denoiser_steps == steps]
        other = "none" if len(lengths) > 1 and steps == max(lengths) else "best constant"
        differences = _column(mine, name) - _column(mine, other)  # [S]
        low, high = interval(differences)
        told = "nearer than" if high < 0 else "farther than" if low > 0 else "not clearly nearer or farther than"
        told = f"{steps} steps: {name} is {told} {other}, difference x 1000 {in_thousandths((low, high))} (95 %)"
        if other == "best constant" and len(lengths) > 2:
            wide = interval(differences, 1 - 0.05 / (len(lengths) - 1))
            told += f"; {in_thousandths(wide)} where both lengths shall hold at 95 %"
        said.append(told + ".")
    return said


HEADINGS = "denoiser steps", "guidance", "energy distance x 1000", *(f"{name} - it" for name in LEARNED), "runs searched"


def cells(table: Sequence[Line]) -> list[tuple[str, ...]]:
    """The table as text, under `HEADINGS`."""
    return [
        (
            f"{line.denoiser_steps}",
            line.method,
            f"{1000 * line.mean:.1f} ± {1000 * line.se:.1f}",
            *(in_thousandths(line.differences[name]) if name in line.differences else "" for name in LEARNED),
            f"{line.search}",
        )
        for line in table
    ]


def in_thousandths(ends: tuple[float, float]) -> str:
    """An interval x 1000."""
    return f"{1000 * ends[0]:.1f} to {1000 * ends[1]:.1f}"


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
        return np.array([_energies(experiment(c, schedule, w, (steps, seed), size, seeds + seed), c) for c in LABELS])

    def search(schedule: dict[str, Any]) -> NDArray[np.float64]:
        """[C, W]"""
        return energies(schedule, size.constants, SEARCHED, replace(size, particles=size.particles // 4))

    tried = {name: [search(schedule) for schedule in schedules] for name, schedules in SEARCHES.items()}
    runs = len(LABELS) * len(size.constants)
    spent = {name: runs * len(schedules) for name, schedules in SEARCHES.items()}
    energy, picked = {}, {}
    for name, schedules in SEARCHES.items():
        k = min(range(len(schedules)), key=lambda k: float(tried[name][k].mean(0).min()))
        w = size.constants[int(tried[name][k].mean(0).argmin())]
        energy[name] = float(energies(schedules[k], [w], JUDGED).mean())
        picked[name] = f"w = {w:g}{_words(schedules[k])}"
    each = [size.constants[int(k)] for k in tried["best constant"][0].argmin(1)]
    judged = energies({"kind": "constant"}, sorted({0.0, *each}), JUDGED)  # [C, P]
    energy["none"] = float(judged[:, 0].mean())
    energy[EACH] = float(np.mean([judged[c, sorted({0.0, *each}).index(w)] for c, w in enumerate(each)]))
    picked[EACH], spent[EACH] = "w = " + ", ".join(f"{w:g}" for w in each), runs
    cpu_seconds = {}
    for name, asked in LEARNED.items():
        schedule = {"kind": "learned", "seed": seed, **asked}
        if size.weight_steps is not None:
            schedule["steps"] = size.weight_steps
        energy[name] = float(energies(schedule, [1.0], JUDGED).mean())
        cpu_seconds[name] = _cpu_seconds(experiment(LABELS[0], schedule, [1.0], (steps, seed), size, 0))
    return Contest(steps, seed, {name: energy[name] for name in METHODS}, picked, spent, cpu_seconds)


def _words(schedule: dict[str, Any]) -> str:
    if schedule["kind"] == "interval":
        return f" for {schedule['low']:g} < t <= {schedule['high']:g}"
    return f", {schedule['direction']}" if "direction" in schedule else ""


def _energies(asked: Experiment, label: str) -> list[float]:
    """Energy distances to p(x | label), one a w."""
    result = run(asked, device="cpu", frame_particles=0, step_change=False, exact=False, distances=False)
    generator = torch.Generator().manual_seed(TRUTH + asked.seed)
    truth = result.built.law.given(label).sample(asked.particles, generator).x  # [N, d]
    listed = torch.from_numpy(result.samples[-len(asked.w) :]).double()  # [W, N, d]
    found = (energy_distance(x, truth).value for x in listed)
    return [math.nan if value is None else value for value in found]


def _cpu_seconds(asked: Experiment) -> float:
    """What the training of an Experiment's weights took, as the store has it."""
    record = networks().library.record(required_tasks(asked)[-1].id)
    return math.nan if record is None or record.report is None else record.report.cpu_seconds
