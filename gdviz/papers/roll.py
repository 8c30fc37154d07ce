"""What Figures 4 and 5 share: the uniform law over points on a Swiss roll, a reward, and where along the roll samples end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.laws import Law, Mixture
from gdviz.papers import tilting
from gdviz.papers.make import FigureReading
from gdviz.papers.picture import Picture
from gdviz.papers.tilting import Array, Shares, W

if TYPE_CHECKING:
    from gdviz.result import Result

ROLL = "roll"
BINS = 20
"""Pieces of the roll, each with as many points."""

OURS = (
    "Ours: the number of points, the reward, the values of w, the size of the run and the histogram along the roll, where each "
    "sample counts at its nearest point."
)


def read(results: Mapping[str, Result], title: str) -> FigureReading:
    """Clouds, and below them the histogram along the roll and the mean of r."""
    result = results[ROLL]
    shares = _shares(result)
    rows = (
        tilting.clouds(result),
        (*tilting.histograms(shares, "place along the roll, 0 inside"), tilting.mean_panel(result)),
    )
    values = [*tilting.values(ROLL, result), *tilting.share_values(ROLL, shares)]
    return FigureReading(Picture(title, rows), tuple(values), tilting.agrees({"on the roll": result}), OURS)


def _shares(result: Result) -> Shares:
    """Points are numbered along the roll: bins are stretches of their numbers."""
    law = result.built.law
    assert isinstance(law, Mixture)
    points = law.components.count
    of_point = np.arange(points) * BINS // points  # [K]
    counts, particles = [], []
    for part in result.samples[-len(W) :]:
        x = torch.from_numpy(part[np.isfinite(part).all(1)])
        counts.append(np.bincount(of_point[law.nearest_index(x).numpy()], minlength=BINS))
        particles.append(len(x))
    plain, tilted = (_mass(each, of_point) for each in (law, tilting.tilted_law(result)))
    edges = np.searchsorted(of_point, np.arange(BINS + 1)) / points
    return Shares(edges, np.stack(counts), np.array(particles), plain, tilted)


def _mass(law: Law, of_point: NDArray[np.int64]) -> Array:
    """The law's weight in each bin."""
    assert isinstance(law, Mixture)
    weights = law.log_weights.exp().numpy()  # [K]
    return np.array([weights[of_point == piece].sum() for piece in range(BINS)])
