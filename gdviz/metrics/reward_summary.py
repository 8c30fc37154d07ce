"""What a reward is on a law before anything is sampled: its range, its mean, and how many points the tilted law is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.guidance.reward import where_mass_is
from gdviz.laws import Law, Mixture, SampledLaw
from gdviz.laws.tilt import MAX_COMPONENTS, Tilted, closed_tilt
from gdviz.laws.tilt_mixture import tilt_mixture
from gdviz.metrics.mean import mean
from gdviz.metrics.reward_grid import RewardGrid, RewardPicture, reward_grid, shown_noise
from gdviz.rewards import Reward, RewardContext, RewardKind, build_reward, check_gives_reward, check_positive

DRAWS = 10_000
"""Samples of a law that is no list of points."""

GOOD = 0.02
"""Relative error up to which a grid's mean is told; beyond it samples are asked."""

Source = Literal["closed form", "the points", "grid", "samples"]
"""Where a number comes from: a formula, a sum over the target's own points, a grid over its box, DRAWS samples."""


class Extreme(NamedTuple):
    """The least or the greatest r, and where."""

    value: float
    at: tuple[float, ...]


class Known(NamedTuple):
    """A number, the half-width of its error (0 for what is exact), and where it comes from."""

    value: float
    error: float
    source: Source


@dataclass(frozen=True)
class RewardSummary:
    """A reward on a law.

    Attributes
    ----------
    least, most : Extreme
        Over the law's points, or over samples of it and the grid points at which its density is above a millionth of its highest.
    mean : Known or None
        E r; None where r is refused.
    data_share : Known or None
        (E r)^2 / E r^2: the effective sample size of points weighted by r, as a share of their number (MATH section 2,
        "Training without trajectories"). 0 where E r^2 is infinite, None where r is refused or E r^2 lies where the law has next
        to nothing, so that it is not known.
    refused_share : float
        Share of the law's points, or of samples of it, at which r is not above 0.
    refusal : GdvizError or None
        Why no law is tilted by r; a `RewardRefused` knows what would mend it.
    picture : RewardPicture or None
        None for d >= 3 and where only samples are known.
    """

    least: Extreme
    most: Extreme
    mean: Known | None
    data_share: Known | None
    refused_share: float
    refusal: GdvizError | None
    picture: RewardPicture | None


def reward_summary(law: Law, kind: RewardKind) -> RewardSummary:
    """Summarise a reward on a law.

    E r and E r^2 are in closed form where the tilted law is, sums over the law's own points where it is a list of points, else
    sums over a grid (d <= 2) or means of samples, with their error.

    Raises
    ------
    RewardRefused
        If the description gives a potential R where a reward must stand.
    GdvizError
        If it does not fit the law: its dimension, its labels.
    """
    check_gives_reward(kind)
    reward = build_reward(kind, RewardContext(law.dimension, law.log_posterior, law.labels))
    x, log_weights = _points(law)  # [n, d], [n]
    log_r = reward.log(x)  # [n]
    grid = None if law.dimension > 2 or law.by_samples else reward_grid(law, reward)
    refusal, closed = _refusal_or_tilt(law, reward, kind)
    first, second = (None if refusal else _moment(k, law, reward, closed, grid, log_weights, log_r) for k in (1, 2))
    log_mean = first.log if first else None
    return RewardSummary(
        *_extremes(law, reward, x, grid),
        mean=first.known() if first else None,
        data_share=_share(first, second) if first and second else None,
        refused_share=float(log_weights.exp()[~torch.isfinite(log_r)].sum()),
        refusal=refusal,
        picture=grid.picture(reward, log_mean, closed.law if closed else None, shown_noise(law)) if grid else None,
    )


def _is_points(law: Law) -> bool:
    return law.atomic or law.by_samples


def _points(law: Law) -> tuple[Tensor, Tensor]:
    """Points [n, d] and log weights [n]: the law's own where it is a list of points, else samples."""
    if isinstance(law, SampledLaw):
        return law.x, law.log_weights
    if isinstance(law, Mixture) and law.atomic:
        return law.components.means[law.support], law.log_weights[law.support]
    x = law.sample(DRAWS, torch.Generator().manual_seed(0)).x  # [n, d]
    return x, torch.full((DRAWS,), -math.log(DRAWS), dtype=torch.float64)


def _refusal_or_tilt(law: Law, reward: Reward, kind: RewardKind) -> tuple[GdvizError | None, Tilted | None]:
    """Why no law is tilted by r, or the tilted law where it is known without a table."""
    try:
        check_positive(reward, where_mass_is(law), kind)
        return None, closed_tilt(law, reward)
    except GdvizError as error:
        return error, None


def _extremes(law: Law, reward: Reward, x: Tensor, grid: RewardGrid | None) -> tuple[Extreme, Extreme]:
    places = x if grid is None or law.atomic else torch.cat([x, grid.x[grid.has_mass()]])  # [n, d]
    r = reward(places)  # [n]
    least, most = int(r.nan_to_num(math.inf).argmin()), int(r.nan_to_num(-math.inf).argmax())
    return Extreme(float(r[least]), tuple(places[least].tolist())), Extreme(float(r[most]), tuple(places[most].tolist()))


# ---------------------------------------------------------------------- E r and E r^2
class _Moment(NamedTuple):
    """log E r^k, its relative error, and where it comes from; inf where E r^k is infinite."""

    log: float
    relative_error: float
    source: Source

    def known(self) -> Known:
        value = math.exp(self.log) if self.log < 700 else math.inf
        return Known(value, self.relative_error * value if self.relative_error else 0.0, self.source)


def _moment(
    power: int, law: Law, reward: Reward, closed: Tilted | None, grid: RewardGrid | None, log_weights: Tensor, log_r: Tensor
) -> _Moment | None:
    """E r^power by the best way that knows it; None where E r^2 is beyond the grid, and so beyond samples."""
    if _is_points(law):
        return _Moment(float(torch.logsumexp(log_weights + power * log_r, 0)), 0.0, "the points")
    if closed is not None and (log_mean := _closed_moment(power, closed, reward)) is not None:
        return _Moment(log_mean, 0.0, "closed form")
    on_grid = grid.moment(power) if grid else None
    if on_grid is not None and on_grid.relative_error <= GOOD:
        return _Moment(*on_grid, "grid")
    if grid is not None and on_grid is None and power > 1:
        return None
    top = float(log_r.max())  # so that nothing overflows
    found = mean((power * (log_r - top)).exp().numpy())
    assert found.value is not None and found.se is not None
    return _Moment(power * top + math.log(found.value), 1.96 * found.se / found.value, "samples")


def _closed_moment(power: int, closed: Tilted, reward: Reward) -> float | None:
    """log E r^power, where it is a sum of exponentials; E r^2 = E r times the mean of r under the tilted law."""
    if power == 1:
        return closed.log_mean
    terms = reward.exponentials()
    if not isinstance(closed.law, Mixture) or terms is None:
        return None
    if len(terms.constant) * len(closed.law.support) > MAX_COMPONENTS:
        return None
    try:
        return closed.log_mean + tilt_mixture(closed.law, terms, "")[1]
    except GdvizError:
        return math.inf


def _share(first: _Moment, second: _Moment) -> Known | None:
    """(E r)^2 / E r^2, at most 1; None where its error is as large as itself."""
    value = math.exp(min(0.0, 2 * first.log - second.log))
    relative = 2 * first.relative_error + second.relative_error
    return Known(value, value * relative, second.source) if relative < 1 else None
