"""log E[r(X_0) | X_t = x] near the jumps and kinks of r, at noise too narrow for any table: a quadrature a point.

Below some three spacings of a table the score has a layer of the noise's width around a break. There the posterior of X_0 is as
narrow, and its mean of r is integrated point by point in the frame of the nearest break: along the normal the pieces
between breaks, across it by Gauss-Hermite, centred and scaled by the posterior's own mean and deviations (Tweedie).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from gdviz.laws.break_places import BreakPlaces
from gdviz.laws.breaks import crossings
from gdviz.laws.law import Law
from gdviz.rewards import Break

NEGLECTED = 12.0
"""Nodes reach to where the posterior has fallen by exp(-12), beside the largest jump of log r."""

DENSE, ACROSS, SMOOTH = 2.2, 5, 3
"""Gauss-Legendre nodes a piece and deviation reached, Gauss-Hermite nodes across, and in each direction where r is smooth."""

LOOKS, HALVINGS = 11, 18
"""Places along a line in which each break is looked at, and bisections between two of them."""

BESIDE, SAME = (-0.5, 0.0, 0.5), 1e-4
"""Lines across, in units of what is reached, on which a corner is looked for; places less than 1e-4 deviations apart are one."""

TOGETHER = 400_000
"""Evaluations at once."""


class _Nodes(NamedTuple):
    """Nodes of a quadrature: which point they serve, [n], where, [n, d], and the volume each stands for, [n]."""

    of: Tensor
    at: Tensor
    volume: Tensor


@dataclass(frozen=True)
class _Frames:
    """The posterior of X_0 at M points: mean [M, d], deviations [M, d] along the rows of `axes` [M, d, d], the normal first."""

    mean: Tensor
    axes: Tensor
    deviations: Tensor

    def __getitem__(self, some: Tensor) -> _Frames:
        return _Frames(self.mean[some], self.axes[some], self.deviations[some])

    @property
    def steps(self) -> Tensor:
        """One deviation along each axis, [M, d, d]."""
        return self.axes * self.deviations[..., None]


class NearBreaks:
    """The exact posterior mean of r around its breaks.

    Parameters
    ----------
    law : Law
    log_r : callable
        Points [.., d] -> log r [..], finite.
    breaks : sequence of Break
    places : BreakPlaces
        Where they are.
    coarser : int
        2 takes three quarters of the nodes, to measure the error.
    """

    def __init__(self, law: Law, log_r: Break, breaks: Sequence[Break], places: BreakPlaces, coarser: int = 1) -> None:
        self.law, self.log_r, self.breaks, self.places = law, log_r, breaks, places
        self.reach = math.sqrt(2 * (NEGLECTED + places.jump))
        share = 1.0 if coarser == 1 else 0.8
        self.nodes, self.across = math.ceil(share * DENSE * self.reach), math.ceil(share * ACROSS)

    def remembering(self) -> Self:
        run = copy.copy(self)
        run.law = self.law.remembering()
        return run

    def mend(self, rows: Tensor, t: float, value: Tensor, gradient: Tensor, blurred: float) -> tuple[Tensor, Tensor]:
        """`value` [M] and `gradient` [d, M] of log r_t at points [d, M], set right near a break and within `blurred` of one."""
        near = rows.detach().T.cpu().double()  # [M, d]
        sigma = (t / (1 - t)) ** 0.5
        distance = self.places.distance(near / (1 - t) ** 0.5)  # [M]
        far = max((self.reach + 3) * sigma, blurred)  # the posterior's mean may lie 3 sigma off
        mine = (distance <= far).nonzero()[:, 0]  # [m]
        if not len(mine):
            return value, gradient
        right, slope = self(near[mine], t)  # [m], [m, d]
        mine, right, slope = mine.to(rows.device), right.to(rows).to(rows.device), slope.to(rows).to(rows.device)
        if rows.requires_grad:
            off = rows[:, mine] - rows[:, mine].detach()  # 0, but for its gradient
            right = right + (slope.T * off).sum(0)
        return value.index_put((mine,), right), gradient.index_put((torch.arange(len(rows))[:, None], mine), slope.T)

    def __call__(self, x: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """log r_t [M] and its gradient [M, d] at points [M, d], float64."""
        frames = self._frames(x, t)
        sharp = self._sharp(frames)  # [M]
        value, gradient = x.new_empty(len(x)), torch.empty_like(x)
        for some, nodes in self._rules(frames, sharp):
            value[some], gradient[some] = self._means(x[some], t, nodes)
        return value, gradient

    def _frames(self, x: Tensor, t: float) -> _Frames:
        """Mean (x + t s) / sqrt(1 - t) and covariance t / (1 - t) (I + t grad s), the latter by central differences."""
        normal = self.places.normal(x / (1 - t) ** 0.5)  # [M, d]
        axes = normal[:, None] if x.shape[1] == 1 else torch.stack([normal, normal.flip(1) * normal.new_tensor([-1.0, 1.0])], 1)
        step = 0.3 * t**0.5
        d = x.shape[1]
        shifted = torch.stack([x, *(x + sign * step * axes[:, k] for k in range(d) for sign in (1, -1))])  # [1 + 2 d, M, d]
        score = self.law.score(shifted, t)  # [1 + 2 d, M, d]
        bend = [((score[1 + 2 * k] - score[2 + 2 * k]) * axes[:, k]).sum(-1) / (2 * step) for k in range(d)]  # [M] each
        shares = (1 + t * torch.stack(bend, -1)).clamp(1e-4, 9.0)  # [M, d]
        return _Frames((x + t * score[0]) / (1 - t) ** 0.5, axes, (t / (1 - t) * shares).sqrt())

    def _sharp(self, frames: _Frames) -> Tensor:
        """Whether a break is in reach, [M]: it changes by more than its value on the way there."""
        sharp = torch.zeros(len(frames.mean), dtype=torch.bool)
        steps = self.reach * frames.steps.movedim(1, 0)  # [d, M, d]
        there = torch.cat([frames.mean + steps, frames.mean - steps]).flatten(0, 1)  # [2 d M, d]
        for function in self.breaks:
            here = function(frames.mean)  # [M]
            change = (function(there).reshape(-1, len(here)) - here).abs().amax(0)  # [M]
            sharp |= ~(here.abs() > 1.1 * change)
        return sharp

    def _rules(self, frames: _Frames, sharp: Tensor) -> Iterator[tuple[Tensor, _Nodes]]:
        """Some points and the nodes that serve them; every point once."""
        d = frames.mean.shape[1]
        each = (2 * self.nodes + LOOKS) * self.across ** (d - 1)
        for some in sharp.nonzero()[:, 0].split(max(1, TOGETHER // each)):
            if len(some):
                yield some, self._pieces(frames[some])
        for some in (~sharp).nonzero()[:, 0].split(TOGETHER // SMOOTH**d):
            if len(some):
                yield some, _smooth(frames[some])

    def _pieces(self, frames: _Frames) -> _Nodes:
        """Along the normal the pieces between breaks, on each of the lines across."""
        start, way = frames.mean, frames.steps[:, 0]  # [m, d]
        of, shares = torch.arange(len(start)), frames.deviations.prod(-1)  # [m]
        if start.shape[1] == 2:
            of, z, weights = self._across(frames)  # [L]
            start, way, shares = start[of] + z[:, None] * frames.steps[of, 1], way[of], shares[of] * weights  # [L, d]
        line, s, weights = self._gauss(self._crossings(start, way), self.nodes)  # [n]
        return _Nodes(of[line], start[line] + s[:, None] * way[line], weights * shares[line])

    def _across(self, frames: _Frames) -> tuple[Tensor, Tensor, Tensor]:
        """Point, place in deviations and weight of the lines across, [L] each: pieces where a corner is in reach."""
        z, weights = _hermite(self.across)  # [J]
        cornered = self.places.corner_distance(frames.mean) <= self.reach * frames.deviations.amax(1)  # [m]
        plain, some = (~cornered).nonzero()[:, 0], cornered.nonzero()[:, 0]  # [p], [c]
        beside = self.reach * torch.tensor(BESIDE, dtype=torch.float64)[:, None]  # [B, 1]
        start = frames.mean[some, None] + beside * frames.steps[some, :1]  # [c, B, d]
        places = self._crossings(start.flatten(0, 1), frames.steps[some, 1].repeat_interleave(len(beside), 0))  # [c B, R]
        places = (places.reshape(len(some), len(beside) * places.shape[1]) / SAME).round().sort(1).values * SAME  # [c, B R]
        line, s, shares = self._gauss(places, math.ceil(0.7 * self.nodes))  # [n]
        of = torch.cat([plain.repeat_interleave(len(z)), some[line]])
        return of, torch.cat([z.repeat(len(plain)), s]), torch.cat([weights.repeat(len(plain)), shares])

    def _crossings(self, start: Tensor, way: Tensor) -> Tensor:
        """Where lines [L, d] meet a break, in steps of `way`, [L, R]; filled up with `reach`."""

        def lines(line: Tensor, s: Tensor) -> Tensor:
            row = line[:, :1] if line.dim() == 2 else line  # the places of a row are on one line
            return torch.stack([a[row] + s * b[row] for a, b in zip(starts, ways, strict=True)], -1)  # [.., d]

        starts, ways = start.T.contiguous(), way.T.contiguous()  # [d, L]
        return crossings(self.breaks, lines, len(start), -self.reach, self.reach, LOOKS, HALVINGS)

    def _gauss(self, places: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Gauss-Legendre between places [L, R] of lines, out to `reach`: line, place and weight of each node, [n] each."""
        ends = places.new_full((len(places), 1), self.reach)
        edges = torch.cat([-ends, places, ends], 1)  # [L, R + 2]
        line, piece = (edges[:, 1:] > edges[:, :-1]).nonzero(as_tuple=True)  # [K]
        low, high = edges[line, piece], edges[line, piece + 1]
        nodes, shares = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(count))
        s = ((low + high) / 2)[:, None] + ((high - low) / 2)[:, None] * nodes  # [K, G]
        return line[:, None].expand_as(s).flatten(), s.flatten(), (((high - low) / 2)[:, None] * shares).flatten()

    def _means(self, x: Tensor, t: float, nodes: _Nodes) -> tuple[Tensor, Tensor]:
        """log E r and sqrt(1 - t) / t (E[r X_0] / E r - E X_0) over the posteriors, sums over the nodes."""
        of, at, volume = nodes
        off = (at - x[of] / (1 - t) ** 0.5) / (t / (1 - t)) ** 0.5  # [n, d]
        log_w = self.law.log_density(at, 0.0) - off.square().sum(-1) / 2 + volume.log()  # [n]
        (top, plain, mean), (high, tilted, drawn) = (_sums(of, len(x), w, off) for w in (log_w, log_w + self.log_r(at)))
        return high + tilted.log() - top - plain.log(), (drawn - mean) / t**0.5


