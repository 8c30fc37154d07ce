"""Learned guidance weights against none, the best constant and the best limited interval, on three-class rings.

The counterpart, in two dimensions, of the tables of "Learn to guide your diffusion model", arXiv 2510.00815: a
denoiser that was trained too shortly gains from guidance, one that was trained long does not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.checkpoints import networks, required_tasks
from gdviz.experiment import Experiment
from gdviz.guidance.schedules.interval import Interval
from gdviz.progress import ProgressCallback, silent
from gdviz.record import Record
from gdviz.resources import resource
from gdviz.studies.weights.contest import (
    EACH,
    LEARNED,
    SEARCHES,
    Distances,
    Points,
    Rules,
    RunArena,
    hold,
    interval,
    learned_schedules,
)
from gdviz.studies.weights.network import energy_distances
from gdviz.studies.weights.subjects import RECIPE, TARGET
from gdviz.targets.ring import Ring

if TYPE_CHECKING:
    from gdviz.guidance import ScheduleKind
    from gdviz.laws import Law

LABELS = "0", "1", "2"

CONSTANTS = 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0
"""Strengths that every search tries."""

METHODS = "none", "best constant", EACH, *(name for name in SEARCHES if name != "best constant"), *LEARNED

TRUTH = 500_000
"""Seed of the truth. A search has a quarter of the particles."""


@dataclass(frozen=True)
class ContestSize:
    """How much is run. The seeds are those of networks, weights and particles."""

    denoiser_steps: tuple[int, ...] = (80, 100, 4000)
    seeds: tuple[int, ...] = (20, 21, 22, 23, 24)
    particles: int = 2000
    sampler_steps: int = 100
    constants: tuple[float, ...] = CONSTANTS
    weight_steps: int | None = None


FULL = ContestSize()
QUICK = ContestSize((60,), (0, 1), 200, 10, (0.0, 1.0, 3.0), 10)


@dataclass(frozen=True)
class TableContest:
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
    energy: Mapping[str, float]
    picked: Mapping[str, str]
    search: Mapping[str, int]
    cpu_seconds: Mapping[str, float]


@dataclass(frozen=True)
class TableLine:
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
    differences: Mapping[str, tuple[float, float]]
    search: int


@dataclass(frozen=True)
class WeightsTable(Record):
    """The whole table, as `gdviz weights --table --json` prints it; that of the docs comes with the program."""

    format: int
    contests: tuple[TableContest, ...]
    lines: tuple[TableLine, ...]
    verdict: tuple[str, ...]

    @classmethod
    def of(cls, held: Sequence[TableContest]) -> WeightsTable:
        """The table of contests that were held."""
        return cls(2, tuple(held), tuple(lines(held)), tuple(verdict(held)))

    @classmethod
    def shipped(cls) -> WeightsTable:
        """That which comes with the program."""
        return cls.from_json(resource("assets", "weights_table.json").read_bytes())


def contests(size: ContestSize = FULL, progress: ProgressCallback = silent, folder: Path | None = None) -> list[TableContest]:
    """Every denoiser length with every seed; a folder keeps what is done, so that a table that was stopped goes on."""
    asked = list(product(size.denoiser_steps, size.seeds))
    held = []
    for steps, seed in asked:
        held.append(_contest(steps, seed, size) if folder is None else _stored(steps, seed, size, folder))
        progress(len(held) / len(asked))
    return held


def _stored(steps: int, seed: int, size: ContestSize, folder: Path) -> TableContest:
    """A contest from the folder, if it was asked for in the same words; otherwise it is held now and put there."""
    searches = {name: [each.model_dump(mode="json") for each in schedules] for name, schedules in SEARCHES.items()}
    learned = {name: each.model_dump(mode="json") for name, each in LEARNED.items()}
    words = json.loads(json.dumps([asdict(size), TARGET, RECIPE, searches, learned]))
    path = folder / f"{steps}-{seed}.json"
    if path.exists():
        told = json.loads(path.read_text())
        if told["asked"] == words:
            return TableContest(**told["contest"])
    contest = _contest(steps, seed, size)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"asked": words, "contest": asdict(contest)}))
    return contest


def lines(held: Sequence[TableContest]) -> list[TableLine]:
    """The table: mean over the seeds, and the paired intervals of (learned - method)."""
    table = []
    for steps in dict.fromkeys(each.denoiser_steps for each in held):
        mine = [each for each in held if each.denoiser_steps == steps]
        for method in METHODS:
            energy = _column(mine, method)  # [S]
            differences = {name: interval(_column(mine, name) - energy) for name in LEARNED if name != method}
            search = sum(each.search.get(method, 0) for each in mine)
            error = float(energy.std(ddof=1)) / math.sqrt(len(mine)) if len(mine) > 1 else math.nan
            table.append(TableLine(steps, method, float(energy.mean()), error, differences, search // len(mine)))
    return table


def verdict(held: Sequence[TableContest]) -> list[str]:
    """What the table was made to decide, a sentence for each length: the first learned weights against the best constant, where
    guidance is searched for to mend a short training; after the longest training, against none. Other rows are not judged."""
    lengths = list(dict.fromkeys(each.denoiser_steps for each in held))
    name, said = next(iter(LEARNED)), []
    for steps in lengths:
        mine = [each for each in held if each.denoiser_steps == steps]
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


def cells(table: Sequence[TableLine]) -> list[tuple[str, ...]]:
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


def _column(mine: Sequence[TableContest], method: str) -> NDArray[np.float64]:
    return np.array([each.energy[method] for each in mine])  # [S]


def experiment(
    label: str, schedule: ScheduleKind, w: Sequence[float], denoiser: tuple[int, int], size: ContestSize, seed: int
) -> Experiment:
    """One class under one schedule; `denoiser` is its steps and seed."""
    steps, of_network = denoiser
    return Experiment.parse(
        {
            "target": TARGET,
            "score": {"kind": "network", "recipe": RECIPE, "steps": steps, "seed": of_network},
            "guidance": {"kind": "cfg", "label": label, "schedule": schedule.model_dump(mode="json")},
            "sampler": {"kind": "churn", "churn": 1, "steps": size.sampler_steps, "levels": {"kind": "cosine"}},
            "w": w,
            "particles": size.particles,
            "seed": seed,
        }
    )


@dataclass(frozen=True)
class _Rings(RunArena):
    """Three classes on a ring and one denoiser."""

    denoiser: tuple[int, int]
    size: ContestSize
    labels = LABELS

    def experiment(self, label: str, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> Experiment:
        return experiment(label, schedule, w, self.denoiser, replace(self.size, particles=particles), seed)

    def distances(self, samples: Sequence[Points], seed: int) -> Distances:
        pairs = zip(LABELS, samples, strict=True)
        return np.array([energy_distances(x, self._truth(label, seed, x.shape[1])) for label, x in pairs])

    def _truth(self, label: str, seed: int, count: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(TRUTH + seed)
        return _law().given(label).sample(count, generator).x  # [n, d]


def _contest(steps: int, seed: int, size: ContestSize) -> TableContest:
    arena, learned = _Rings((steps, seed), size), learned_schedules(seed, size.weight_steps)
    rules = Rules(size.constants, size.particles, size.particles // 4, SEARCHES, each_class=True, describe=_words)
    contest = hold(arena, learned, rules, seed)
    spent = {name: _cpu_seconds(experiment(LABELS[0], each, [1.0], (steps, seed), size, 0)) for name, each in learned.items()}
    return TableContest(steps, seed, {name: contest.distance[name] for name in METHODS}, contest.picked, contest.search, spent)


def _words(schedule: ScheduleKind) -> str:
    if isinstance(schedule, Interval):
        return f" for {schedule.low:g} < t <= {schedule.high:g}"
    direction = getattr(schedule, "direction", None)
    return f", {direction}" if direction else ""


@cache
def _law() -> Law:
    return Ring.model_validate(TARGET).build()


def _cpu_seconds(asked: Experiment) -> float:
    """What the training of an Experiment's weights took, as the store has it."""
    record = networks().library.record(required_tasks(asked)[-1].id)
    return math.nan if record is None or record.report is None else record.report.cpu_seconds
