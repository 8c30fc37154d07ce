"""log E[r(X_0) | X_t = x] by direct positive quadrature on a grid of clean points, d <= 2.

Sums of positive terms keep their relative accuracy however far out in the tails, which a Fourier
transform would not; the noise kernel is separable, so one level costs two matrix products.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws.law import Law
from gdviz.laws.quadrature import fit_box, grid_points, node_counts
from gdviz.rewards import Reciprocal, Reward

FLOOR = 550.0
"""p is taken to be at least exp(-550) of its largest value, so that no sum is empty in the gaps between modes."""

MAX_RANGE = 4000.0
"""Widest range of log r that is tabulated."""

SHARP, INSIDE = 0.05, 16
"""A cell with a step in it, whose corners' mean differs from its middle by more than 5 %, is averaged over 16 points an axis."""

BAND = 600.0
"""Widest range of logarithms summed in one product; kernels take another 50 of the 708 that float64 has."""


@dataclass(frozen=True)
class CleanGrid:
    """A box that holds p and p r, with log p and log r at its nodes.

    Attributes
    ----------
    axes : list of d Tensors, shape [n_a]
        Uniform nodes from one side of the box to the other.
    log_p, log_r : Tensor, shape [n_1, .., n_d]
        log r is made finite: where r <= 0, which is allowed outside the box on which a reward is
        checked, it is the smallest value on the grid.
    """

    axes: list[Tensor]
    log_p: Tensor
    log_r: Tensor

    @property
    def center(self) -> Tensor:
        """[d]"""
        return torch.stack([(axis[0] + axis[-1]) / 2 for axis in self.axes])

    @property
    def radius(self) -> Tensor:
        """Half the sides of the box, [d]."""
        return torch.stack([(axis[-1] - axis[0]) / 2 for axis in self.axes])

    @property
    def spacing(self) -> float:
        """The widest distance of neighbouring nodes."""
        return max(float(axis[1] - axis[0]) for axis in self.axes)

    @property
    def log_mean(self) -> float:
        """log E r."""
        total = torch.logsumexp((self.log_p + self.log_r).flatten(), 0)
        return float(total - torch.logsumexp(self.log_p.flatten(), 0))

    @property
    def marginals(self) -> list[Tensor]:
        """The share of E r at the nodes of each axis, d tensors [n_a]."""
        share = torch.softmax((self.log_p + self.log_r).flatten(), 0).reshape(self.log_p.shape)
        return [share.movedim(a, 0).flatten(1).sum(1) if share.dim() > 1 else share for a in range(share.dim())]

    def smoothed(self, alpha_bar: float, t: float, at: list[Tensor]) -> Tensor:
        """log E[r(X_0) | X_t = x] at the product grid of the axes `at`."""
        kernels = [
            torch.exp((x[:, None] - alpha_bar**0.5 * y).square_().mul_(-0.5 / t)) for x, y in zip(at, self.axes, strict=True)
        ]
        return _log_sums(self.log_p + self.log_r, kernels) - _log_sums(self.log_p, kernels)


def clean_grid(law: Law, reward: Reward, least: int, most: int, coarser: int = 1) -> CleanGrid:
    """A grid fine enough for the law's narrowest component, if `most` nodes an axis allow it.

    With `coarser` = 2 half as many nodes are taken, to measure the error.

    Raises
    ------
    GdvizError
        If r p does not fall off however wide the box: E r is infinite.
    """
    box = fit_box(law, lambda x: (law.log_density(x, 0.0) + reward.log(x)).nan_to_num(-torch.inf, torch.inf, -torch.inf))
    if box is None:
        f, bound = ("1/r", "a floor") if isinstance(reward, Reciprocal) else ("r", "a bound such as min(r, 100)")
        raise GdvizError(
            f"reward: found E {f} infinite or carried by the far tails, because {f} grows about as fast as the target's tails "
            f"fall; give it a smaller strength, {bound}, or a narrower target."
        )
    low, high = box
    counts = [n // coarser for n in node_counts(law, high - low, least, most)]
    axes = [torch.linspace(a, b, n, dtype=torch.float64) for a, b, n in zip(low.tolist(), high.tolist(), counts, strict=True)]
    log_p = law.log_density(grid_points(axes), 0.0)  # [n_1, .., n_d]
    log_r = _log_cell_means(reward, axes)
    finite = torch.isfinite(log_r)
    log_r = torch.where(finite, log_r, log_r[finite].min())
    lowest, highest = float(log_r.min()), float(log_r.max())
    if highest - lowest > MAX_RANGE:
        raise GdvizError(
            f"reward: found log r (or log 1/r) between {lowest:.4g} and {highest:.4g} where its tilted law has mass; "
            f"without a closed form a range of {MAX_RANGE:g} is allowed, so give it a smaller strength or a floor."
        )
    return CleanGrid(axes, torch.maximum(log_p, log_p.max() - FLOOR), log_r)


def _log_cell_means(reward: Reward, axes: list[Tensor]) -> Tensor:
    """log r at the nodes; where r has a step, log of its mean over the node's cell.

    Beside a step the corners of a cell differ from its middle about as much as those of a cell twice
    as large; where r is smooth, four times less (at a kink, two times).
    """
    log_r = reward.log(grid_points(axes))  # [n_1, .., n_d]
    near, far = (_log_corner_means(reward, axes, reach) - log_r for reach in (0.5, 1.0))
    step = (near.abs() > SHARP) & (near.abs() > 0.6 * far.abs())  # NaN is not
    if bool(step.any()):
        fractions = (torch.arange(INSIDE, dtype=torch.float64) + 0.5) / INSIDE - 0.5  # [I]
        inside = grid_points([(axis[1] - axis[0]) * fractions for axis in axes]).reshape(-1, len(axes))  # [I^d, d]
        points = grid_points(axes)[step][:, None] + inside  # [S, I^d, d]
        log_r[step] = torch.logsumexp(reward.log(points), -1) - math.log(len(inside))
    return log_r


def _log_corner_means(reward: Reward, axes: list[Tensor], reach: float) -> Tensor:
    """log of the mean of r at the corners `reach` spacings away from each node in every axis."""
    shifted = [[axis + sign * reach * (axis[1] - axis[0]) for axis in axes] for sign in (-1, 1)]
    corners = [reward.log(grid_points(list(choice))) for choice in itertools.product(*zip(*shifted, strict=True))]
    return torch.logsumexp(torch.stack(corners), 0) - math.log(len(corners))


def _log_sums(log_values: Tensor, kernels: list[Tensor]) -> Tensor:
    """log sum_j K_ij exp(log_values_j), band by band of the values: the sum is linear and all terms positive."""
    top, bottom = float(log_values.max()), float(log_values.min())
    bands = []
    for k in itertools.count():
        ceiling = top - k * BAND
        if k and ceiling < bottom:
            break
        outside = (log_values > ceiling) | (log_values <= ceiling - BAND)
        sums = (log_values - ceiling).masked_fill_(outside, -torch.inf).exp_()  # [n_1, .., n_d]
        for axis, kernel in enumerate(kernels):
            sums = torch.tensordot(kernel, sums, dims=([1], [axis])).movedim(0, axis)
        bands.append(sums.log() + ceiling)
    return reduce(torch.logaddexp, bands)