def _smooth(frames: _Frames) -> _Nodes:
    m, d = frames.mean.shape
    z, weights = _hermite(SMOOTH)
    off = torch.cartesian_prod(*[z] * d).reshape(-1, d)  # [G, d]
    share = torch.cartesian_prod(*[weights] * d).reshape(-1, d).prod(-1)  # [G]
    at = frames.mean[:, None] + off @ frames.steps  # [m, G, d]
    volume = frames.deviations.prod(-1)[:, None] * share  # [m, G]
    return _Nodes(torch.arange(m).repeat_interleave(len(off)), at.flatten(0, 1), volume.flatten())


def _hermite(count: int) -> tuple[Tensor, Tensor]:
    """Gauss-Hermite nodes, and weights that integrate f(z) dz for an f nearly exp(-z^2 / 2)."""
    z, weights = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(count))
    return z, weights * torch.exp(z.square() / 2)


def _sums(of: Tensor, count: int, log_w: Tensor, off: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """By point: the largest log weight [m], the sum of the weights over it [m], and the weighted mean of `off` [m, d]."""
    top = log_w.new_full((count,), -math.inf).scatter_reduce(0, of, log_w, "amax")  # [m]
    weights = torch.exp(log_w - top[of])  # [n]
    total = weights.new_zeros(count).index_add(0, of, weights)  # [m]
    moments = off.new_zeros(count, off.shape[1]).index_add(0, of, weights[:, None] * off)  # [m, d]
    return top, total, moments / total[:, None]
