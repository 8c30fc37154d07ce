"""Laws tilted by a reward: p^r(x) = r(x) p(x) / E r, exactly wherever that is known (MATH section 2)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws.law import LabelPosterior, Law, TiltedBy
from gdviz.laws.mixture import Mixture
from gdviz.laws.quadrature import expectation
from gdviz.laws.sampled import SampledLaw
from gdviz.laws.tilt_mixture import tilt_mixture
from gdviz.rewards import Reciprocal, Reward
from gdviz.rewards.class_probability import ClassProbabilityReward

MAX_COMPONENTS = 20_000
"""A closed form with more components than this is slower than a grid; in d >= 3 it is refused."""

MAX_TABULATED = 4000
"""Components of a mixture whose tilt is tabulated: each is evaluated at some hundred thousand points before anything is known."""


class Tilted(NamedTuple):
    """A tilted law and log E r, its normaliser under the law that was tilted."""

    law: Law
    log_mean: float


def tilt(law: Law, reward: Reward) -> Law:
    """The law p^r(x) = r(x) p(x) / E r. See `tilt_with_mean`."""
    return tilt_with_mean(law, reward).law


def tilt_with_mean(law: Law, reward: Reward) -> Tilted:
    """The law p^r and log E r.

    Atoms, and samples, are reweighted, for any reward. The posterior of one of the law's own labels gives the
    conditional law. A Gaussian mixture times a sum of exponentials of quadratics stays a mixture.
    Otherwise E[r(X_0) | X_t = x] is tabulated (`GridTilt`, d <= 2).

    Raises
    ------
    GdvizError
        If E r is infinite, or if d >= 3 and no closed form is known.
    """
    closed = closed_tilt(law, reward)
    if closed is not None:
        return closed
    if law.dimension > 2:
        raise GdvizError(
            f"reward: found a target in {law.dimension} dimensions and a reward that is not a short sum of exponentials of "
            "quadratics, so the tilted law is not known in closed form; above 2 dimensions use bumps, exp of a linear or "
            "quadratic R, an expression such as exp(x0 - x1**2), or a target made of points."
        )
    if isinstance(law, Mixture) and len(law.support) > MAX_TABULATED:
        raise GdvizError(
            f"reward: found a mixture of {len(law.support):,} components and a reward without a closed form, whose tilted law "
            f"is tabulated; at most {MAX_TABULATED:,} components are. Take fewer points, points without noise, or bumps."
        )
    from gdviz.laws.grid_tilt import GridTilt

    grid = GridTilt(law, reward, _name(law, reward))
    mean = expectation(law, lambda x: (reward.log(x), 1.0), reward.breaks())  # sharper than the grid's
    return Tilted(grid, math.log(mean.value) if mean and mean.value > 0 else grid.log_mean)


def closed_tilt(law: Law, reward: Reward) -> Tilted | None:
    """The law p^r and log E r where they are known without a table, None where they are not. See `tilt_with_mean`.

    Raises
    ------
    GdvizError
        If E r is infinite.
    """
    costly, name = isinstance(reward, Reciprocal), _name(law, reward)
    if isinstance(law, SampledLaw):
        return _tilt_samples(law, reward, name)
    if isinstance(law, Mixture) and law.atomic:
        return _tilt_atoms(law, reward, name)
    if isinstance(reward, ClassProbabilityReward) and _is_own(reward.posterior, law):
        # Its origin is the label and not the reward: a learned score knows the label.
        return Tilted(law.given(reward.label), math.log(law.class_probability(reward.label)))
    terms = reward.exponentials()
    if isinstance(law, Mixture) and terms is not None and len(terms.constant) * len(law.support) <= MAX_COMPONENTS:
        tilted, log_mean = tilt_mixture(law, terms, name, TiltedBy(reward), "1/r" if costly else "r")
        return Tilted(tilted, log_mean)
    return None


def _name(law: Law, reward: Reward) -> str:
    return f"{law.name} J(x) / E J" if isinstance(reward, Reciprocal) else f"{law.name} r(x) / E r"


def _is_own(posterior: object, law: Law) -> bool:
    return isinstance(posterior, LabelPosterior) and posterior.law is law


def _tilt_atoms(law: Mixture, reward: Reward, name: str) -> Tilted:
    log_r = torch.full_like(law.log_weights, -torch.inf)  # [K]
    log_r[law.support] = reward.log(law.components.means[law.support])
    _check_finite(log_r, law.components.means, "atom")
    log_mean = float(torch.logsumexp(law.log_weights + log_r, 0))
    return Tilted(law.reweighted(log_r, name, TiltedBy(reward)), log_mean)


def _tilt_samples(law: SampledLaw, reward: Reward, name: str) -> Tilted:
    log_r = reward.log(law.x)  # [n]
    _check_finite(log_r, law.x, "sample")
    return Tilted(law.reweighted(log_r, name, TiltedBy(reward)), float(torch.logsumexp(law.log_weights + log_r, 0)))


def _check_finite(log_r: Tensor, points: Tensor, what: str) -> None:
    wrong = torch.isnan(log_r) | (log_r == torch.inf)  # [n]
    if bool(wrong.any()):
        first = [f"{c:.4g}" for c in points[int(wrong.int().argmax())].tolist()]
        place = ", ".join(first[:4] + ["..."] * (len(first) > 4))
        raise GdvizError(
            f"reward: found a value that is negative or not finite at the {what} ({place}); r must be finite and above 0."
        )
