"""What a comparison found: the record that is stored, sent and shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gdviz.record import Answer

MEASURES: Mapping[str, str] = {
    "energy_distance": "energy distance",
    "w2": "W2",
    "sliced_w2": "sliced W2",
    "mmd": "MMD²",
    "mode_weight_tv": "mode weights",
    "reward_gap": "E R gap",
    "off_support": "off support",
    "distinct": "distinct",
}
"""What is measured, and how it is written: R = log r; all but the last are 0 for the goal itself up to the floor."""


@dataclass(frozen=True)
class Entry:
    """One method at one budget.

    Attributes
    ----------
    method, title, rung : str
    aims : str
        Empty where it aims at the goal; else at what.
    evaluations, steps : int
        Network evaluations a sample that were allowed, and the steps taken for them.
    values : mapping of str to tuple of float or None
        By the name of the measure, one value a seed; None where it is not defined.
    seconds : tuple of float
        Wall time of each seed's run.
    ess, ancestors : float or None
        Smallest effective sample size as a share of the population, and particles of the start with descendants: means over
        seeds.
    lost : int
        Particles that ran away or whose population died, over all seeds.
    shown : tuple of tuples of float
        The first samples of the first seed.
    """

    method: str
    title: str
    rung: str
    aims: str
    evaluations: int
    steps: int
    values: Mapping[str, tuple[float | None, ...]]
    seconds: tuple[float, ...]
    ess: float | None
    ancestors: float | None
    lost: int
    shown: tuple[tuple[float, ...], ...]

    @property
    def at_goal(self) -> bool:
        """Whether it aims at the goal."""
        return not self.aims

    def mean(self, measure: str) -> OverSeeds:
        """Mean over seeds and its standard error."""
        return over_seeds(self.values[measure])


@dataclass(frozen=True)
class ComparisonAnswer(Answer):
    """Methods on one scene against one goal.

    Attributes
    ----------
    goal, base, reward : str
        The goal's law, the law of w = 0, and r, as they are written.
    w : float
    particles, seeds : int
        Of each run, and runs of each entry.
    entries : tuple of Entry
    floors : mapping of str to tuple of float or None
        The same measures between two independent samples of the goal, one value a seed.
    goal_shown : tuple of tuples of float
        Some samples of the goal.
    """

    goal: str
    base: str
    reward: str
    w: float
    particles: int
    seeds: int
    entries: tuple[Entry, ...]
    floors: Mapping[str, tuple[float | None, ...]]
    goal_shown: tuple[tuple[float, ...], ...]


class OverSeeds(NamedTuple):
    """A mean over seeds and its standard error; None where it is not known."""

    value: float | None
    se: float | None


def over_seeds(values: Sequence[float | None]) -> OverSeeds:
    """Mean and standard error of one number a seed; unknown where one is missing."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    if len(known) < len(values) or not known:
        return OverSeeds(None, None)
    mean = sum(known) / len(known)
    if len(known) < 2:
        return OverSeeds(mean, None)
    return OverSeeds(mean, math.sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1) / len(known)))
