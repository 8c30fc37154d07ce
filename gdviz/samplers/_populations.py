"""How populations of particles stand: what a sampler that resamples tells of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Populations:
    """How the populations of a sweep stand after a step; a population is K particles in a row, M of them make a chunk.

    Attributes
    ----------
    log_weights : Tensor, shape [W, M, K]
        Since the last resampling, not normalised; -inf for a population that has died.
    ess : Tensor, shape [W, M]
        Smallest effective sample size so far, as a share of K.
    log_normalizer : Tensor, shape [W, M]
        log of the product of the mean weights up to the last resampling; after the last step, of the estimate of E r^w.
    lineage : Tensor, shape [W, M, K]
        Which particle of the start, 0 to K - 1, each one descends from.
    """

    log_weights: Tensor
    ess: Tensor
    log_normalizer: Tensor
    lineage: Tensor

    @property
    def ancestors(self) -> Tensor:
        """How many particles of the start have descendants, [W, M]."""
        seen = torch.zeros_like(self.lineage, dtype=torch.bool).scatter_(-1, self.lineage, True)  # [W, M, K]
        return seen.sum(-1)
