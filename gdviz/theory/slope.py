"""The slope at w = 0 against the Kullback-Leibler divergence that it is, over random mixtures, labels and rewards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from gdviz.diffusion import Levels
from gdviz.guidance import GuidanceContext, Plan
from gdviz.guidance.cfg import Cfg
from gdviz.guidance.reward import RewardGuidance
from gdviz.laws import FullComponents, Mixture
from gdviz.metrics.exact import exact_values, variance_of_reciprocal
from gdviz.metrics.mean import Array, Mean
from gdviz.metrics.reading import Reader
from gdviz.progress import Progress, ProgressCallback, part, silent
from gdviz.rewards import RewardKind
from gdviz.rewards.bumps import Bump, Bumps
from gdviz.rewards.exp import Exp
from gdviz.rewards.linear import Linear
from gdviz.samplers import SamplerKind
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, PlanExecutor, RunHere, SweepOptions, gathered
from gdviz.theory.verdict import signed_mean

SMALL = 0.1
"""The w of the central difference; twice as much is run too, and what that changes is extrapolated away."""

LARGEST_VARIANCE = 0.3
"""Of f / E f at w = 0, by quadrature, f being 1/p(c | x) or r: beyond it the tail is too heavy for a mean of some thousand
particles."""

WIDER = 0.8
"""Variance that the guided class has more: of one that is narrower than the others the slope often has too heavy a tail to be
measured. Rewards need no such help."""

COMPONENTS, TRIES = 3, 400

KINDS = ("label", "reward")


@dataclass(frozen=True)
class SlopePoint:
    """One random mixture, with a label or a reward.

    Attributes
    ----------
    kind : {"label", "reward"}
    dimension : int
    mean : float
        E f at w = 0: 1/p(c) for f = 1/p(c | x), or E r.
    divergence : float
        KL(p || p(. | c)), or KL(p^r || p), by quadrature.
    exact : float
        d/dw E[-1/p(c | Y)] or d/dw E r(Y) at w = 0: 2 E f KL, 2 (E[r log r] - E r log E r) where r is sought.
    measured : Mean
        From w = +-SMALL and +-2 SMALL on the same noise, to fourth order in w; unknown where its tail is too heavy.
    step : float
        How far that moves against half as many steps.
    """

    kind: str
    dimension: int
    mean: float
    divergence: float
    exact: float
    measured: Mean
    step: float


def random_mixture(dimension: int, generator: torch.Generator, wider: float = WIDER) -> Mixture:
    """Three Gaussians of random place, shape and weight: the first, widened, is class b, the others a."""
    d = dimension
    means = 0.9 * torch.randn(COMPONENTS, d, generator=generator, dtype=torch.float64)  # [K, d]
    roots = 0.35 * torch.randn(COMPONENTS, d, d, generator=generator, dtype=torch.float64)  # [K, d, d]
    sizes = 0.5 + torch.rand(COMPONENTS, 1, 1, generator=generator, dtype=torch.float64)
    sizes[0] += wider
    covariances = roots @ roots.mT + sizes * torch.eye(d, dtype=torch.float64)  # [K, d, d]
    weights = 0.3 + torch.rand(COMPONENTS, generator=generator, dtype=torch.float64)  # [K]
    owner = torch.tensor([0] + [1] * (COMPONENTS - 1))
    return Mixture(FullComponents(means, covariances), weights.log(), owner, ("b", "a"))


def guided_by_label(law: Mixture, label: str) -> Plan:
    """Classifier-free guidance with the exact scores of a mixture."""
    return Cfg(label=label).build(GuidanceContext(law, ExactScores()))


def random_reward(dimension: int, generator: torch.Generator) -> RewardKind:
    """A bump over a floor, or exp(b . x), by the toss of a coin; the tilted law of a mixture is a closed form for both."""

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator, dtype=torch.float64))

    place = torch.randn(dimension, generator=generator, dtype=torch.float64)  # [d]
    if uniform(0, 1) < 0.5:
        bump = Bump(center=tuple((0.9 * place).tolist()), width=uniform(0.7, 1.7), height=uniform(0.5, 2.5))
        return Bumps(bumps=(bump,), floor=0.5)
    return Exp(of=Linear(direction=tuple((uniform(0.1, 0.6) * place / place.norm()).tolist())))


def random_plan(kind: str, dimension: int, generator: torch.Generator) -> Plan:
    """Guidance by the label of a random mixture, or by a random reward on one."""
    if kind == "label":
        return guided_by_label(random_mixture(dimension, generator), "b")
    law, reward = random_mixture(dimension, generator, 0.0), random_reward(dimension, generator)
    return RewardGuidance(reward=reward).build(GuidanceContext(law, ExactScores()))


def relative_variance(plan: Plan) -> float | None:
    """Var f / (E f)^2 at w = 0, by quadrature; None where it is infinite or not known."""
    if not plan.baseline:
        return None
    if plan.identity == "mean_reciprocal":
        variance = variance_of_reciprocal(plan)
        return None if variance is None else variance / plan.baseline**2
    tilted = exact_values(plan, Ddpm()).mean_reward_w1  # E r^2 / E r
    return None if tilted is None else tilted / plan.baseline - 1


def random_plans(count: int, seed: int) -> Iterator[tuple[Plan, int]]:
    """Plans on a line and in the plane by turns, two with a label and two with a reward, and how many were left out so far."""
    generator = torch.Generator().manual_seed(seed)
    kept = skipped = 0
    for _ in range(TRIES):
        if kept == count:
            return
        plan = random_plan(KINDS[kept // 2 % 2], 1 + kept % 2, generator)
        variance = relative_variance(plan)
        if variance is None or variance > LARGEST_VARIANCE:
            skipped += 1
            continue
        kept += 1
        yield plan, skipped


def slope_point(
    plan: Plan,
    sampler: SamplerKind,
    levels: Levels,
    particles: int,
    seed: int,
    progress: ProgressCallback = silent,
    executor: PlanExecutor | None = None,
) -> SlopePoint:
    """Measure one slope, here or where the executor runs the plan's sweeps, and work it out."""
    assert plan.baseline is not None
    known, sought = exact_values(plan, sampler), plan.identity == "mean_reward"
    slope = known.slope_mean_reward_w0 if sought else known.slope_mean_reciprocal_w0
    assert slope is not None
    run = executor or RunHere(plan, sampler, levels)
    options = SweepOptions(tuple(k * SMALL for k in (-2, -1, 1, 2)), particles, seed, observers=())
    fine = _slopes(plan, run(options), part(progress, 0, 2 / 3))  # [N]
    coarse = _slopes(plan, run(replace(options, halvings=1)), part(progress, 2 / 3, 1 / 3))
    step = abs(float((fine - coarse).mean()))
    exact, mean = abs(slope), plan.baseline
    return SlopePoint(KINDS[sought], plan.unguided.dimension, mean, exact / (2 * mean), exact, signed_mean(fine), step)


def _slopes(plan: Plan, items: Iterator[Progress | Chunk], progress: ProgressCallback) -> Array:
    """Each particle's d/dw of g = -1/p or r, [N], from four w: (8 (g(h) - g(-h)) - (g(2h) - g(-2h))) / 12 h."""
    sign = 1.0 if plan.identity == "mean_reward" else -1.0
    read = Reader(plan.unguided, plan.reward)
    log_r = np.stack([np.asarray(read(x).log_reward) for x in gathered(items, progress).x])  # [4, N]
    a, b, c, d = sign * np.exp(sign * log_r)
    return (8 * (c - b) - (d - a)) / (12 * SMALL)


def misfit(points: list[SlopePoint]) -> float | None:
    """Root of the mean squared (measured - exact) / sqrt(s.e.^2 + step^2): about 1 or less where theory and run agree."""
    ratios = [
        (point.measured.value - point.exact) / math.hypot(point.measured.se, point.step)
        for point in points
        if point.measured.value is not None and point.measured.se is not None
    ]
    return float(np.sqrt(np.mean(np.square(ratios)))) if ratios else None
