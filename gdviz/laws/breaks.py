"""Where lines cross the jumps and kinks of a reward, so that a quadrature can end its cells there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gdviz.rewards import Break

HALVINGS = 46
"""Bisections of a bracket: the last one is 1e-14 of the first; as many steps of golden section go to where a break touches 0."""

TOUCHES = 1e-11
"""A break touches 0 where its least size is this share of the size around it."""

GOLDEN = 0.3819660112501051

Lines = Callable[[Tensor, Tensor], Tensor]
"""(index of a line [..], position along it [..]) -> points [.., d]."""


def crossings(
    breaks: Sequence[Break], lines: Lines, count: int, low: float, high: float, samples: int, halvings: int = HALVINGS
) -> Tensor:
    """Positions along each of `count` lines where a break changes sign or touches 0, sorted, [count, R].

    Each break is looked at in `samples` places and at what earlier ones were found to have; so what is
    made of another, as |x - 1| < 0.001 is, is seen however narrow it is. Lines with fewer crossings repeat
    `high`. With fewer `halvings` of the distance of two places they are less exact and cost less.
    """
    uniform = torch.linspace(low, high, samples, dtype=torch.float64).expand(count, -1)  # [n, S]
    positions = uniform[:, :0]  # [n, R]
    for function in breaks:
        grid = torch.cat([uniform, positions], 1).sort(1).values  # [n, S + R]

        def along(k: Tensor, s: Tensor, function: Break = function) -> Tensor:
            return function(lines(k, s)).nan_to_num(0.0)

        line, place = _zeros(along, grid, halvings)
        positions = torch.cat([positions, _padded(line, place, count, high)], 1)
    return positions.sort(1).values


def _zeros(g: Callable[[Tensor, Tensor], Tensor], grid: Tensor, halvings: int) -> tuple[Tensor, Tensor]:
    """Lines and positions of the zeros between grid points, [K] each."""
    numbers = torch.arange(len(grid))[:, None].expand_as(grid)  # [n, S]
    values = g(numbers, grid)  # [n, S]
    size, above = values.abs(), values > 0
    middle, left, right = size[:, 1:-1], size[:, :-2], size[:, 2:]
    alone = (above[:, 1:-1] == above[:, :-2]) & (above[:, 1:-1] == above[:, 2:])
    line, k = ((middle <= left) & (middle <= right) & (middle < torch.maximum(left, right)) & alone).nonzero(as_tuple=True)
    lowest, dips, touches = _least(g, line, grid[line, k], grid[line, k + 2], torch.maximum(left, right)[line, k], halvings)
    changing, at = (above[:, 1:] != above[:, :-1]).nonzero(as_tuple=True)
    where = torch.cat([changing, line[dips], line[dips]])  # [K]
    a = torch.cat([grid[changing, at], grid[line, k][dips], lowest[dips]])
    b = torch.cat([grid[changing, at + 1], lowest[dips], grid[line, k + 2][dips]])
    start = g(where, a) > 0
    for _ in range(halvings if len(where) else 0):
        half = (a + b) / 2
        same = (g(where, half) > 0) == start
        a, b = torch.where(same, half, a), torch.where(same, b, half)
    return torch.cat([where, line[touches]]), torch.cat([(a + b) / 2, lowest[touches]])


def _least(
    g: Callable[[Tensor, Tensor], Tensor], line: Tensor, a: Tensor, b: Tensor, around: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Where |g| is least between a and b, whether g changes sign there, and whether it only touches 0, [K] each."""
    sign = torch.where(g(line, a) > 0, 1.0, -1.0)
    lowest = (a + b) / 2
    for _ in range(steps if len(line) else 0):
        p, q = a + GOLDEN * (b - a), b - GOLDEN * (b - a)
        first = sign * g(line, p) <= sign * g(line, q)
        a, b = torch.where(first, a, p), torch.where(first, q, b)
        lowest = torch.where(first, p, q)
    value = g(line, lowest)
    dips = (value > 0) != (sign > 0)
    return lowest, dips, ~dips & (value.abs() <= TOUCHES * around)


def _padded(line: Tensor, place: Tensor, count: int, filler: float) -> Tensor:
    """One row a line, [count, R]."""
    line, order = line.sort(stable=True)
    many = torch.bincount(line, minlength=count)  # [n]
    column = torch.arange(len(line)) - (many.cumsum(0) - many)[line]
    rows = place.new_full((count, int(many.max()) if len(line) else 0), filler)
    rows[line, column] = place[order]
    return rows
