"""Figure 4: the uniform law over points on a Swiss roll, and a reward that grows to the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdviz.experiment import Experiment
from gdviz.papers import roll, tilting
from gdviz.papers.make import FigureReading, FigureSize
from gdviz.presets import load

if TYPE_CHECKING:
    from gdviz.result import Result

FULL = FigureSize(steps=1000, particles=10_000)
QUICK = FigureSize(steps=200, particles=1500)


def experiments(size: FigureSize) -> dict[str, Experiment]:
    """r = exp(x) on 200 points."""
    return {roll.ROLL: tilting.experiment(load("swiss-roll-reward").experiment.model_dump(mode="json"), size)}


def read(results: Mapping[str, Result]) -> FigureReading:
    """See `gdviz.papers.roll`."""
    return roll.read(results, "Points on a Swiss roll, reward r = exp(x): from p(x) toward p(x) r(x) / E r")
