"""Points of one's own as a target: as they are, with noise, or as a Gaussian mixture fitted to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError
from gdviz.own_data.points import OwnPoints
from gdviz.targets import MAX_ATOMS, BicRow, FittedMixture, TargetKind, fit_mixture
from gdviz.targets.points import PointSet


@dataclass(frozen=True, eq=False)
class Scaling:
    """Units of the original points: x = centre + scale z.

    Attributes
    ----------
    centre, scale : ndarray, shape [d]
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    @property
    def sentence(self) -> str:
        """The way back, one formula an axis."""
        axes = [f"x{k} = {c:.6g} + {s:.6g} z{k}" for k, (c, s) in enumerate(zip(self.centre, self.scale, strict=True), 1)]
        return f"Standardised to mean 0 and standard deviation 1; back by {', '.join(axes)}."


def standardised(points: OwnPoints) -> tuple[OwnPoints, Scaling]:
    """The points with mean 0 and standard deviation 1 along every axis, and the way back.

    An axis without any spread is moved to 0 and keeps its units. Weights do not count.
    """
    spread = points.x.std(0)  # [d]
    scaling = Scaling(points.x.mean(0), np.where(spread > 0, spread, 1.0))
    return replace(points, x=(points.x - scaling.centre) / scaling.scale), scaling


def thinned(points: OwnPoints, at_most: int, seed: int = 0) -> OwnPoints:
    """So many of the points at random, in their order; all of them where there are no more. What was left out is remarked."""
    n = len(points.x)
    if at_most < 1:
        raise GdvizError(f"at most: found {at_most}; one point at least is needed.")
    if n <= at_most:
        return points
    pick = np.sort(np.random.default_rng(seed).choice(n, at_most, replace=False))  # [at_most]
    labels = None if points.labels is None else tuple(points.labels[k] for k in pick)
    weights = None if points.weights is None else points.weights[pick]
    remark = f"{at_most:,} of {n:,} points were taken at random (seed {seed})."
    return OwnPoints(points.x[pick], labels, weights, (*points.remarks, remark))


def with_points(points: OwnPoints, noise: float = 0.0) -> PointSet:
    """The target sum_i weight_i N(x_i, noise I); noise = 0 for the points themselves.

    Raises
    ------
    GdvizError
        If there are more points than a target takes.
    """
    n = len(points.x)
    if n > MAX_ATOMS:
        raise GdvizError(
            f"points: found {n:,}; a target of points takes at most {MAX_ATOMS:,}. "
            "Take that many at random, or fit a mixture to all."
        )
    return PointSet(
        points=tuple(map(tuple, points.x.tolist())),
        labels=points.labels,
        weights=None if points.weights is None else tuple(points.weights.tolist()),
        noise=noise,
    )


def fitted(points: OwnPoints) -> FittedMixture:
    """A Gaussian mixture by maximum likelihood, each label by itself, as many components as the BIC asks for.

    Raises
    ------
    GdvizError
        If the points have weights, or are too few for a Gaussian.
    """
    if points.weights is not None:
        raise GdvizError("points: found a column of weights, which a fitted mixture cannot take; use the points themselves.")
    return fit_mixture(points.x, points.labels)


@dataclass(frozen=True, eq=False)
class OwnTarget:
    """A target made of points, and what was decided on the way.

    Attributes
    ----------
    target : TargetKind
    points : OwnPoints
        Those that it was made of.
    rows : tuple of BicRow
        The numbers of components that were tried; empty for the points themselves.
    """

    target: TargetKind
    points: OwnPoints
    rows: tuple[BicRow, ...] = ()


def target_of(
    points: OwnPoints, mixture: bool = False, noise: float = 0.0, standardise: bool = False, at_most: int | None = None
) -> OwnTarget:
    """A target of points.

    Parameters
    ----------
    points : OwnPoints
    mixture : bool
        Fit a Gaussian mixture; otherwise the points are the law.
    noise : float
        Variance of Gaussian noise at each point.
    standardise : bool
        Move them to mean 0 and standard deviation 1 along every axis; the remarks say the way back.
    at_most : int, optional
        Take so many of them, at random.

    Raises
    ------
    GdvizError
        As `with_points` and `fitted`, or for noise at a mixture.
    """
    if mixture and noise:
        raise GdvizError(f"noise: found {noise:g} for a fitted mixture, which has covariances of its own; leave it at 0.")
    if at_most is not None:
        points = thinned(points, at_most)
    if standardise:
        moved, scaling = standardised(points)
        points = replace(moved, remarks=(*moved.remarks, scaling.sentence))
    if not mixture:
        return OwnTarget(with_points(points, noise), points)
    fit = fitted(points)
    return OwnTarget(fit.target, points, fit.rows)
