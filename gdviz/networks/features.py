"""What a network is told of a point and of its noise level."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

LEVEL_WAVES = 6
"""Sines and cosines of the log-SNR."""

LOG_SNR_SCALE = 8.0
"""log-SNR runs from -10 to 10 on the usual schedules: divided by so much it is of order one."""


def level_features(log_snr: Tensor, count: int = LEVEL_WAVES) -> Tensor:
    """[...] -> [..., 1 + 2 count]: the scaled log-SNR, and sines and cosines of it."""
    u = (log_snr / LOG_SNR_SCALE)[..., None]  # [..., 1]
    waves = u * (torch.arange(1, count + 1, device=u.device, dtype=u.dtype) * (math.pi / 2))  # [..., L]
    return torch.cat([u, waves.sin(), waves.cos()], -1)


class PointFeatures(nn.Module):
    """x -> (x, sin(x B), cos(x B)), x scaled to unit size and B fixed at random: what lets a small network bend sharply.

    Parameters
    ----------
    dimension, frequencies : int
    reach : float
        Standard deviation of the frequencies, in radians per unit.
    """

    waves: Tensor

    def __init__(self, dimension: int, frequencies: int, reach: float = 3.0) -> None:
        super().__init__()
        self.size = dimension + 2 * frequencies
        self.register_buffer("waves", reach * torch.randn(dimension, frequencies))  # [d, B]

    def forward(self, x: Tensor) -> Tensor:
        """[M, d] -> [M, size]."""
        if not self.waves.shape[1]:
            return x
        phase = x @ self.waves  # [M, B]
        return torch.cat([x, phase.sin(), phase.cos()], -1)
