"""Means of a guided run, each with its standard error and with what half the steps change."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gdviz.guidance import Plan
from gdviz.samplers import SamplerKind
from gdviz.sweep import SweepOptions, gathered, sweep

Z = 4.0
"""Standard errors that a mean may be off: a false alarm in 16,000, with fixed seeds."""


class Simulated(NamedTuple):
    value: float
    error: float
    """Standard error."""
    change: float
    """What half the steps, on the same noise, change."""

    def agrees(self, exact: float, far: float = 0.0) -> bool:
        """Whether it is within Z standard errors and the step change of an exact value that is known to `far`."""
        return abs(self.value - exact) <= Z * self.error + self.change + far


def means(plan: Plan, sampler: SamplerKind, w: float, of: Callable[[Tensor], Tensor], n: int = 4096) -> list[Simulated]:
    """E f at the end points for each of the functions f: x [n, d] -> [n, K]."""
    options = (SweepOptions((w,), n, 5, halvings=k, observers=()) for k in (0, 1))
    whole, half = (of(gathered(sweep(plan, sampler, sampler.build_levels(), each)).x[0].double()) for each in options)  # [n, K]
    errors, changes = whole.std(0) / n**0.5, (whole - half).mean(0).abs()  # [K] each
    return [Simulated(*map(float, each)) for each in zip(whole.mean(0), errors, changes, strict=True)]


def mean_and_variance(plan: Plan, sampler: SamplerKind, w: float, mean: Tensor) -> list[Simulated]:
    """The mean of each coordinate, then the variance about `mean` [d], which is exact, pooled over the coordinates."""
    return means(plan, sampler, w, lambda x: torch.cat([x, (x - mean).square().mean(1, keepdim=True)], 1))
