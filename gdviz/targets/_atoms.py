"""Weighted points under one common Gaussian: what every target but the general mixture is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from gdviz.laws import Mixture, SharedComponents

Noise = Annotated[
    float, Field(ge=0, le=1e6, description="Variance of the Gaussian put on every atom, in every direction; 0 leaves atoms.")
]


def atoms(points: Tensor, labels: Sequence[str | None], weights: Tensor, noise: float) -> Mixture:
    """sum_i weights_i N(points_i, noise I), exact at every noise level.

    Parameters
    ----------
    points : Tensor, shape [n, d]
    labels : sequence of n str or None
    weights : Tensor, shape [n]
        Positive; normalised.
    noise : float
    """
    names = tuple(dict.fromkeys(label for label in labels if label is not None))
    index = {name: k for k, name in enumerate(names)}
    owner = torch.tensor([-1 if label is None else index[label] for label in labels])  # [n]
    return Mixture(SharedComponents(points, noise), weights.to(torch.float64).log(), owner, names)
