"""What is needed to draw samples over the exact laws: a few thousand points, and densities on a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.experiment import Built
from gdviz.facts.judgement import Judgement
from gdviz.laws import Law, Mixture
from gdviz.laws.tilt import tilt
from gdviz.record import Floats, Record

SHOWN = 2000
"""Samples drawn."""

LINE, PLANE = 400, 90
"""Grid points an axis."""

Density = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class DrawnLaw:
    """A goal law and its density on the picture's grid."""

    name: str
    title: str
    density: Floats


@dataclass(frozen=True)
class SamplePicture(Record):
    """Samples over the exact laws, numbers of six digits.

    Attributes
    ----------
    samples : array, shape [m, d]
    axes : tuple of array
        One a dimension.
    laws : tuple of DrawnLaw
        On a line all goal laws, in the plane the nearest.
    atoms : array, shape [K, d], or None
        In place of densities where the target is atoms.
    """

    samples: Floats
    axes: tuple[Floats, ...]
    laws: tuple[DrawnLaw, ...] = ()
    atoms: Floats | None = None


def picture(samples: NDArray[Any], built: Built, judgement: Judgement, w: float | None) -> SamplePicture | None:
    """What is needed to draw samples over the laws; None above two dimensions."""
    law = built.law
    if law.dimension > 2:
        return None
    x = samples[np.isfinite(samples).all(1)]
    x = x[np.random.default_rng(0).permutation(len(x))[:SHOWN]]
    low, high = (corner.numpy() for corner in law.box(1e-3))
    low, high = np.minimum(low, np.quantile(x, 0.005, axis=0)), np.maximum(high, np.quantile(x, 0.995, axis=0))
    margin = 0.05 * (high - low) + 1e-9
    axes = [np.linspace(a, b, LINE if law.dimension == 1 else PLANE) for a, b in zip(low - margin, high + margin, strict=True)]
    answer, laws = SamplePicture(_short(x), tuple(_short(axis) for axis in axes)), []
    if isinstance(law, Mixture) and law.atomic:
        return replace(answer, atoms=_short(law.components.means[law.support][:SHOWN].numpy()))
    nearest = judgement.nearest
    wanted = judgement.fits if law.dimension == 1 else [nearest] if nearest is not None else []
    grid = torch.from_numpy(np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, law.dimension))  # [M, d]
    cell = float(np.prod([axis[1] - axis[0] for axis in axes]))
    for fit in wanted:
        log_density = _log_density(fit.name, built, w)
        if log_density is None:
            continue
        values = log_density(grid)
        density = (values - values.max()).exp()
        density = (density / (density.sum() * cell)).reshape([len(axis) for axis in axes])
        laws.append(DrawnLaw(fit.name, fit.title, _short(density.numpy())))
    return replace(answer, laws=tuple(laws))


def _log_density(name: str, built: Built, w: float | None) -> Density | None:
    """log density of a goal law up to a constant, None where it is not known."""
    law, plan = built.law, built.plan
    if name == "plain":
        return _of(law)
    if name == "conditional":
        return _of(plan.unguided)
    if name == "powered" and w is not None:
        given, plain = _of(plan.unguided), _of(law)
        return lambda x: (1 + w) * given(x) - w * plain(x)
    if name == "tilted" and plan.reward is not None:
        try:
            return _of(tilt(law, plan.reward))
        except GdvizError:
            return None
    return None


def _of(law: Law) -> Density:
    return lambda x: law.log_density(x, 0.0)


def _short(values: NDArray[Any]) -> Floats:
    """Numbers of six digits: more would not be seen."""
    return np.vectorize(lambda v: float(f"{v:.6g}"), otypes=[float])(values)
