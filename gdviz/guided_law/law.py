"""The law of the guided sampler's output Y^w on a grid, without Monte Carlo (d <= 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.guidance import Plan, Unified
from gdviz.guidance.none import Unguided
from gdviz.guidance.schedules.constant import Constant
from gdviz.guided_law.budget import Steps
from gdviz.guided_law.levels import Weight, active_levels
from gdviz.guided_law.march import Density, MarchProblem, PushSquares, march
from gdviz.guided_law.solve import (
    FINER,
    STEPS,
    counts,
    extrapolated,
    find_box,
    integrals,
    log_integral,
    sketch_levels,
)
from gdviz.laws import pair
from gdviz.progress import ProgressCallback, silent
from gdviz.rewards import Reward
from gdviz.samplers import SamplerKind

WORST = 0.05
"""A mean whose error is a larger share of it than this counts as not known."""

TOGETHER = 1 << 22
"""Grid values, all w counted, that are carried together: some hundred MB with the work arrays."""


@dataclass(frozen=True, eq=False)
class GuidedLaw:
    """The law of Y^w in the limit of many steps.

    Attributes
    ----------
    w : float
    axes : tuple of Tensor
        The grid's points on each axis, evenly spaced.
    density : Tensor, shape [n_1, .., n_d]
        Normalised to 1 on the grid.
    mean_reward, mean_reciprocal : float or None
        E r(Y^w) and E 1/r(Y^w); None where infinite, not known to WORST, or where there is no reward.
    error_reward, error_reciprocal : float or None
        Their errors: what the extrapolation to small steps changed, and a coarser grid, and the mean's share of |mass - 1|.
    error_density : float
        The same for the density, as a distance in total variation, and |mass - 1|.
    mass : float
        The density's integral before it was normalised: 1 but for the error, since nothing else holds it there.
    """

    w: float
    axes: tuple[Tensor, ...]
    density: Tensor
    mean_reward: float | None
    mean_reciprocal: float | None
    error_reward: float | None
    error_reciprocal: float | None
    error_density: float
    mass: float


def guided_law(
    plan: Plan, sampler: SamplerKind, levels: Levels, w: float, measured: Reward | None = None, steps: int = STEPS
) -> GuidedLaw:
    """The law at one w. See `guided_laws`, which does many in the time of a few."""
    return guided_laws(plan, sampler, levels, (w,), measured, steps)[0]


def guided_laws(
    plan: Plan,
    sampler: SamplerKind,
    levels: Levels,
    w: Sequence[float],
    measured: Reward | None = None,
    steps: int = STEPS,
    means: bool = True,
    progress: ProgressCallback = silent,
) -> tuple[GuidedLaw, ...]:
    """The law of the guided sampler's output at each w.

    The continuous-time law dY = (Y/2 + base + w omega (toward - away)) du + dB from N(0, I) at the first
    of the levels to the last (MATH section 2): what DDPM and ancestral sampling tend to with many steps.

    Parameters
    ----------
    plan : Plan
        Of the form base + w (toward - away), with exact scores.
    sampler : SamplerKind
        With unit noise.
    levels : Levels
        Their ends; a schedule other than the constant one is read at their steps.
    w : sequence of float
    measured : Reward, optional
        What is read off, when it is not what guides.
    steps : int
        Steps in noise level of the finest of the three calculations.
    means : bool
        Whether the means of r and 1/r are wanted; without them the box need not hold their tails.
    progress : ProgressCallback
        Told how far it is; a `Budget` ends what would take too long.

    Raises
    ------
    GdvizError
        If the law has no density, d >= 3, or the sampler or the rule is another one.
    """
    reason = refusal(plan, sampler)
    if reason is not None:
        raise GdvizError(f"guided law: {reason}.")
    problem = _problem(plan, levels, w)
    reward = measured or plan.reward if means else None
    fine_levels = active_levels(plan, problem.pair, levels, problem.weight.breaks, steps)
    box, held = find_box(problem, sketch_levels(fine_levels), reward, progress)
    progress(0.0)
    n = counts(problem, box)
    few = tuple(2 * count // 3 for count in n)
    read = tuple(2 * (FINER[len(n)] * count // 2) + 1 for count in n)
    half_levels = fine_levels.halved()
    parts = max(1, TOGETHER // math.prod(read))  # values of w that go together
    marches = fine_levels.steps * math.prod(n) + half_levels.steps * (math.prod(n) + math.prod(few))
    stepped = Steps(-(-len(w) // parts) * marches, progress)
    squares = PushSquares(problem, half_levels)
    laws: list[GuidedLaw] = []
    for some, fit in zip(*(part.split(parts, -1) for part in (problem.w, held)), strict=True):
        part = replace(problem, w=some)
        fine = march(part, fine_levels, box, n, read, stepped, squares)
        half = march(part, half_levels, box, n, read, stepped, squares)
        coarse = march(part, half_levels, box, few, read, stepped)
        laws += _records(part, reward, fit, fine, half, coarse)
    return tuple(laws)


def refusal(plan: Plan, sampler: SamplerKind) -> str | None:
    """Why the law cannot be had, as a clause; None where it can."""
    if plan.unguided.dimension > 2:
        return f"found {plan.unguided.dimension} dimensions; a density is tabulated in one or two"
    if any(law is not None and law.atomic for law in (plan.unguided, plan.toward, plan.away)):
        return "found a law on points, which has no density; give the points some noise"
    if not sampler.unit_noise:
        return "found a sampler without the backward process' full noise; ddpm, ancestral, ddim with eta 1 and churn 1 have it"
    if type(plan.rule) is Unguided:
        return None
    if plan.unified is None or plan.toward is None or plan.away is None:
        return "found a method that is not base + w (toward - away) with two laws; cfg and reward guidance are"
    return None if _exact_scores(plan, plan.unified) else "found scores that are not the exact ones of the laws that guide"


def _exact_scores(plan: Plan, rule: Unified) -> bool:
    assert plan.toward is not None and plan.away is not None
    x = plan.unguided.sample(64, torch.Generator().manual_seed(0)).x  # [n, d]
    exact = pair(plan.toward, plan.away)
    return all(
        torch.allclose(a, b, rtol=1e-4, atol=1e-4 * float(b.abs().max()))
        for t in (0.9, 0.3)
        for a, b in zip(rule.pair(x, t)[:2], exact(x, t)[:2], strict=True)
    )


def _problem(plan: Plan, levels: Levels, w: Sequence[float]) -> MarchProblem:
    scales = torch.tensor(list(w), dtype=torch.float64)
    if plan.unified is None or plan.toward is None or plan.away is None:
        law = plan.unguided
        return MarchProblem(law, law, law, pair(law, law), 1, Weight(Constant(), levels), 0 * scales)
    base, sign = (plan.toward, 1) if plan.unified.base == "toward" else (plan.away, -1)
    weight = Weight(plan.unified.schedule, levels)
    return MarchProblem(base, plan.toward, plan.away, pair(plan.toward, plan.away), sign, weight, scales)


def _records(
    problem: MarchProblem, reward: Reward | None, held: Tensor, fine: Density, half: Density, coarse: Density
) -> list[GuidedLaw]:
    best = extrapolated(fine, half)
    value = integrals(best, reward)  # [3, W]: mass, E r, E 1/r
    pairs = ((best, fine), (half, coarse), (best, best.sparser()))  # steps, grid, quadrature
    missing = (value[0] - 1).abs()  # [W]; mass made or lost is an error that both grids may share
    error = torch.stack([(integrals(a, reward) - integrals(b, reward)).abs() for a, b in pairs]).sum(0)  # [3, W]
    error = error + missing * value  # [3, W]
    known = held & (error[1:] <= WORST * value[1:])  # [2, W]; never for NaN
    off = _distance(best, fine) + _distance(half, coarse) + missing  # [W]
    density = _normalised(best)
    axes = tuple(axis.points for axis in best.grid.axes)

    def shown(numbers: Tensor, which: int, k: int) -> float | None:
        return float(numbers[1 + which, k]) if bool(known[which, k]) else None

    return [
        GuidedLaw(
            w=float(w),
            axes=axes,
            density=density[k],
            mean_reward=shown(value, 0, k),
            mean_reciprocal=shown(value, 1, k),
            error_reward=shown(error, 0, k),
            error_reciprocal=shown(error, 1, k),
            error_density=float(off[k]),
            mass=float(value[0, k]),
        )
        for k, w in enumerate(problem.w)
    ]


def _normalised(density: Density) -> Tensor:
    mass = log_integral(density.log_q, density.grid.cell)  # [W]
    return torch.exp(density.log_q - mass.reshape(-1, *[1] * len(density.grid.axes)))


def _distance(a: Density, b: Density) -> Tensor:
    """Total variation between two densities on one grid, [W]."""
    return (_normalised(a) - _normalised(b)).abs().flatten(1).sum(1) * a.grid.cell / 2
