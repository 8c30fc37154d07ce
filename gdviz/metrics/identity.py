"""The right-hand side of the improvement identity, from the same guided paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gdviz.guidance import Plan
from gdviz.metrics.mean import Array, mean
from gdviz.metrics.tails import tail

PRECISION = 0.1
"""Largest half-width of the prediction's 95 % band, step change included, relative to the prediction.

Where guidance takes 1/r from 20 down to 1, a step error of 5 % in what it took leaves a prediction between 0 and 2: true
within its band, and saying nothing. More steps help, not more particles: for the class in two arms of a spiral at w = 2.5 the
prediction is 0.81, 0.90 and 0.98 (s.e. 0.03) at 100, 400 and 1600 steps, the mean itself 1.003 at each.
"""


@dataclass(frozen=True)
class Identity:
    """What the improvement identity predicts for the mean named in `of`."""

    of: Literal["mean_reward", "mean_reciprocal"]
    value: float
    se: float

    def is_precise(self, step_change: float = 0.0) -> bool:
        """Whether the prediction is worth holding against the mean."""
        return 1.96 * self.se + step_change <= PRECISION * abs(self.value)


def identity(plan: Plan, w: float, gain: Array) -> Identity | None:
    """E f(Y^0) (1 +- w E[gain]): plus for the reward form, minus for CFG and the cost form (MATH section 2).

    Parameters
    ----------
    gain : ndarray, shape [N]
        Int omega |push|^2 exp(+-log_ratio) du along each path.

    Returns
    -------
    Identity or None
        None where the identity does not hold, its value at w = 0 is not known, the gains' tail is
        too heavy for a mean, or the prediction is not precise.
    """
    if plan.identity is None or plan.baseline is None:
        return None
    if w == 0:
        return Identity(plan.identity, plan.baseline, 0.0)
    mean_gain = mean(gain)
    if mean_gain.value is None or mean_gain.se is None or not tail(gain).reliable:
        return None
    sign = 1.0 if plan.identity == "mean_reward" else -1.0
    predicted = Identity(plan.identity, plan.baseline * (1 + sign * w * mean_gain.value), abs(w) * plan.baseline * mean_gain.se)
    return predicted if predicted.is_precise() else None
