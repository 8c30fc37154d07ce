"""How far a score is from the exact one, by noise level."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.laws import Law

LEVELS, POINTS = 12, 2000


class LevelError(NamedTuple):
    """sqrt(E|s - s*|^2 / E|s*|^2) at a noise variance t, expectations under the noised law."""

    t: float
    error: float


def score_error(score: Callable[[Tensor, float], Tensor], law: Law) -> list[LevelError]:
    """The relative error of a score at some levels of the linear-beta schedule, noisiest first."""
    generator = torch.Generator().manual_seed(20_251_123)
    errors = []
    for t in LinearBeta().build(LEVELS).t[:-1].tolist():
        clean = law.sample(POINTS, generator).x  # [n, d]
        z = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
        x = math.sqrt(1 - t) * clean + math.sqrt(t) * z  # [n, d]
        exact = law.score(x, t)  # [n, d]
        off = (score(x, t) - exact).square().sum(-1).mean()
        errors.append(LevelError(t, math.sqrt(float(off / exact.square().sum(-1).mean().clamp_min(1e-30)))))
    return errors
