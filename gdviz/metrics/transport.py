"""Wasserstein distances between two samples, by POT."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

MOST = 500
"""Points of the exact distance: its cost grows with their cube."""

DIRECTIONS = 64


def w2(x: Points, y: Points) -> float:
    """Exact W2 between the empirical laws of at most `MOST` points each, x and y of shape [n, d].

    Between two samples of one law it is not 0 but falls slowly with n: hold it against the same number for two goal samples.
    """
    import ot

    x, y = x[:MOST], y[:MOST]
    if x.shape[1] == 1:
        return math.sqrt(float(ot.wasserstein_1d(x[:, 0], y[:, 0], p=2)))
    uniform = [np.full(len(points), 1 / len(points)) for points in (x, y)]
    return math.sqrt(max(0.0, float(ot.emd2(*uniform, ot.dist(x, y)))))


def sliced_w2(x: Points, y: Points, seed: int = 0) -> float:
    """Root mean square of W2 over `DIRECTIONS` random directions, of all points; in one dimension W2 itself."""
    import ot

    return float(ot.sliced_wasserstein_distance(x, y, n_projections=DIRECTIONS, seed=seed))
