"""Weights of populations: how good they are, and who survives by them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import overload

import torch
from torch import Tensor

from gdviz.guidance import Guided
from gdviz.samplers._populations import Populations
from gdviz.samplers.particles.resamplers import ResamplerKind

EVEN = 1 - 1e-9
"""Effective sample sizes above this share are those of equal weights, rounded."""


class Flock:
    """The weights and ancestors of all populations of a chunk, in float64.

    Parameters
    ----------
    x : Tensor, shape [W, n, d]
        The particles; n is a multiple of `size`.
    size : int
        K.
    """

    def __init__(self, x: Tensor, size: int) -> None:
        self.shape = len(x), x.shape[1] // size, size  # [W, M, K]
        self.log_weights = torch.zeros(self.shape, dtype=torch.float64, device=x.device)  # [W, M, K]
        self.log_normalizer = self.log_weights.new_zeros(self.shape[:2])  # [W, M]
        self.ess = self.log_weights.new_ones(self.shape[:2])  # [W, M]
        self.lineage = torch.arange(size, device=x.device).repeat(*self.shape[:2], 1)  # [W, M, K]

    def weigh(self, log_factor: Tensor) -> None:
        """Multiply the weights by exp of [W, n]; what is no number weighs nothing."""
        factor = log_factor.double().nan_to_num(-math.inf, math.inf, -math.inf)  # [W, n]
        self.log_weights = self.log_weights + factor.reshape(self.shape)

    def survive(self, resampler: ResamplerKind, uniform: Tensor, share: float) -> Tensor | None:
        """Resample the populations whose effective sample size is below `share` of K.

        Returns
        -------
        Tensor or None
            The ancestor of each particle among the n of its row, [W, n]; None where every particle is its own.
        """
        self._bury()
        now = ess_share(self.log_weights)  # [W, M]
        self.ess = torch.minimum(self.ess, now)
        due = (now < min(share, EVEN)) & torch.isfinite(self.log_normalizer)  # [W, M]
        if not bool(due.any()):
            return None
        weights = torch.where(due[..., None], self.log_weights, 0.0).softmax(-1)  # [W, M, K]
        own = torch.arange(self.shape[-1], device=due.device)  # [K]
        drawn = resampler.ancestors(weights, uniform.reshape(self.shape[1:]))
        chosen = torch.where(due[..., None], drawn, own)  # [W, M, K]
        self.log_normalizer = self.log_normalizer + torch.where(due, log_mean(self.log_weights), 0.0)
        self.log_weights = torch.where(due[..., None], 0.0, self.log_weights)
        self.lineage = self.lineage.gather(-1, chosen)
        first = torch.arange(0, self.shape[1] * self.shape[2], self.shape[2], device=due.device)[:, None]  # [M, 1]
        return (chosen + first).flatten(1)

    def finish(self) -> None:
        """Count the last weights of populations that were not resampled into their normalising constants."""
        self._bury()
        self.log_normalizer = self.log_normalizer + log_mean(self.log_weights)
        self.log_weights = torch.zeros_like(self.log_weights)

    def dead(self) -> Tensor:
        """Which particles belong to a population without weight, [W, n]."""
        return torch.isinf(self.log_normalizer)[..., None].expand(self.shape).flatten(1)

    def state(self) -> Populations:
        return Populations(self.log_weights, self.ess, self.log_normalizer, self.lineage)

    def _bury(self) -> None:
        """A population whose weights are all 0 has died: its estimate is 0 and it is resampled no more."""
        gone = ~torch.isfinite(torch.logsumexp(self.log_weights, -1))  # [W, M]
        self.log_normalizer = torch.where(gone, -math.inf, self.log_normalizer)
        self.log_weights = torch.where(gone[..., None], 0.0, self.log_weights)


@overload
def taken(value: Tensor, ancestors: Tensor | None) -> Tensor: ...
@overload
def taken(value: None, ancestors: Tensor | None) -> None: ...
def taken(value: Tensor | None, ancestors: Tensor | None) -> Tensor | None:
    """What belongs to each particle's ancestor: values [W, n] or [W, n, d], ancestors [W, n]."""
    if value is None or ancestors is None:
        return value
    if value.dim() == ancestors.dim():
        return value.gather(1, ancestors)
    rows = value.movedim(-1, 0)  # [d, W, n]  as points are stored
    return rows.gather(-1, ancestors.expand(rows.shape)).movedim(0, -1)


def taken_score(guided: Guided, ancestors: Tensor | None) -> Guided:
    """The ancestors' scores; their density ratio stays behind."""
    if ancestors is None:
        return guided
    return replace(guided, base=taken(guided.base, ancestors), push=taken(guided.push, ancestors), log_ratio=None)


def ess_share(log_weights: Tensor) -> Tensor:
    """(sum W)^2 / (K sum W^2) of log weights [..., K], shape [...]: 1 where all are equal."""
    log_share = 2 * torch.logsumexp(log_weights, -1) - torch.logsumexp(2 * log_weights, -1)  # [...]
    return (log_share.exp() / log_weights.shape[-1]).clamp_max(1)


def log_mean(log_weights: Tensor) -> Tensor:
    """log of the mean weight, of log weights [..., K], shape [...]."""
    return torch.logsumexp(log_weights, -1) - math.log(log_weights.shape[-1])
