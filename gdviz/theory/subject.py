"""What the theorem speaks of: exact guidance base + w (toward - away), and a sampler with the full noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.guidance import Plan
from gdviz.laws import pair
from gdviz.samplers import SamplerKind
from gdviz.sweep import PlanExecutor, RunHere


@dataclass(frozen=True)
class Subject:
    """A plan with an improvement identity, its sampler and its levels.

    Attributes
    ----------
    plan : Plan
    sampler : SamplerKind
    levels : Levels
    baseline : float
        E f(Y^0), exact.
    of : {"mean_reward", "mean_reciprocal"}
        Whether f is r or 1/r.
    """

    plan: Plan
    sampler: SamplerKind
    levels: Levels
    baseline: float
    of: Literal["mean_reward", "mean_reciprocal"]

    @classmethod
    def of_plan(cls, plan: Plan, sampler: SamplerKind, levels: Levels) -> Subject:
        """Check that the theorem applies.

        Raises
        ------
        GdvizError
            If the guidance has no improvement identity, or the sampler not the full noise.
        """
        if plan.identity is None or plan.baseline is None or plan.reward is None:
            raise GdvizError("theory: found guidance without an improvement identity; cfg and reward guidance have one.")
        if not sampler.unit_noise:
            raise GdvizError(f"theory: found the sampler {sampler.kind_name()!r}; the identity holds for ddpm and ancestral.")
        return cls(plan, sampler, levels, plan.baseline, plan.identity)

    @property
    def sign(self) -> float:
        """f_t is E f(Y^0) times exp(sign log ratio), and what guidance moves E f by has this sign."""
        return 1.0 if self.of == "mean_reward" else -1.0

    @property
    def here(self) -> PlanExecutor:
        """Runs its sweeps in this process."""
        return RunHere(self.plan, self.sampler, self.levels)

    def relative(self, x: Tensor, t: float) -> Tensor:
        """f_t(x) / E f(Y^0), shape [...]: the density ratio of the two guiding laws, or its inverse."""
        assert self.plan.toward is not None and self.plan.away is not None
        log_ratio = pair(self.plan.toward, self.plan.away)(x, t).log_ratio
        assert log_ratio is not None
        with torch.no_grad():
            return (self.sign * log_ratio()).exp()
