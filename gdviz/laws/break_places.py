"""Where in a box a reward really jumps or bends: how far the nearest such place is, and the normal there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from gdviz.laws.breaks import crossings
from gdviz.rewards import Break

CLOSE = 1 / 16
"""Spacings at which log r is compared on both sides of a place."""

SHARP = 0.3
"""A second difference over half the distance is as large at a jump, half as large at a kink, a quarter where r is smooth."""

SLIGHT = 2e-5
"""A second difference that does not matter: that of a kink by which log r turns by 0.03 % a spacing."""


TURNED = 0.9
"""Cosine between the normals of neighbouring places at a corner."""


class BreakPlaces:
    """Sharp places of a function on the lines of a uniform grid; a steep but smooth middle is none.

    Parameters
    ----------
    breaks : sequence of Break
        Functions whose zeros are looked at.
    log_r : callable
        Points [.., d] -> log r [..], finite.
    axes : list of d Tensors, shape [N_a]
        The grid; its lines are followed in each direction.
    reached : callable
        Places [Q, d] -> whether particles get there, [Q].

    Attributes
    ----------
    found : bool
        Whether there is any.
    jump : float
        The largest jump of log r.
    """

    def __init__(
        self, breaks: Sequence[Break], log_r: Callable[[Tensor], Tensor], axes: list[Tensor], reached: Callable[[Tensor], Tensor]
    ) -> None:
        self.counts = [len(axis) for axis in axes]
        self.low = torch.stack([axis[0] for axis in axes])  # [d]
        self.spacing = torch.stack([axis[1] - axis[0] for axis in axes])  # [d]
        looks = [_along(breaks, log_r, axes, k, float(self.spacing[k]) * CLOSE) for k in range(len(axes))]
        places, jumps = torch.cat([places for places, _ in looks]), torch.cat([jumps for _, jumps in looks])  # [Q, d], [Q]
        seen = reached(places)
        places, jumps = places[seen], jumps[seen]
        self.found, self.jump = bool(len(places)), float(jumps.max()) if len(places) else 0.0
        if not self.found:
            return
        marked = torch.zeros(self.counts, dtype=torch.bool)
        marked[self._node(places)] = True
        normals = self.spacing.new_zeros(*self.counts, len(axes))
        normals[self._node(places)] = _normals(breaks, places, float(self.spacing.min()) * CLOSE)
        self._distance, nearest = self._nearest(marked)  # [N_1, .., N_d]
        self._normal = normals[nearest]  # [N_1, .., N_d, d]
        corners = _corners(marked, normals) if len(axes) == 2 else torch.zeros_like(marked)
        self._corner, _ = self._nearest(corners)  # [N_1, .., N_d]

    def distance(self, x: Tensor) -> Tensor:
        """At most the distance of points [n, d] to the nearest place, [n]."""
        return self._distance[self._node(x)]

    def normal(self, x: Tensor) -> Tensor:
        """The unit normal of the break at the place nearest to points [n, d], [n, d]."""
        return self._normal[self._node(x)]

    def corner_distance(self, x: Tensor) -> Tensor:
        """At most the distance of points [n, d] to where two breaks meet, [n]."""
        return self._corner[self._node(x)]

    def _nearest(self, marked: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Distance of each node to the nearest marked one, less a diagonal as both ends are rounded to nodes; which it is."""
        if not bool(marked.any()):
            return torch.full(self.counts, torch.inf, dtype=torch.float64), ()
        far, nearest = distance_transform_edt(~marked.numpy(), sampling=self.spacing.tolist(), return_indices=True)
        return torch.from_numpy(far) - self.spacing.norm(), tuple(torch.from_numpy(nearest).long())

    def _node(self, x: Tensor) -> tuple[Tensor, ...]:
        steps = ((x - self.low) / self.spacing).nan_to_num(0.0).round()  # [n, d]
        return tuple(steps[:, k].clamp(0, n - 1).long() for k, n in enumerate(self.counts))


def _along(
    breaks: Sequence[Break], log_r: Callable[[Tensor], Tensor], axes: list[Tensor], k: int, close: float
) -> tuple[Tensor, Tensor]:
    """Sharp places on the lines in direction k, [Q, d], and by how much log r jumps there, [Q]."""
    others = [axis for j, axis in enumerate(axes) if j != k]  # at most one
    offsets = others[0] if others else axes[0][:1]  # [n]
    low, high = float(axes[k][0]), float(axes[k][-1])

    def lines(line: Tensor, s: Tensor) -> Tensor:
        parts = [s, *([offsets[line].expand_as(s)] if others else [])]
        return torch.stack(parts if k == 0 else parts[::-1], -1)  # [.., d]

    places = crossings(breaks, lines, len(offsets), low, high, len(axes[k]) + 1)  # [n, R]
    line, which = (places < high).nonzero(as_tuple=True)
    s = places[line, which]  # [Q]
    offs = close * torch.arange(-2, 3, dtype=torch.float64)  # [5]
    around = log_r(lines(line[:, None].expand(-1, 5), s[:, None] + offs))  # [Q, 5]
    near, far = ((around[:, 2 - j] + around[:, 2 + j] - 2 * around[:, 2]).abs() for j in (1, 2))  # [Q] each
    sharp = (near > SHARP * far) & (near > SLIGHT)
    return lines(line, s)[sharp], (around[:, 3] - around[:, 1]).abs()[sharp]


def _corners(marked: Tensor, normals: Tensor) -> Tensor:
    """Marked nodes beside one whose normal is turned by more than 25 degrees, [N_1, N_2]."""
    corners = torch.zeros_like(marked)
    for shift in ((1, 0), (0, 1), (1, 1), (1, -1)):
        other, there = normals.roll(shift, (0, 1)), marked.roll(shift, (0, 1))
        corners |= marked & there & ((normals * other).sum(-1).abs() < TURNED)
    return corners


def _normals(breaks: Sequence[Break], places: Tensor, step: float) -> Tensor:
    """Unit normals, [Q, d], of the break whose zero is nearest to each place."""
    d = places.shape[1]
    shifts = step * torch.eye(d, dtype=torch.float64)  # [d, d]
    normals, best = shifts[0].div(step).expand_as(places).clone(), places.new_full(places.shape[:1], torch.inf)
    for function in breaks:
        slope = torch.stack([function(places + e) - function(places - e) for e in shifts], -1) / (2 * step)  # [Q, d]
        steep = slope.norm(dim=-1)
        away = function(places).abs() / steep  # [Q]; NaN where nothing changes
        closer = (away < best) & steep.isfinite()
        best = torch.where(closer, away, best)
        normals[closer] = (slope / steep[:, None])[closer]
    return normals
