"""How far the samples are from each exact goal of a method.

Samples of a target made of atoms are read at the nearest atom, as rewards are: a run ends at its last noise level,
and next to a goal of a few atoms even that small blur is a distance above the floor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.guidance import Goal
from gdviz.metrics.energy import Within, energy_change, energy_distance, energy_floor

POINTS = 2000
"""Samples compared, of the run and of the goal."""

CHANGE_POINTS = 1000
"""Samples that the step change is measured on: on coupled noise it takes fewer."""


@dataclass(frozen=True)
class Distance:
    """Energy distance to a goal law.

    Attributes
    ----------
    to : str
        Name of the goal: conditional, powered, tilted.
    energy_distance, se : float or None
        Unbiased, so it may fall below 0; None where the goal cannot be sampled exactly. The standard error is that of a normal
        interval, which the distance has beyond its floor only: see `normal_se`.
    floor : float or None
        95 % quantile of the same statistic between two independent samples of the goal itself.
    step_change : float or None
        |value - value at half as many steps| on coupled noise.
    """

    to: str
    energy_distance: float | None
    se: float | None
    floor: float | None
    step_change: float | None = None

    @property
    def normal_se(self) -> float | None:
        """The standard error beyond the floor; None within it, where the first projection vanishes and a bar means nothing."""
        inside = self.energy_distance is None or self.floor is None or self.energy_distance <= self.floor
        return None if inside else self.se


class _GoalSample(Within):
    """As many points of a goal as it is held against."""

    _floor: tuple[float | None] | None = None

    @property
    def floor(self) -> float | None:
        if self._floor is None:
            self._floor = (energy_floor(self.x, len(self.x)),)
        return self._floor[0]


class Distances:
    """Distances to a plan's goals; goals that do not depend on w are drawn once.

    Parameters
    ----------
    goals : sequence of Goal
    seed : int
    """

    def __init__(self, goals: tuple[Goal, ...], seed: int) -> None:
        self.goals, self.seed = goals, seed
        self._drawn: dict[tuple[str, float | None, int], _GoalSample | None] = {}

    def __call__(self, w: float, x: Tensor, together: int = 1) -> tuple[Distance, ...]:
        """Distances of finite samples x [n, d] at w, of which `together` in a row belong to one population."""
        ours = _first(x, POINTS, together)
        return tuple(self._distance(goal, w, ours) for goal in self.goals)

    def changes(self, w: float, fine: Tensor, coarse: Tensor, together: int = 1) -> tuple[float | None, ...]:
        """|distance - distance at half as many steps| to each goal, from the same particles' ends x [n, d]."""
        ours, halved = (_first(x, CHANGE_POINTS, together) for x in (fine, coarse))
        if ours.others < 1:
            return tuple(None for _ in self.goals)
        drawn = [self._goal(goal, w, len(ours.x)) for goal in self.goals]
        changes = [None if y is None else abs(energy_change(ours, halved, y.x[:CHANGE_POINTS])) for y in drawn]
        return tuple(change if change is not None and math.isfinite(change) else None for change in changes)

    def _distance(self, goal: Goal, w: float, ours: Within) -> Distance:
        y = self._goal(goal, w, len(ours.x))
        if y is None:
            return Distance(goal.name, None, None, None)
        distance = energy_distance(ours, y)
        return Distance(goal.name, distance.value, distance.se, y.floor)

    def _goal(self, goal: Goal, w: float, n: int) -> _GoalSample | None:
        if n < 2:
            return None
        key = goal.name, w if goal.depends_on_w else None, n
        if key not in self._drawn:
            y = goal.draw(w, n, torch.Generator().manual_seed(self.seed % 2**63))
            self._drawn[key] = None if y is None else _GoalSample(y)
        return self._drawn[key]


def _first(x: Tensor, most: int, together: int) -> Within:
    """The first points, in whole populations: two of them at least, even where that is more than `most`."""
    count = max(most // together, 2) * together
    return Within(x[:count].double(), together)
