"""A Gaussian mixture for points of one's own: by maximum likelihood, as many components a label as the BIC asks for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdviz.errors import GdvizError
from gdviz.targets._target import MAX_DIMENSION
from gdviz.targets.gaussian_mixture import Component, GaussianMixture

Points = NDArray[np.float64]

MOST = 16
"""Components a label that are tried, unless told otherwise."""

STARTS = 4
"""Fits from other beginnings, of which the likeliest counts."""

FLOOR = 1e-6
"""Added to every variance, as a share of the label's own along that axis: points on a line still give a Gaussian."""

SHARE = 3
"""A component stands for at least SHARE (d + 1) points. On fewer its likelihood grows without bound as it shrinks onto them."""

RESOLVED = 2e-12
"""The least variance as a share of the largest: a target takes twice less."""

LARGEST = 1e6


@dataclass(frozen=True)
class BicRow:
    """One number of components that was tried for a label.

    Attributes
    ----------
    label : str or None
    points, components : int
    bic : float
        -2 log likelihood + (free parameters) log(points): the less, the better.
    smallest : float
        Points that the smallest component stands for.
    chosen : bool
    """

    label: str | None
    points: int
    components: int
    bic: float
    smallest: float
    chosen: bool


@dataclass(frozen=True)
class FittedMixture:
    """A mixture for some points, and how its numbers of components were chosen.

    The rows come by label, in the order of the points, then by components.
    """

    target: GaussianMixture
    rows: tuple[BicRow, ...]


def fit_mixture(points: ArrayLike, labels: Sequence[str | None] | None = None, most: int = MOST, seed: int = 0) -> FittedMixture:
    """Fit full covariances to points, each label by itself, with the number of components of least BIC.

    Equal arguments give equal mixtures. The weight of a component is its label's share of the points times its share of the
    label's. Units do not matter: axes are scaled to unit spread before the fit, and back.

    Parameters
    ----------
    points : array_like, shape [n, d]
        Or [n] on a line.
    labels : sequence of str or None, optional
        One a point; without them the mixture has none.
    most : int
        Components of a label that are tried at most; fewer where the points are too few for them.
    seed : int
        Of the beginnings of the fits.

    Raises
    ------
    GdvizError
        If the points are not finite numbers of one dimension, or a label has too few of them or all at one place.
    """
    x = _checked(points)
    n, d = x.shape
    names = [None] * n if labels is None else list(labels)
    if len(names) != n:
        raise GdvizError(f"labels: found {len(names)} for {n} points; one a point is required.")
    if most < 1:
        raise GdvizError(f"most: found {most}; at least one component is needed.")
    from threadpoolctl import threadpool_limits

    components: list[Component] = []
    rows: list[BicRow] = []
    for label in dict.fromkeys(names):
        own = x[[name == label for name in names]]  # [m, d]
        _enough(own, label)
        counts = range(1, 1 + min(most, max(1, len(own) // (SHARE * (d + 1)))))
        with threadpool_limits(1):  # for so few points threads would only wait for each other
            tried = [_Fit(own, k, seed) for k in counts]
        sound = [fit for fit in tried if fit.components == 1 or fit.smallest >= SHARE * (d + 1)]
        best = min(sound, key=lambda fit: fit.bic)
        rows += [BicRow(label, len(own), fit.components, fit.bic, fit.smallest, fit is best) for fit in tried]
        components += best.described(label, len(own) / n)
    return FittedMixture(GaussianMixture(components=tuple(components)), tuple(rows))


class _Fit:
    """The likeliest mixture of k components for points x [m, d]."""

    def __init__(self, x: Points, k: int, seed: int) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as Likeliest

        spread = x.std(0)  # [d]
        self.scale, self.centre = np.where(spread > 0, spread, spread.max()), x.mean(0)  # [d]
        z = (x - self.centre) / self.scale  # [m, d]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # its BIC is then higher than it could be
            self.fit = Likeliest(k, reg_covar=FLOOR, n_init=STARTS, max_iter=500, random_state=seed).fit(z)
        self.components = k
        self.bic = float(self.fit.bic(z)) + 2 * len(x) * float(np.log(self.scale).sum())  # densities of x, not of z
        self.smallest = float(self.fit.weights_.min()) * len(x)

    def described(self, label: str | None, share: float) -> list[Component]:
        """Its components in the units of x, the heaviest first."""
        means = self.centre + self.scale * self.fit.means_  # [k, d]
        covariances = self.fit.covariances_ * np.outer(self.scale, self.scale)  # [k, d, d]
        covariances = np.stack([_positive((each + each.T) / 2) for each in covariances])
        return [
            Component(
                weight=share * float(self.fit.weights_[j]),
                mean=tuple(means[j].tolist()),
                covariance=tuple(tuple(row) for row in covariances[j].tolist()),
                label=label,
            )
            for j in np.argsort(-self.fit.weights_, kind="stable")
        ]


def _positive(covariance: Points) -> Points:
    """A covariance [d, d] that a target takes: one that is singular but for rounding is widened a little."""
    smallest, largest = np.linalg.eigvalsh(covariance)[[0, -1]]
    return covariance + max(0.0, RESOLVED * largest - smallest) * np.eye(len(covariance))


def _checked(points: ArrayLike) -> Points:
    array: NDArray[Any] = np.asarray(points)
    if array.dtype.kind not in "fiu":
        raise GdvizError(f"points: found values of type {array.dtype}; real numbers are required.")
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not 1 <= array.shape[1] <= MAX_DIMENSION:
        raise GdvizError(f"points: found shape {list(array.shape)}; [n, d] is required, d from 1 to {MAX_DIMENSION}.")
    x = array.astype(np.float64)
    lost = int((~np.isfinite(x).all(1)).sum())
    if lost:
        raise GdvizError(f"points: found {lost:,} that are not finite; every coordinate must be a number.")
    if len(x) and np.abs(x).max() > LARGEST:
        raise GdvizError(f"points: found a coordinate of size {np.abs(x).max():.3g}; at most {LARGEST:.0e} is allowed.")
    if not len(x):
        raise GdvizError(f"points: found none; a Gaussian needs at least {x.shape[1] + 1} in {_dimensions(x)}.")
    return x


def _enough(x: Points, label: str | None) -> None:
    of = "" if label is None else f" with the label {label!r}"
    if len(x) < x.shape[1] + 1:
        raise GdvizError(f"points: found {len(x)}{of}; a Gaussian needs at least {x.shape[1] + 1} in {_dimensions(x)}.")
    if not np.ptp(x, axis=0).any():
        raise GdvizError(f"points: found all {len(x)}{of} at one place; a Gaussian needs some spread.")


def _dimensions(x: Points) -> str:
    return "1 dimension" if x.shape[1] == 1 else f"{x.shape[1]} dimensions"
