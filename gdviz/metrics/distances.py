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
from gdviz.metrics.energy import energy_change, energy_distance, energy_floor

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
        Unbiased, so it may fall below 0; None where the goal cannot be sampled exactly.
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


class Distances:
    """Distances to a plan's goals; goals that do not depend on w are drawn once.

    Parameters
    ----------
    goals : sequence of Goal
    seed : int
    """

    def __init__(self, goals: tuple[Goal, ...], seed: int) -> None:
        self.goals, self.seed = goals, seed
        self._drawn: dict[tuple[str, float | None, int], tuple[Tensor | None, float | None]] = {}

    def __call__(self, w: float, x: Tensor) -> tuple[Distance, ...]:
        """Distances of finite samples x [n, d] at w."""
        x = x[:POINTS].double()
        return tuple(self._distance(goal, w, x) for goal in self.goals)

    def changes(self, w: float, fine: Tensor, coarse: Tensor) -> tuple[float | None, ...]:
        """|distance - distance at half as many steps| to each goal, from the same particles' ends x [n, d]."""
        fine, coarse = (x[:CHANGE_POINTS].double() for x in (fine, coarse))
        drawn = [self._goal(goal, w, min(len(fine), POINTS))[0] if len(fine) >= 2 else None for goal in self.goals]
        changes = [None if y is None else abs(energy_change(fine, coarse, y[:CHANGE_POINTS])) for y in drawn]
        return tuple(change if change is not None and math.isfinite(change) else None for change in changes)

    def _distance(self, goal: Goal, w: float, x: Tensor) -> Distance:
        y, floor = self._goal(goal, w, len(x))
        if y is None:
            return Distance(goal.name, None, None, None)
        distance = energy_distance(x, y)
        return Distance(goal.name, distance.value, distance.se, floor)

    def _goal(self, goal: Goal, w: float, n: int) -> tuple[Tensor | None, float | None]:
        if n < 2:
            return None, None
        key = goal.name, w if goal.depends_on_w else None, n
        if key not in self._drawn:
            y = goal.draw(w, n, torch.Generator().manual_seed(self.seed % 2**63))
            self._drawn[key] = y, None if y is None else energy_floor(y, n)
        return self._drawn[key]
