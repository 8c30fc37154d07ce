"""Flow time tau, in which x = (1 - tau) X_0 + tau Z, and the noise variance t of the same log-SNR."""

from __future__ import annotations

import math

from gdviz.diffusion.levels import Moment


def variance_at(flow_time: float) -> float:
    """t = tau^2 / ((1 - tau)^2 + tau^2): both have log-SNR 2 log((1 - tau) / tau) (MATH section 3)."""
    return flow_time**2 / ((1 - flow_time) ** 2 + flow_time**2)


def flow_time_at(t: float) -> float:
    """tau = sqrt(t) / (sqrt(t) + sqrt(1 - t)), the inverse of `variance_at`."""
    return math.sqrt(t) / (math.sqrt(t) + math.sqrt(1 - t))


def flow_size(flow_time: float) -> float:
    """sqrt((1 - tau)^2 + tau^2): a point in flow time is so many times the point of the same log-SNR at unit variance."""
    return math.hypot(1 - flow_time, flow_time)


def flow_moment(s: float, t: float) -> Moment:
    """The step from flow time t down to s < t, as a step between noise variances."""
    before, after = variance_at(t), variance_at(s)
    # 1 - variance_at(tau) = variance_at(1 - tau), which keeps its digits where the signal is small.
    return Moment(0, before, after, variance_at(1 - t), variance_at(1 - s), 1)
