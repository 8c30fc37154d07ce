"""What is known without simulation of an Experiment's guided law, and why the rest is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from gdviz.experiment import START_BIAS, Built, Experiment
from gdviz.guidance import Plan
from gdviz.laws import Law
from gdviz.laws.quadrature import expectation
from gdviz.metrics.exact import exact_values, variance_of_reciprocal
from gdviz.result import measured_reward

LARGEST_RELATIVE_ERROR = 0.05
"""A mean whose exact relative standard error is larger cannot be estimated from the sample."""


@dataclass(frozen=True)
class KnownMean:
    """An exact mean of f at w = 0, f = r (sign 1) or 1/r (sign -1); `reason` where it cannot be tested."""

    name: str
    sign: float
    value: float | None
    sd: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """The right-hand sides of the exact facts (MATH section 2), None where one does not apply.

    Attributes
    ----------
    means_w0 : tuple of KnownMean
    sign : float
        1 where the facts speak of f = r, -1 for f = 1/r.
    f, f_t : str
        How f and its noised version are written.
    baseline, slope, path_kl : float or None
        E f at w = 0; its slope there; the limit of path KL / w^2.
    special_w, special_law, special_mean
        The w at which the law is known, the law, and E r there.
    log_f_t : callable or None
        (x, t) -> log f_t(x).
    unit_noise, plain : bool
        The sampler has the full noise of the backward SDE; the rule is base + w (toward - away) with a constant schedule.
    heavy, unfit, general : str or None
        Why no mean of f can be estimated; why no law can be compared; why most facts do not apply.
    """

    means_w0: tuple[KnownMean, ...] = ()
    sign: float = 1.0
    f: str = "r"
    f_t: str = "r_t"
    baseline: float | None = None
    slope: float | None = None
    path_kl: float | None = None
    special_w: float | None = None
    special_law: Law | None = None
    special_mean: float | None = None
    log_f_t: Callable[[Tensor, float], Tensor] | None = None
    unit_noise: bool = False
    plain: bool = False
    heavy: str | None = None
    unfit: str | None = None
    general: str | None = None

    def why_not(self) -> str:
        """Why a fact does not apply, in a few words."""
        return self.general or self.heavy or "no exact value is known"


def known_of(experiment: Experiment, built: Built, particles: int) -> Known:
    """What is known of an Experiment with exact scores."""
    plan, sampler = built.plan, built.sampler
    unfit = _start(built)
    if plan.toward is None or plan.away is None or plan.reward is None:
        return Known(unfit=unfit, general="there is no guidance to check")
    measured = measured_reward(experiment, built)
    exact = exact_values(plan, sampler, measured)
    sign = 1.0 if plan.identity == "mean_reward" else -1.0
    title = "r(x)" if measured is not None else plan.reward_title
    spread = None if measured is not None else variance_of_reciprocal(plan)
    reciprocal = _testable(KnownMean(f"1/{title}", -1.0, exact.mean_reciprocal_w0, _root(spread)), particles)
    reward_variance = None
    if exact.mean_reward_w0 is not None and exact.mean_reward_w1 is not None:
        reward_variance = exact.mean_reward_w0 * (exact.mean_reward_w1 - exact.mean_reward_w0)
    reward = _testable(KnownMean(title, 1.0, exact.mean_reward_w0, _root(reward_variance)), particles)
    own = reward if sign > 0 else reciprocal
    baseline = plan.baseline if measured is None and plan.identity is not None else None
    slope = exact.slope_mean_reward_w0 if sign > 0 else exact.slope_mean_reciprocal_w0
    exact_law = plan.constant and sampler.together == 1  # a population's law is the exact one as it grows
    special_w, special_law = _special(plan) if exact_law else (None, None)
    return Known(
        means_w0=tuple(m for m in (reciprocal, reward) if m.value is not None or m is own),
        sign=sign,
        f=title if sign > 0 else f"1/{title}",
        f_t=_noised_name(title, sign),
        baseline=baseline,
        slope=None if own.reason else slope,
        path_kl=_path_kl(plan, sign) if plan.constant and sampler.unit_noise else None,
        special_w=special_w,
        special_law=special_law,
        special_mean=exact.mean_reward_w1,
        log_f_t=None if baseline is None else _log_noised(plan, sign, baseline),
        unit_noise=sampler.unit_noise,
        plain=plan.constant,
        heavy=own.reason or None,
        unfit=unfit,
        general=_general(sampler.unit_noise, plan.constant, measured is not None),
    )


def _start(built: Built) -> str | None:
    """Why the sampled laws cannot be the exact ones: too much of the data is still there at the start."""
    bias = built.start_bias
    return f"not comparable: starts at N(0, I) with {bias:.2g} of the data still there" if bias > START_BIAS else None


def _testable(mean: KnownMean, particles: int) -> KnownMean:
    """The mean, with the reason where it cannot be tested."""
    if mean.value is None:
        return KnownMean(mean.name, mean.sign, None, None, "no exact value: it is infinite, or the class is impossible somewhere")
    if mean.sign > 0 and mean.sd is None:
        return mean  # the sample's own spread and tail decide
    if mean.sd is None:
        return KnownMean(mean.name, mean.sign, mean.value, None, "its exact variance is infinite or not known")
    relative = mean.sd / abs(mean.value) / math.sqrt(particles)
    if relative > LARGEST_RELATIVE_ERROR:
        words = f"its exact relative standard error is {relative:.2g}: not estimable from {particles:,} samples"
        return KnownMean(mean.name, mean.sign, mean.value, mean.sd, words)
    return mean


def _general(unit_noise: bool, plain: bool, measured: bool) -> str | None:
    if measured:
        return "what is measured is not what guides"
    if not plain:
        return "the rule is not base + w (toward - away) with a constant w"
    return None if unit_noise else "it holds for samplers with the full noise of the backward process only"


def _special(plan: Plan) -> tuple[float | None, Law | None]:
    """The w != 0 whose law is exact: 1 samples toward where the base is away, -1 samples away where the base is toward."""
    if plan.unguided is plan.away:
        return 1.0, plan.toward
    if plan.unguided is plan.toward:
        return -1.0, plan.away
    return None, None


def _path_kl(plan: Plan, sign: float) -> float | None:
    """KL(unguided || the other law) = log E f - E log f under the unguided law, f = r or 1/r."""
    reward, baseline = plan.reward, plan.baseline
    if reward is None or baseline is None:
        return None
    mean_log = expectation(plan.unguided, lambda x: (x.new_zeros(x.shape[:-1]), reward.log(x)), reward.breaks())
    if mean_log is None or not math.isfinite(mean_log.value):
        return None
    return math.log(baseline) - sign * mean_log.value


def _log_noised(plan: Plan, sign: float, baseline: float) -> Callable[[Tensor, float], Tensor]:
    """log f_t = log E f + log of the density ratio of (tilted, base)."""
    toward, away = plan.toward, plan.away
    assert toward is not None and away is not None

    def log_f_t(x: Tensor, t: float) -> Tensor:
        ratio = toward.log_density(x, t) - away.log_density(x, t)  # [...]
        return math.log(baseline) + sign * ratio

    return log_f_t


def _noised_name(title: str, sign: float) -> str:
    if title.startswith("p("):
        return f"1/p_t({title[2:]}"
    return "r_t(Y_t)" if sign > 0 else "J_t(Y_t)"


def _root(variance: float | None) -> float | None:
    return math.sqrt(variance) if variance is not None and math.isfinite(variance) and variance >= 0 else None

