"""Gaussian mixtures with full covariances in any dimension."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator

from gdviz.family import Card, Described
from gdviz.laws import FullComponents, Mixture
from gdviz.targets._target import MAX_COMPONENTS, MAX_DIMENSION, Number, TargetKind, Weight


class Component(Described):
    """One Gaussian: weight (normalised over the mixture), mean, covariance, label."""

    weight: Annotated[Weight, Field(description="Share of the component, normalised over the mixture.")] = 1.0
    mean: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MAX_DIMENSION, description="Its centre.")]
    covariance: Annotated[
        tuple[tuple[Number, ...], ...],
        Field(min_length=1, max_length=MAX_DIMENSION, description="Its covariance matrix, symmetric and positive definite."),
    ]
    label: Annotated[str | None, Field(description="Its class.")] = None

    @model_validator(mode="after")
    def _is_a_gaussian(self) -> Component:
        d = len(self.mean)
        if len(self.covariance) != d or any(len(row) != d for row in self.covariance):
            raise ValueError(f"found a mean of {d} numbers; the covariance must then have {d} rows of {d} numbers")
        matrix = torch.tensor(self.covariance, dtype=torch.float64)  # [d, d]
        if not torch.allclose(matrix, matrix.T, rtol=1e-9, atol=0):
            raise ValueError("found an asymmetric covariance; it must equal its transpose")
        smallest, largest = torch.linalg.eigvalsh(matrix)[[0, -1]].tolist()
        if not smallest > 1e-12 * max(largest, 1e-12):
            raise ValueError(f"found a covariance with eigenvalue {smallest:.3g}; every eigenvalue must be positive")
        return self


class GaussianMixture(TargetKind):
    """sum_k weight_k N(mean_k, covariance_k)."""

    kind: Literal["gaussian_mixture"] = "gaussian_mixture"
    components: Annotated[
        tuple[Component, ...],
        Field(min_length=1, max_length=MAX_COMPONENTS, description="The Gaussians, all of the same dimension."),
    ]

    card = Card(
        title="Gaussian mixture",
        idea="Bumps of any shape; everything about it is known in closed form, in any dimension.",
        formula="p(x) = sum_k weight_k N(x; mean_k, covariance_k)",
    )
    examples = (
        {
            "components": [
                {"mean": [0.0], "covariance": [[1.0]], "label": "a"},
                {"mean": [2.0], "covariance": [[0.3]], "label": "b"},
            ]
        },
        {
            "components": [
                {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
                {"weight": 2, "mean": [2, 1], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
            ]
        },
        {"components": [{"mean": [0, 0, 1], "covariance": [[1, 0, 0], [0, 1, 0.5], [0, 0.5, 1]]}]},
    )

    @model_validator(mode="after")
    def _same_dimension(self) -> GaussianMixture:
        dimensions = sorted({len(c.mean) for c in self.components})
        if len(dimensions) > 1:
            raise ValueError(f"found components of dimensions {dimensions}; all must have the same")
        return self

    @property
    def coordinates(self) -> int:
        return len(self.components[0].mean)

    def build(self) -> Mixture:
        labels = tuple(dict.fromkeys(c.label for c in self.components if c.label is not None))
        index = {label: k for k, label in enumerate(labels)}
        means = torch.tensor([c.mean for c in self.components], dtype=torch.float64)  # [K, d]
        covariances = torch.tensor([c.covariance for c in self.components], dtype=torch.float64)  # [K, d, d]
        weights = torch.tensor([c.weight for c in self.components], dtype=torch.float64)  # [K]
        owner = torch.tensor([index.get(c.label, -1) if c.label is not None else -1 for c in self.components])  # [K]
        return Mixture(FullComponents(means, (covariances + covariances.mT) / 2), weights.log(), owner, labels)
