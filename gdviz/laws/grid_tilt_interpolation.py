"""Cubic Hermite interpolation on a uniform grid in one or two dimensions, with its exact gradient."""

from __future__ import annotations

import torch
from torch import Tensor

_BLOCK = 1 << 12
"""Points interpolated together: their 16 coefficients stay in the cache."""


class Surface:
    """A function given at the nodes of a uniform grid; slopes at the nodes are differenced to fourth order.

    Values and gradients belong to one continuously differentiable function. Outside the grid it goes
    on linearly in each coordinate.

    Parameters
    ----------
    values : Tensor, shape [N', .., N'], float64
        With `ghosts` (at least 2) nodes beyond each side.
    low, spacing : Tensor, shape [d], float64
        The first node that is no ghost, and the distance of neighbouring nodes.
    like : Tensor
        Sets the dtype and device.
    """

    def __init__(self, values: Tensor, ghosts: int, low: Tensor, spacing: Tensor, like: Tensor) -> None:
        self.dimension = values.dim()
        fields = values.to(like.dtype)[None]  # [1, N', .., N']
        for axis in range(self.dimension):
            fields = torch.stack([fields, _slopes(fields, axis + 1)], dim=1).flatten(0, 1)  # [2^k, ..]
        for axis in range(1, values.dim() + 1):
            fields = fields.narrow(axis, ghosts, fields.shape[axis] - 2 * ghosts)
        self.nodes = fields.shape[-1]
        self.fields = fields.flatten(1).to(like.device)  # [2^d, N^d]
        self.low = low.to(like.dtype).to(like.device)
        self.spacing = spacing.to(like.dtype).to(like.device)
        strides = [self.nodes ** (self.dimension - 1 - a) for a in range(self.dimension)]
        corners = torch.cartesian_prod(*[torch.tensor([0, s]) for s in strides]).reshape(-1, self.dimension)
        self.corners = corners.sum(-1).to(like.device)  # [2^d]
        self.strides = strides

    def __call__(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Values [M] and gradients [d, M] at points given coordinate first, [d, M]."""
        parts = [self._block(rows[:, k : k + _BLOCK]) for k in range(0, max(rows.shape[1], 1), _BLOCK)]
        if len(parts) == 1:
            return parts[0]
        return torch.cat([v for v, _ in parts]), torch.cat([g for _, g in parts], -1)

    def _block(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        u = (rows - self.low[:, None]) / self.spacing[:, None]  # [d, m]
        cell = u.detach().nan_to_num(0.0).clamp(0, self.nodes - 2).long()  # [d, m]; rounds toward zero
        basis, slope = _hermite(u - cell)  # [d, 2 (value, slope), 2 (corner), m] each
        index = cell[0] * self.strides[0]
        for axis in range(1, self.dimension):
            index = index + cell[axis] * self.strides[axis]
        gathered = self.fields.index_select(1, (self.corners[:, None] + index).flatten())  # [2^d, 2^d m]
        if self.dimension == 1:
            f = gathered.reshape(2, 2, -1)  # [k, corner, m]
            return _contract(f, basis[0]), _contract(f, slope[0])[None] / self.spacing[:, None]
        f = gathered.reshape(2, 2, 2, 2, -1).movedim((1, 3), (0, 1))  # [k_v, corner_v, k_u, corner_u, m]
        along_v, slope_v = _contract(f, basis[1]), _contract(f, slope[1])  # [k_u, corner_u, m]
        gradient = torch.stack([_contract(along_v, slope[0]), _contract(slope_v, basis[0])])  # [2, m]
        return _contract(along_v, basis[0]), gradient / self.spacing[:, None]


def _contract(f: Tensor, weights: Tensor) -> Tensor:
    """Sum over both of the leading axes, [2, 2, .., m] and [2, 2, m] -> [.., m]; one fused pass each, faster than a sum."""
    total = f[0, 0] * weights[0, 0]
    total = total.addcmul(f[0, 1], weights[0, 1])
    total = total.addcmul(f[1, 0], weights[1, 0])
    return total.addcmul(f[1, 1], weights[1, 1])


def _slopes(fields: Tensor, axis: int) -> Tensor:
    """Central differences of fourth order per node; zero at the two outermost nodes, which are ghosts."""
    n = fields.shape[axis]
    inner = (
        8 * (fields.narrow(axis, 3, n - 4) - fields.narrow(axis, 1, n - 4))
        - (fields.narrow(axis, 4, n - 4) - fields.narrow(axis, 0, n - 4))
    ) / 12
    pad = [0, 0] * (fields.dim() - 1 - axis) + [2, 2]
    return torch.nn.functional.pad(inner, pad)


def _hermite(s: Tensor) -> tuple[Tensor, Tensor]:
    """Hermite's cubics at s in [0, 1] and their derivatives, each [d, 2, 2, m]; linear outside."""
    c = s.clamp(0, 1)
    square, rest = c * c, 1 - c
    right = square * (3 - 2 * c)  # the value's weight at corner 1
    basis = torch.stack([1 - right, right, c * rest * rest, -square * rest], 1)  # [d, 4, m]
    bend = 6 * c * rest
    slope = torch.stack([-bend, bend, rest * (1 - 3 * c), c * (3 * c - 2)], 1)
    beyond = s - c
    if bool((beyond != 0).any()):
        basis = basis + slope * beyond[:, None]
    return basis.unflatten(1, (2, 2)), slope.unflatten(1, (2, 2))
