"""Weighted points in any dimension: the law of a data set."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch
from pydantic import Field, field_validator, model_validator

from gdviz.family import Card
from gdviz.laws import Mixture
from gdviz.targets._atoms import Noise, atoms
from gdviz.targets._target import MAX_ATOMS, MAX_DIMENSION, Number, TargetKind, Weight

Point = Annotated[tuple[Number, ...], Field(min_length=1, max_length=MAX_DIMENSION)]


class PointSet(TargetKind):
    """sum_i weight_i N(point_i, noise I); with noise = 0 (the default) the points themselves are the law."""

    kind: Literal["points"] = "points"
    points: Annotated[
        tuple[Point, ...],
        Field(
            min_length=1,
            json_schema_extra={"maxItems": MAX_ATOMS},
            description="The points, all of the same length d; in 1-D a point is [x].",
        ),
    ]
    labels: Annotated[tuple[str | None, ...] | None, Field(description="The class of each point.")] = None
    weights: Annotated[
        tuple[Weight, ...] | None, Field(description="Positive, one for each point, normalised; equal when left out.")
    ] = None
    noise: Noise = 0.0

    card = Card(
        title="Points",
        idea="A finite set of points, as a data set is. Noised, it is a mixture with one Gaussian for each point.",
        formula="p(x) = sum_i weight_i N(x; point_i, noise I)",
        cost="one exponential a point and score",
    )
    examples = (
        {"points": [[-1.0], [0.2], [1.5]], "labels": ["a", "b", "b"], "weights": [1, 2, 3]},
        {"points": [[0, 0], [1, 0.5], [-1, 2], [0.3, -1.2]], "labels": ["a", None, "b", "a"], "noise": 0.1},
        {"points": [[1, -2]]},
        {"points": [[0, 0, 1], [2, 0, 0], [0, -1, 1]], "weights": [0.2, 0.5, 0.3]},
    )

    @field_validator("points", "labels", "weights", mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        # Before pydantic looks at every entry: a refusal must not cost more than a target.
        if isinstance(value, list | tuple) and len(value) > MAX_ATOMS:
            raise ValueError(f"found {len(value):,} entries; at most {MAX_ATOMS:,} points are allowed")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> PointSet:
        lengths = sorted({len(point) for point in self.points})
        if len(lengths) > 1:
            raise ValueError(f"found points of {lengths[0]} and of {lengths[-1]} numbers; all must have the same")
        for name, entries in (("labels", self.labels), ("weights", self.weights)):
            if entries is not None and len(entries) != len(self.points):
                raise ValueError(f"found {len(self.points)} points and {len(entries)} {name}; give one for each point, or none")
        return self

    @property
    def coordinates(self) -> int:
        return len(self.points[0])

    def build(self) -> Mixture:
        points = torch.tensor(self.points, dtype=torch.float64)  # [n, d]
        labels = self.labels if self.labels is not None else (None,) * len(points)
        weights = torch.tensor(self.weights, dtype=torch.float64) if self.weights is not None else torch.ones(len(points))  # [n]
        return atoms(points, labels, weights, self.noise)
