"""The contest: none, searched constants and schedules, and learned weights, on the same network and the same noise.

What it is held on is passed in: how samples are made, and how far they are from the truth.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from gdviz.guidance import ScheduleKind
from gdviz.guidance.schedules.clamped import Clamped
from gdviz.guidance.schedules.constant import Constant
from gdviz.guidance.schedules.cosine import CosineWeight
from gdviz.guidance.schedules.interval import Interval
from gdviz.guidance.schedules.learned import Learned
from gdviz.guidance.schedules.linear import Linear
from gdviz.networks import WeightRecipe
from gdviz.progress import ProgressCallback, silent

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

Points = NDArray[np.float32]
Distances = NDArray[np.float64]

SEARCHES: dict[str, tuple[ScheduleKind, ...]] = {
    "best constant": (Constant(),),
    "limited interval": (Interval(low=0.073, high=0.967), Interval(low=0.3, high=0.9)),  # the first: flow times 0.22 to 0.84
    "linear": (Linear(direction="falling"),),
    "cosine": (CosineWeight(direction="falling"),),
    "clamped linear": (Clamped(direction="falling"),),
}
"""Schedules that a search picks from, with a strength. Shapes fall from noise to data, as learned weights were seen to do on
networks that are not in the table."""

EACH = "best constant a class"

LEARNED: dict[str, Learned] = {
    "learned": Learned(steps=300, recipe=WeightRecipe(path=16, points=8, particles=32)),
    "learned, from noised data": Learned(steps=600, recipe=WeightRecipe()),
}
"""Learned schedules. The first was chosen on other networks (seeds 10 to 12) than those of the table; the second is the paper's
way, the program's default."""

SEARCHED, JUDGED = 1000, 2000
"""Seeds of the particles: a search never sees those that it is judged on."""


class Arena(ABC):
    """One network: how it is sampled under a schedule, and how far samples are from the truth."""

    labels: tuple[str, ...]

    @abstractmethod
    def sample(self, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> list[Points]:
        """End points [W, N, d] of each class; the same seed is the same noise."""

    @abstractmethod
    def distances(self, samples: Sequence[Points], seed: int) -> Distances:
        """[C, W]; [1, W] where all classes are judged together."""


class RunArena(Arena):
    """Sampled by Experiments of their own, as anybody can run them; networks that are missing are trained."""

    @abstractmethod
    def experiment(self, label: str, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> Experiment:
        """One class under one schedule."""

    def sample(self, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> list[Points]:
        from gdviz.result import run

        asked = (self.experiment(label, schedule, w, seed, particles) for label in self.labels)
        results = (run(one, device="cpu", frame_particles=0, step_change=False, exact=False, distances=False) for one in asked)
        return [result.samples[-len(w) :] for result in results]


@dataclass(frozen=True)
class Rules:
    """How a contest is held.

    Attributes
    ----------
    constants : tuple of float
        Strengths that every search tries.
    particles, search_particles : int
        Of each class, where a method is judged and where it is searched for.
    searches : mapping
        The methods that are searched for, by name; the first is the constant.
    each_class : bool
        Whether a constant of its own for each class takes part.
    describe : callable
        What is said of a schedule that a search picked, after its w.
    """

    constants: tuple[float, ...]
    particles: int
    search_particles: int
    searches: Mapping[str, tuple[ScheduleKind, ...]]
    each_class: bool = False
    describe: Callable[[ScheduleKind], str] = lambda schedule: ""


@dataclass(frozen=True)
class Contest:
    """How it ended.

    Attributes
    ----------
    distance : dict of str to float
        To the truth by method, mean over the classes: none, those searched for, those learned.
    picked : dict of str to str
        What a search picked.
    search : dict of str to int
        Sampling runs that were spent on a method before the one that counts, one for each class and setting.
    tried : Distances
        What the search for the constant saw, [C, W].
    samples : dict of str to list
        Those that were judged, [1, N, d] of each class.
    """

    distance: dict[str, float]
    picked: dict[str, str]
    search: dict[str, int]
    tried: Distances
    samples: dict[str, list[Points]]


def hold(
    arena: Arena, learned: Mapping[str, ScheduleKind], rules: Rules, seed: int, progress: ProgressCallback = silent
) -> Contest:
    """All methods on one network."""
    tell = _Share(rules, len(learned), progress)

    def search(schedule: ScheduleKind) -> Distances:
        distances = arena.distances(
            arena.sample(schedule, rules.constants, SEARCHED + seed, rules.search_particles), SEARCHED + seed
        )  # [C, W]
        tell.did(len(rules.constants) * rules.search_particles)
        return distances

    def judge(schedule: ScheduleKind, w: Sequence[float]) -> tuple[Distances, list[Points]]:
        samples = arena.sample(schedule, w, JUDGED + seed, rules.particles)  # [W, N, d] each
        distances = arena.distances(samples, JUDGED + seed)  # [C, W]
        tell.did(len(w) * rules.particles)
        return distances, samples

    w, runs = rules.constants, len(arena.labels) * len(rules.constants)
    tried = {name: [search(schedule) for schedule in schedules] for name, schedules in rules.searches.items()}
    constant = next(iter(tried.values()))[0]  # [C, W]
    each = [w[int(k)] for k in constant.argmin(1)] if rules.each_class else []
    scales = sorted({0.0, *each})
    judged, samples = judge(Constant(), scales)  # [C, P]
    contest = Contest({"none": float(judged[:, 0].mean())}, {}, {}, constant, {"none": [x[:1] for x in samples]})
    for name, schedules in rules.searches.items():
        k = min(range(len(schedules)), key=lambda k: float(tried[name][k].mean(0).min()))
        best = w[int(tried[name][k].mean(0).argmin())]
        distance, contest.samples[name] = judge(schedules[k], [best])
        contest.distance[name] = float(distance.mean())
        contest.picked[name] = f"w = {best:g}{rules.describe(schedules[k])}"
        contest.search[name] = runs * len(schedules)
        if rules.each_class and EACH not in contest.distance:
            contest.distance[EACH] = float(np.mean([judged[c, scales.index(one)] for c, one in enumerate(each)]))
            contest.picked[EACH], contest.search[EACH] = "w = " + ", ".join(f"{one:g}" for one in each), runs
    for name, schedule in learned.items():
        distance, contest.samples[name] = judge(schedule, [1.0])
        contest.distance[name] = float(distance.mean())
    return contest


class _Share:
    """The share done, by particles."""

    def __init__(self, rules: Rules, learned: int, progress: ProgressCallback) -> None:
        searched = sum(len(schedules) for schedules in rules.searches.values()) * len(rules.constants)
        self.whole = searched * rules.search_particles + (1 + len(rules.searches) + learned) * rules.particles
        self.done, self.progress = 0, progress

    def did(self, particles: int) -> None:
        self.done += particles
        self.progress(min(1.0, self.done / self.whole))


def learned_schedules(seed: int, steps: int | None) -> dict[str, ScheduleKind]:
    """`LEARNED` of one seed, with other optimiser steps if they are given."""
    changes = {"seed": seed} if steps is None else {"seed": seed, "steps": steps}
    return {name: schedule.model_copy(update=changes) for name, schedule in LEARNED.items()}


def interval(differences: NDArray[np.float64], share: float = 0.95) -> tuple[float, float]:
    """Student's interval of the mean of paired differences [S]."""
    n = len(differences)
    if n < 2:
        return -math.inf, math.inf
    reach = float(student.ppf((1 + share) / 2, n - 1)) * float(differences.std(ddof=1)) / math.sqrt(n)
    return float(differences.mean()) - reach, float(differences.mean()) + reach
