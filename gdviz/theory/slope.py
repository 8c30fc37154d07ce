"""The slope at w = 0 against the Kullback-Leibler divergence that it is, over random mixtures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from gdviz.diffusion import Levels
from gdviz.guidance import GuidanceContext, Plan
from gdviz.guidance.cfg import Cfg
from gdviz.laws import FullComponents, Mixture
from gdviz.metrics.exact import exact_values, variance_of_reciprocal
from gdviz.metrics.mean import Array, Mean
from gdviz.metrics.reading import Reader
from gdviz.samplers import SamplerKind
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, sweep
from gdviz.theory.verdict import signed_mean

SMALL = 0.1
"""The w of the central difference; twice as much is run too, and what that changes is extrapolated away."""

LARGEST_VARIANCE = 0.3
"""Of p(c)/p(c | x) at w = 0, by quadrature: beyond it the tail is too heavy for a mean of some thousand particles."""

WIDER = 0.8
"""Variance that the guided class has more: one that is narrower than the others has heavy tails."""

COMPONENTS, TRIES = 3, 400


@dataclass(frozen=True)
class SlopePoint:
    """One random mixture.

    Attributes
    ----------
    dimension : int
    p : float
        p(c).
    divergence : float
        KL(p || p(. | c)), by quadrature.
    exact : float
        d/dw E[-1/p(c | Y)] at w = 0, (2/p(c)) KL.
    measured : Mean
        From w = +-SMALL and +-2 SMALL on the same noise, to fourth order in w; unknown where its tail is too heavy.
    step : float
        How far that moves against half as many steps.
    """

    dimension: int
    p: float
    divergence: float
    exact: float
    measured: Mean
    step: float


def random_mixture(dimension: int, generator: torch.Generator) -> Mixture:
    """Three Gaussians of random place, shape and weight: the first, the widest, is class b, the others a."""
    d = dimension
    means = 0.9 * torch.randn(COMPONENTS, d, generator=generator, dtype=torch.float64)  # [K, d]
    roots = 0.35 * torch.randn(COMPONENTS, d, d, generator=generator, dtype=torch.float64)  # [K, d, d]
    sizes = 0.5 + torch.rand(COMPONENTS, 1, 1, generator=generator, dtype=torch.float64)
    sizes[0] += WIDER
    covariances = roots @ roots.mT + sizes * torch.eye(d, dtype=torch.float64)  # [K, d, d]
    weights = 0.3 + torch.rand(COMPONENTS, generator=generator, dtype=torch.float64)  # [K]
    owner = torch.tensor([0] + [1] * (COMPONENTS - 1))
    return Mixture(FullComponents(means, covariances), weights.log(), owner, ("b", "a"))


def guided_by_label(law: Mixture, label: str) -> Plan:
    """Classifier-free guidance with the exact scores of a mixture."""
    return Cfg(label=label).build(GuidanceContext(law, ExactScores()))


def random_plans(count: int, seed: int) -> Iterator[tuple[Plan, int]]:
    """Plans on a line and in the plane by turns, and how many before each were left out for their tails."""
    generator = torch.Generator().manual_seed(seed)
    found = skipped = 0
    for _ in range(TRIES):
        if found == count:
            return
        plan = guided_by_label(random_mixture(1 + found % 2, generator), "b")
        variance = variance_of_reciprocal(plan)
        if variance is None or plan.baseline is None or variance > LARGEST_VARIANCE * plan.baseline**2:
            skipped += 1
            continue
        found += 1
        yield plan, skipped


def slope_point(
    plan: Plan,
    sampler: SamplerKind,
    levels: Levels,
    particles: int,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
) -> SlopePoint:
    """Measure one slope, and work it out."""
    assert plan.baseline is not None
    fall = exact_values(plan, sampler).slope_mean_reciprocal_w0
    assert fall is not None
    fine = _slopes(plan, sampler, levels, particles, seed, False, lambda done: progress(done * 2 / 3))  # [N]
    coarse = _slopes(plan, sampler, levels, particles, seed, True, lambda done: progress((2 + done) / 3))
    step = abs(float((fine - coarse).mean()))
    p = 1 / plan.baseline
    return SlopePoint(plan.unguided.dimension, p, -fall * p / 2, -fall, signed_mean(fine), step)


def _slopes(
    plan: Plan,
    sampler: SamplerKind,
    levels: Levels,
    particles: int,
    seed: int,
    halved: bool,
    progress: Callable[[float], None],
) -> Array:
    """Each particle's d/dw of -1/p, [N], from four w: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h."""
    scales = [k * SMALL for k in (-2, -1, 1, 2)]
    read, parts = Reader(plan.unguided, plan.reward), []
    for item in sweep(plan, sampler, levels, scales, particles, seed, halved=halved, integrals=False):
        if isinstance(item, Chunk):
            log_p = np.stack([np.asarray(read(x).log_reward) for x in item.x])  # [4, n]
            a, b, c, d = -np.exp(-log_p)
            parts.append((8 * (c - b) - (d - a)) / (12 * SMALL))
        else:
            progress(item.done)
    return np.concatenate(parts)


def misfit(points: list[SlopePoint]) -> float | None:
    """Root of the mean squared (measured - exact) / sqrt(s.e.^2 + step^2): about 1 or less where theory and run agree."""
    ratios = [
        (point.measured.value - point.exact) / math.hypot(point.measured.se, point.step)
        for point in points
        if point.measured.value is not None and point.measured.se is not None
    ]
    return float(np.sqrt(np.mean(np.square(ratios)))) if ratios else None
