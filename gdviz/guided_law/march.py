"""The density of the guided law relative to a power of the two laws that guide, marched down the noise levels.

With base the law that w = 0 samples, v = toward - away, sign = +1 where the base is `toward` and -1 where it is
`away`, let pi_u = base_u (toward_u / away_u)^w: its score is the guided score base + w v. Write the density of the guided law
as q = g pi. Put into dq/du = -div((y/2 + s^w) q) + Laplace(q)/2 every term with a score cancels but one (the same algebra gives
the weights of Feynman-Kac correctors), and

    dg/du = Laplace(g)/2 - <y, grad g>/2 - (w (w + sign) / 2) |v|^2 g,        g = N(0, I) / pi at the start.

So g is an expectation over the *forward* noising of y, which needs no drift, no division and no derivative of a density:
multiply by exp(-potential du / 2), average over the exact noising kernel, multiply again (Strang, second order in the step).
At w = 0, and where w + sign = 0, nothing is multiplied and the law comes out exactly: E 1/p(c | x) = 1/p(c), and p^r at w = 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment
from gdviz.guided_law.grid import Axis, Box, LawGrid, noised
from gdviz.guided_law.levels import Weight
from gdviz.laws import Law, Pair

NOTHING = 1e-200
"""Values of g below this share of its largest are 0: far below them lie denormal numbers, which are slow."""


@dataclass(frozen=True)
class MarchProblem:
    """base + w omega (toward - away) between the ends of the levels.

    Attributes
    ----------
    base, toward, away : Law
    pair : Pair
        Of toward and away.
    sign : int
        +1 where the base is `toward`, -1 where it is `away`.
    weight : Weight
    w : Tensor, shape [W]
    """

    base: Law
    toward: Law
    away: Law
    pair: Pair
    sign: int
    weight: Weight
    w: Tensor

    def log_ratio(self, x: Tensor, t: float) -> Tensor:
        """log toward_t - log away_t at points [.., d]."""
        if self.toward is self.away:
            return torch.zeros_like(x[..., 0])
        return self.toward.log_density(x, t) - self.away.log_density(x, t)

    def push_square(self, grid: LawGrid, t: float) -> Tensor:
        """|toward - away|^2 on a grid, [n_1, .., n_d]."""
        return self.pair(grid.points, t).push.square().sum(-1)


class PushSquares:
    """`MarchProblem.push_square`, kept at some levels: a march with half the steps comes by every second one again.

    Parameters
    ----------
    problem : MarchProblem
    levels : Levels
        At which it is kept.
    """

    def __init__(self, problem: MarchProblem, levels: Levels) -> None:
        self._problem, self._kept_at = problem, set(levels.t.tolist())
        self._known: dict[tuple[LawGrid, float], Tensor] = {}

    def __call__(self, grid: LawGrid, t: float) -> Tensor:
        known = self._known.get((grid, t))
        if known is None:
            known = self._problem.push_square(grid, t)
            if t in self._kept_at:
                self._known[grid, t] = known
        return known


@dataclass(frozen=True)
class Density:
    """log q at the last level.

    Attributes
    ----------
    grid : LawGrid
    log_q : Tensor, shape [W, n_1, .., n_d]
        -inf where there is no mass.
    """

    grid: LawGrid
    log_q: Tensor

    def sparser(self) -> Density:
        """The same at every second point."""
        every = (slice(None), *[slice(None, None, 2)] * len(self.grid.axes))
        axes = tuple(Axis(axis.low, 2 * axis.spacing, (axis.count + 1) // 2) for axis in self.grid.axes)
        return Density(LawGrid(axes), self.log_q[every])


def march(
    problem: MarchProblem,
    levels: Levels,
    box: Box,
    counts: tuple[int, ...],
    read: tuple[int, ...],
    stepped: Callable[[int], None] = lambda points: None,
    push_square: Callable[[LawGrid, float], Tensor] | None = None,
) -> Density:
    """Carry g from the first level to the last, and give the density there.

    Parameters
    ----------
    problem : MarchProblem
    levels : Levels
    box : Box
        What the density is wanted on, at the last level.
    counts, read : tuple of int
        LawGrid points per axis, on the way and at the end, to which the last step goes.
    stepped : callable
        Called after each step with the number of points carried.
    push_square : callable, optional
        The problem's own by default.
    """
    push_square = push_square or problem.push_square
    w = problem.w.reshape(-1, *[1] * problem.base.dimension)  # [W, 1, .., 1]
    grid = LawGrid.over(box, counts, float(levels.alpha_bar[0]), float(levels.t[0]))
    omega, square = 0.0, None
    log_g = _log_normal(grid.points) - problem.base.log_density(grid.points, float(levels.t[0])) + torch.zeros_like(w)  # [W, ..]
    for moment, here in zip(levels.moments(), _weights(problem.weight, levels), strict=True):
        if here != omega:  # q = g pi stays what it is while the exponent of pi changes
            log_g = log_g - w * (here - omega) * problem.log_ratio(grid.points, moment.t)
            omega = here
        potential = w * omega * (w * omega + problem.sign) / 2  # [W, 1, .., 1], times |v|^2
        if square is None and bool(potential.any()):
            square = push_square(grid, moment.t)  # [n_1, .., n_d]
        last = moment.index == levels.steps - 1
        new = LawGrid.over(box, read if last else counts, moment.alpha_bar_next, moment.t_next)
        if square is not None:
            log_g = log_g - potential * square * (moment.du / 2)
        log_g = _averaged(log_g, grid, new, moment)
        grid = new
        if square is not None:
            square = push_square(grid, moment.t_next)
            log_g = log_g - potential * square * (moment.du / 2)
        stepped(math.prod(counts))
    x, t = grid.points, float(levels.t[-1])
    log_q = log_g + problem.base.log_density(x, t) + w * omega * problem.log_ratio(x, t)  # [W, n_1, .., n_d]
    return Density(grid, torch.nan_to_num(log_q, nan=-torch.inf, posinf=torch.inf, neginf=-torch.inf))


def _averaged(log_g: Tensor, old: LawGrid, new: LawGrid, moment: Moment) -> Tensor:
    """log of g averaged over the noising kernel."""
    largest = log_g.flatten(1).amax(1).reshape(-1, *[1] * (log_g.dim() - 1))  # [W, 1, .., 1]
    g = noised(torch.exp(log_g - largest), old, new, moment)
    return torch.where(g > NOTHING, g, 0.0).log() + largest


def _weights(weight: Weight, levels: Levels) -> list[float]:
    log_snr = levels.log_snr.tolist()
    return [weight.between(a, b) for a, b in pairwise(log_snr)]


def _log_normal(x: Tensor) -> Tensor:
    half_log_two_pi = 0.9189385332046727
    return -x.square().sum(-1) / 2 - x.shape[-1] * half_log_two_pi
