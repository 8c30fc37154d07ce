"""The right-hand side of the improvement identity, from the same guided paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gdviz.guidance import Plan
from gdviz.metrics.mean import Array, mean
from gdviz.metrics.tails import tail


@dataclass(frozen=True)
class Identity:
    """What the improvement identity predicts for the mean named in `of`."""

    of: Literal["mean_reward", "mean_reciprocal"]
    value: float | None
    se: float | None


def identity(plan: Plan, w: float, gain: Array) -> Identity | None:
    """E f(Y^0) (1 +- w E[gain]): plus for the reward form, minus for CFG and the cost form (MATH section 2).

    Parameters
    ----------
    gain : ndarray, shape [N]
        Int omega |push|^2 exp(+-log_ratio) du along each path.

    Returns
    -------
    Identity or None
        None where the identity does not hold, its value at w = 0 is not known, or the gains' tail is
        too heavy for a mean.
    """
    if plan.improves is None or plan.baseline is None:
        return None
    if w == 0:
        return Identity(plan.improves, plan.baseline, 0.0)
    found = mean(gain)
    if found.value is None or found.se is None or not tail(gain).reliable:
        return None
    sign = 1.0 if plan.improves == "mean_reward" else -1.0
    return Identity(plan.improves, plan.baseline * (1 + sign * w * found.value), abs(w) * plan.baseline * found.se)
