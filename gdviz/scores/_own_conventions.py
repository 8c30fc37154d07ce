"""What networks are told and what they return: x and t under another name, and the noise behind an answer."""

from __future__ import annotations

from math import acos, cos, log, log1p, pi, sqrt
from typing import Literal

from torch import Tensor

from gdviz.diffusion.flow import flow_time_at
from gdviz.diffusion.spacings.linear_beta import LinearBeta

Convention = Literal["linear_beta", "cosine", "vp", "edm", "flow"]
Meaning = Literal["noise", "clean", "velocity", "score"]


def scales(schedule: Convention, t: float) -> tuple[float, float]:
    """alpha and sigma of the alpha x_0 + sigma z that a network is given at noise variance t."""
    if schedule == "edm":
        return 1.0, sqrt(t / (1 - t))
    if schedule == "flow":
        return 1 - flow_time_at(t), flow_time_at(t)
    return sqrt(1 - t), sqrt(t)


def given(schedule: Convention, x: Tensor, t: float) -> Tensor:
    """What a network is given for x [M, d]."""
    return x * (scales(schedule, t)[0] / sqrt(1 - t)) if schedule in ("edm", "flow") else x


def time(schedule: Convention, t: float) -> float:
    """The time that it is told."""
    if schedule == "vp":
        return t
    if schedule in ("edm", "flow"):
        return scales(schedule, t)[1]
    reached = linear_time(t) if schedule == "linear_beta" else cosine_time(t)
    return min(999.0, max(0.0, 1000 * reached - 1))


def noise(schedule: Convention, prediction: Meaning, output: Tensor, y: Tensor, t: float) -> Tensor:
    """The noise prediction that a returned [M, d] stands for, at the y [M, d] that was given."""
    alpha, sigma = scales(schedule, t)
    match prediction:
        case "noise":
            return output
        case "clean":
            return (y - alpha * output) / sigma
        case "velocity" if schedule == "flow":  # z - x_0
            return y + alpha * output
        case "velocity":  # sqrt(1-t) z - sqrt(t) x_0
            return sqrt(t) * sqrt(1 - t) / alpha * y + sqrt(1 - t) * output
        case "score":  # with respect to what it was given
            return -sigma * output


def linear_time(t: float) -> float:
    """tau in (0, 1] with log(1 - t) = -(0.1 tau + 19.9 tau^2 / 2)."""
    return LinearBeta().coordinate(log1p(-t) - log(t))


def cosine_time(t: float) -> float:
    """tau in (0, 1) with alpha_bar = f(tau) / f(0), f(tau) = cos^2((tau + 0.008) / 1.008 pi / 2) [Nichol, Dhariwal 2021]."""
    nearest = cos(0.008 / 1.008 * pi / 2)
    return acos(nearest * sqrt(1 - t)) * 2 / pi * 1.008 - 0.008
