"""Frechet distance between two samples: that of the Gaussians with their means and covariances, squared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.metrics.mean import Mean

HALVINGS = 200
"""Random subsets of the real points from which the floor is estimated."""


def frechet_distance(x: Tensor, y: Tensor) -> float:
    """|m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x C_y)^(1/2)) of two samples [n, F] and [m, F] of features (Heusel et al. 2017).

    Means and covariances are the samples' own, so the number falls with n and m to that of the laws: only numbers at the
    same n and m can be held against each other.

    Raises
    ------
    GdvizError
        With fewer than two points a side, or features that are not finite.
    """
    if min(len(x), len(y)) < 2 or not bool(torch.isfinite(x).all() and torch.isfinite(y).all()):
        raise GdvizError(f"Frechet distance: found {len(x)} and {len(y)} points; two finite ones a side are needed at least.")
    x, y = x.double(), y.double()
    apart = float((x.mean(0) - y.mean(0)).square().sum())
    first, second = x.T.cov(), y.T.cov()  # [F, F]
    root = _root(first)
    # The eigenvalues of C_x C_y are those of the symmetric C_x^(1/2) C_y C_x^(1/2).
    shared = torch.linalg.eigvalsh(root @ second @ root).clamp_min(0).sqrt().sum()
    return apart + float(first.trace() + second.trace() - 2 * shared)


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


@dataclass(frozen=True)
class FrechetFloor:
    """What the distance shows between real points and other real points, at the reference's size.

    Attributes
    ----------
    mean, high : float
        Its mean and 95 % quantile.
    """

    mean: float
    high: float


class Frechet:
    """Distances to one reference sample, always at as many points as the reference has.

    Parameters
    ----------
    reference : Tensor, shape [m, F]
        Features of real points.
    real : Tensor, shape [n, F], n > m
        Features of other real points, for the floor.
    """

    def __init__(self, reference: Tensor, real: Tensor) -> None:
        self.reference, self.points = reference, len(reference)
        distances = torch.tensor([frechet_distance(part, reference) for part in self._subsets(real)], dtype=torch.float64)
        self.floor = FrechetFloor(float(distances.mean()), float(distances.quantile(0.95)))

    def _subsets(self, real: Tensor) -> list[Tensor]:
        if len(real) <= self.points:
            raise GdvizError(f"Frechet distance: found {len(real)} real points beside a reference of {self.points}; give more.")
        generator = torch.Generator().manual_seed(0)
        return [real[torch.randperm(len(real), generator=generator)[: self.points]] for _ in range(HALVINGS)]

    def __call__(self, features: Tensor) -> Mean:
        """Mean over as many disjoint batches of `points` as there are in features [n, F], and its standard error.

        The error is that of the drawn points; the reference is the same for all. None with fewer than two batches.
        """
        batches = features[: len(features) // self.points * self.points].split(self.points)
        each = [frechet_distance(batch, self.reference) for batch in batches if len(batch)]
        if not each:
            raise GdvizError(f"Frechet distance: found {len(features)} points; a batch has {self.points}.")
        distances = torch.tensor(each, dtype=torch.float64)
        se = float(distances.std()) / math.sqrt(len(distances)) if len(distances) > 1 else None
        return Mean(float(distances.mean()), se)
