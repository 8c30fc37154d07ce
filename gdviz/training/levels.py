"""The law of the noise variance t that a network is trained on."""

from __future__ import annotations

import torch
from torch import Tensor

LINEAR_BETA_SHARE = 0.75
"""Share of the batch at the levels of the linear-beta schedule; the rest is uniform in log-SNR and reaches farther."""

LOG_SNR_REACH = 12.0


def training_levels(count: int, generator: torch.Generator | None = None) -> Tensor:
    """`count` noise variances, one in each of `count` equal parts of the law (stratified), [count].

    Three in four follow the linear-beta schedule, log alpha_bar = -(0.1 s + 19.9 s^2 / 2) with s uniform on
    (0, 1), whose levels most samplers visit; one in four is uniform in log-SNR on (-12, 12), so that samplers which
    start in purer noise or end nearer the data find a network that has seen their levels.
    """
    u = (torch.arange(count) + torch.rand(count, generator=generator)) / count  # [n]
    s = (u / LINEAR_BETA_SHARE).clamp_max(1)
    linear = -torch.expm1(-(0.1 * s + 19.9 * s**2 / 2))  # [n]
    log_snr = LOG_SNR_REACH * (1 - 2 * (u - LINEAR_BETA_SHARE) / (1 - LINEAR_BETA_SHARE))
    return torch.where(u < LINEAR_BETA_SHARE, linear, torch.sigmoid(-log_snr)).clamp(1e-5, 1 - 1e-6)
