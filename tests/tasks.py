"""The smallest trainings, for tests of what is around them."""

from __future__ import annotations

from gdviz.checkpoints import Pace
from gdviz.training import Task

EAGER = Pace(report=0.02, save=0.03, assess=0.2, follow=0.02)
"""Everything often, so that short trainings meet it."""

TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [-1], "covariance": [[0.3]], "label": "a"},
        {"mean": [1], "covariance": [[0.3]], "label": "b"},
    ],
}
RECIPE = {"width": 16, "depth": 2, "frequencies": 4, "batch": 32}


def tiny(steps: int = 200, seed: int = 0, **changes: object) -> Task:
    """A 1-D score on a net of width 16; two hundred steps take a second or less."""
    return Task.parse({"target": TARGET, "recipe": RECIPE, "steps": steps, "seed": seed, **changes})
