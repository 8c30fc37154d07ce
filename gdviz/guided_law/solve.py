"""The box on which the guided law lives, and the law on a grid, on a coarser one and with fewer steps."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.guided_law.grid import Box
from gdviz.guided_law.march import Density, MarchProblem, march
from gdviz.laws import Law
from gdviz.laws.quadrature import smallest_scale
from gdviz.progress import ProgressCallback, silent
from gdviz.rewards import Reward

STEPS = 200
"""Steps in noise level of the finest calculation; a second one has half as many."""

PER_SCALE = 3.5
"""Grid points per smallest standard deviation of the laws."""

COUNTS = {1: (257, 4097), 2: (97, 321)}
"""Least and most points per axis, by dimension."""

FINER = {1: 4, 2: 2}
"""The grid on which the result is read, against that of the calculation."""

SKETCH_STEPS, SKETCH_COUNTS = 60, {1: 257, 2: 81}
"""The rough calculations that find the box."""

OUTSIDE = 1e-10
"""Share of the laws that guide that may lie outside the first box."""

EDGE_SHARE = 1e-7
"""A box is wide enough when the outermost layers hold less than this share of an integral."""

ROUNDS = 12
"""A box may grow so often, by a quarter of its width."""


def log_integral(log_values: Tensor, cell: float) -> Tensor:
    """log of the integral of exp(values) by the trapezoid rule, [W, ..] -> [W]; the values are nothing at the edges."""
    values = torch.nan_to_num(log_values, nan=-torch.inf, posinf=torch.inf, neginf=-torch.inf)
    return values.flatten(1).logsumexp(1) + math.log(cell)


def integrals(density: Density, reward: Reward | None) -> Tensor:
    """Integrals of q, q r / mass and q / (r mass), [3, W]; NaN without a reward."""
    log_q, cell = density.log_q, density.grid.cell
    log_mass = log_integral(log_q, cell)  # [W]
    if reward is None:
        return torch.stack([log_mass.exp(), *[torch.full_like(log_mass, torch.nan)] * 2])
    log_r = reward.log(density.grid.points)  # [n_1, .., n_d]
    sides = [log_integral(log_q + sign * log_r, cell) - log_mass for sign in (1, -1)]
    return torch.stack([log_mass, *sides]).exp()


def extrapolated(fine: Density, half: Density) -> Density:
    """The steps' error is of second order: log q + (log q - log q of half the steps) / 3 is of fourth."""
    change = (fine.log_q - half.log_q) / 3
    return Density(fine.grid, fine.log_q + torch.where(torch.isfinite(change), change, 0.0))


def counts(problem: MarchProblem, box: Box) -> tuple[int, ...]:
    """Points per axis that resolve the narrowest component of any of the laws."""
    scales = [smallest_scale(getattr(law, "base", law)) for law in (problem.base, problem.toward, problem.away)]
    known = [scale for scale in scales if scale]
    least, most = COUNTS[problem.base.dimension]
    return tuple(min(max(least, math.ceil(PER_SCALE * (b - a) / min(known)) if known else most), most) for a, b in box)


def first_box(*laws: Law) -> Box:
    """What holds all but OUTSIDE of each of the laws."""
    corners = [law.box(OUTSIDE) for law in laws]
    low, high = torch.stack([c for c, _ in corners]).amin(0), torch.stack([c for _, c in corners]).amax(0)
    return tuple(zip(low.tolist(), high.tolist(), strict=True))


def find_box(
    problem: MarchProblem, levels: Levels, reward: Reward | None, progress: ProgressCallback = silent
) -> tuple[Box, Tensor]:
    """A box that holds the guided law at every w, and which of the means of r and 1/r it holds, [2, W].

    A mean whose integrand still reaches the edge after ROUNDS of growth is infinite, or as good as that.

    Raises
    ------
    GdvizError
        If the law itself does not fit: guidance carries it off.
    """
    box = first_box(problem.base, problem.toward, problem.away)
    rough = (SKETCH_COUNTS[len(box)],) * len(box)
    tried: list[tuple[Box, Tensor]] = []
    for _ in range(ROUNDS):
        progress(0.0)
        sketch = march(problem, levels, box, rough, rough)
        reaches = _edges(sketch, reward)  # [3, W, d, 2]
        tried.append((box, ~reaches.flatten(2).any(-1)))
        if not bool(reaches.any()):
            break
        grow = reaches.any(0).any(0)  # [d, 2]
        box = tuple(
            (a - 0.25 * (b - a) * float(below), b + 0.25 * (b - a) * float(above))
            for (a, b), (below, above) in zip(box, grow.tolist(), strict=True)
        )
    held = tried[-1][1]  # [3, W]
    if not bool(held[0].all()):
        w = float(problem.w[int(torch.argmin(held[0].int()))])
        raise GdvizError(f"guided law: found w = {w:g}, which carries the law beyond every box that was tried; use a smaller w.")
    box = next(box for box, ok in tried if bool((ok >= held).all()))
    return box, held[1:]


def _edges(density: Density, reward: Reward | None) -> Tensor:
    """Whether q, q r and q / r reach the ends of each axis, [3, W, d, 2]."""
    log_q, cell = density.log_q, density.grid.cell
    log_r = torch.zeros(()) if reward is None else reward.log(density.grid.points)
    shares = []
    for sign in (0, 1, -1):
        values = log_q + sign * log_r  # [W, n_1, .., n_d]
        share = torch.exp(values - log_integral(values, cell).reshape(-1, *[1] * (values.dim() - 1))) * cell
        ends = [(share.narrow(k, 0, 2), share.narrow(k, n - 2, 2)) for k, n in enumerate(share.shape) if k]
        shares.append(torch.stack([torch.stack([side.flatten(1).sum(1) for side in both], -1) for both in ends], 1))  # [W, d, 2]
    return ~(torch.stack(shares) <= EDGE_SHARE)  # NaN reaches


def sketch_levels(levels: Levels) -> Levels:
    """About SKETCH_STEPS of them."""
    keep = np.unique(np.linspace(0, levels.steps, SKETCH_STEPS + 1).round().astype(int))
    return Levels(levels.alpha_bar[keep], levels.t[keep])
