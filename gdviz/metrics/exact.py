"""What is known of a guided law without simulation: means at w = 0 and 1, and slopes at w = 0 (MATH section 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.guidance import Plan, mean_reciprocal
from gdviz.laws import LabelPosterior, Law, Mixture
from gdviz.laws.quadrature import Expectation, expectation
from gdviz.laws.tilt_mixture import mean_of_quadratic, tilt_mixture
from gdviz.rewards import Break, Reciprocal, Reward
from gdviz.rewards.class_probability import ClassProbabilityReward
from gdviz.samplers import SamplerKind

RELATIVE_ERROR = 1e-3
"""A quadrature whose own estimate of its error is larger (a reward that oscillates wildly) counts as not known."""


@dataclass(frozen=True)
class ExactValues:
    """Exact values, None where one is not known, not finite or does not apply.

    Attributes
    ----------
    mean_reciprocal_w0 : float or None
        E 1/r at w = 0; for CFG 1/p(c).
    slope_mean_reciprocal_w0 : float or None
        d/dw E 1/r at w = 0, for CFG -(2/p(c)) KL(p || p(. | c)).
    mean_reward_w0 : float or None
        E r at w = 0.
    slope_mean_reward_w0 : float or None
        d/dw E r at w = 0, for rewards sought 2 (E[r log r] - E r log E r).
    mean_reward_w1 : float or None
        E r at w = 1, for rewards sought E r^2 / E r.
    """

    mean_reciprocal_w0: float | None = None
    slope_mean_reciprocal_w0: float | None = None
    mean_reward_w0: float | None = None
    slope_mean_reward_w0: float | None = None
    mean_reward_w1: float | None = None


def exact_values(plan: Plan, sampler: SamplerKind, measured: Reward | None = None) -> ExactValues:
    """The exact values of what is read off the samples of a plan.

    Closed form, sums over atoms, or adaptive quadrature (d <= 2). The slopes hold for samplers with
    unit noise and a constant schedule, the value at w = 1 for a constant schedule; all assume exact scores.

    Parameters
    ----------
    plan : Plan
    sampler : SamplerKind
    measured : Reward, optional
        What is read off when it is not what guides; slopes and the value at w = 1 are then None.
    """
    reward = measured or plan.reward
    if reward is None or plan.unguided.by_samples:
        return ExactValues()
    base = plan.unguided
    mean, reciprocal = mean_under(base, reward), _mean_reciprocal(plan, reward)
    plain = plan.constant and reward is plan.reward and sampler.together == 1
    slope = sampler.unit_noise and plain
    if plan.identity == "mean_reward" and plan.toward is not None:
        return ExactValues(
            mean_reciprocal_w0=reciprocal,
            mean_reward_w0=mean,
            slope_mean_reward_w0=_entropy(base, plan.toward, reward, mean) if slope else None,
            mean_reward_w1=_mean_tilted(base, plan.toward, reward, mean) if plain else None,
        )
    if plan.identity == "mean_reciprocal" and plan.away is not None:
        fall = _entropy(base, plan.away, Reciprocal(reward), reciprocal) if slope else None
        return ExactValues(
            mean_reciprocal_w0=reciprocal,
            slope_mean_reciprocal_w0=None if fall is None else -fall,
            mean_reward_w0=mean,
        )
    return ExactValues(mean_reciprocal_w0=reciprocal, mean_reward_w0=mean)


def variance_of_reciprocal(plan: Plan) -> float | None:
    """Var 1/r at w = 0, None where it is infinite or not known: whether a sample mean of 1/r can mean anything.

    For CFG E[1/p(c | X)^2 | c] = E[1/p(c | X)] / p(c) with X ~ p on the right.
    """
    if plan.reward is None:
        return None
    reciprocal = Reciprocal(plan.reward)
    first = _mean_reciprocal(plan, plan.reward)
    label_law = _label_law(plan, plan.reward)
    if label_law is None:
        second = mean_under(plan.unguided, _Square(reciprocal))
    else:
        second = mean_under(label_law, reciprocal)
        second = None if second is None or first is None else second * first
    return None if first is None or second is None else second - first**2


def _mean_reciprocal(plan: Plan, reward: Reward) -> float | None:
    """E 1/r at w = 0. For CFG 1/p(c), as long as p(. | c) > 0 wherever p > 0."""
    law = _label_law(plan, reward)
    if law is None or not isinstance(reward, ClassProbabilityReward):
        return mean_under(plan.unguided, Reciprocal(reward))
    return mean_reciprocal(law, reward.label)


def _label_law(plan: Plan, reward: Reward) -> Law | None:
    """The law p whose p(c | x) is both the reward and what turns the base p(. | c) into p: that is CFG."""
    if isinstance(reward, ClassProbabilityReward) and reward is plan.reward and isinstance(reward.posterior, LabelPosterior):
        return plan.away if reward.posterior.law is plan.away else None
    return None


def _entropy(base: Law, tilted: Law, f: Reward, mean: float | None) -> float | None:
    """2 (E[f log f] - E f log E f) = 2 E f KL(p^f || p), under the base law or, where p^f is a closed form, under p^f."""
    if mean is None:
        return None
    mean_log = _mean_of_log(tilted, f)
    if mean_log is None and not isinstance(tilted, Mixture):
        mean_f_log_f = _known(expectation(base, lambda x: _with_log(f, x), f.breaks()))
        mean_log = None if mean_f_log_f is None else mean_f_log_f / mean
    return None if mean_log is None else 2 * mean * (mean_log - math.log(mean))


def _mean_of_log(law: Law, f: Reward) -> float | None:
    """E log f under a mixture."""
    if not isinstance(law, Mixture):
        return None
    terms = f.exponentials()
    if terms is not None and len(terms.constant) == 1 and not law.atomic:
        return mean_of_quadratic(law, terms)
    return _known(expectation(law, lambda x: (x.new_zeros(x.shape[:-1]), f.log(x)), f.breaks()))


def _with_log(f: Reward, x: Tensor) -> tuple[Tensor, Tensor]:
    log_f = f.log(x)  # [n]
    return log_f, log_f


def _mean_tilted(base: Law, tilted: Law, reward: Reward, mean: float | None) -> float | None:
    """E r under p^r, which is E r^2 / E r."""
    if isinstance(tilted, Mixture):
        return mean_under(tilted, reward)
    square = mean_under(base, _Square(reward))
    return None if square is None or mean is None else square / mean


def mean_under(law: Law, f: Reward) -> float | None:
    """E f, None where it is infinite or not known."""
    terms = f.exponentials()
    if isinstance(law, Mixture) and not law.atomic and terms is not None:
        try:
            log_mean = tilt_mixture(law, terms, "")[1]
        except GdvizError:  # infinite
            return None
        return math.exp(log_mean) if log_mean < 700 else None
    return _known(expectation(law, lambda x: (f.log(x), 1.0), f.breaks()))


def _known(estimate: Expectation | None) -> float | None:
    """The value, where its quadrature is good to RELATIVE_ERROR."""
    return estimate.value if estimate is not None and estimate.error <= RELATIVE_ERROR * abs(estimate.value) else None


class _Square(Reward):
    """f squared."""

    def __init__(self, of: Reward) -> None:
        self.of = of

    def log(self, x: Tensor) -> Tensor:
        return 2 * self.of.log(x)

    def breaks(self) -> tuple[Break, ...]:
        return self.of.breaks()
