"""Figure 5: the uniform law over points on a Swiss roll, and a reward that two of its arms share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdviz.experiment import Experiment
from gdviz.papers import roll, tilting
from gdviz.papers.make import FigureReading, FigureSize

if TYPE_CHECKING:
    from gdviz.result import Result

FULL = FigureSize(steps=1000, particles=10_000)
QUICK = FigureSize(steps=200, particles=1500)

CENTER, WIDTH, FLOOR = (1.26, 0.0), 0.35, 0.05
"""Between two arms that are near in the plane and a whole turn apart along the roll."""


def experiments(size: FigureSize) -> dict[str, Experiment]:
    """A bump on 200 points."""
    reward = {"kind": "bumps", "bumps": [{"center": CENTER, "width": WIDTH}], "floor": FLOOR}
    base = {
        "target": {"kind": "swiss_roll", "n": 200},
        "guidance": {"kind": "reward", "form": "reward", "reward": reward},
        "sampler": {"kind": "ancestral"},
    }
    return {roll.ROLL: tilting.experiment(base, size)}


def read(results: Mapping[str, Result]) -> FigureReading:
    """See `gdviz.papers.roll`."""
    x, y = CENTER
    reward = f"a bump at ({x:g}, {y:g}), width {WIDTH:g}".replace("-", "−")
    return roll.read(results, f"Points on a Swiss roll, reward {reward}: from p(x) toward p(x) r(x) / E r")
