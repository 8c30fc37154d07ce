"""How the populations of a run fared, as its sampler told."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from gdviz.metrics.mean import Array


@dataclass(frozen=True)
class PopulationReading:
    """The populations of a run at one w, as the sampler told of them.

    Attributes
    ----------
    size : int
        K, particles in one.
    ess : ndarray, shape [M]
        Smallest effective sample size on the way, as a share of K.
    ancestors : ndarray, shape [M]
        Particles of the start that have descendants at the end.
    log_normalizer : ndarray, shape [M]
        log of each one's estimate of E r^w; -inf where it died.
    """

    size: int
    ess: Array
    ancestors: Array
    log_normalizer: Array

    @classmethod
    def read(cls, size: int, ess: Tensor, ancestors: Tensor, log_normalizer: Tensor) -> PopulationReading:
        """From values [N] that all particles of a population share."""
        return cls(size, *(values[::size].double().numpy() for values in (ess, ancestors, log_normalizer)))

    def first(self, particles: int) -> PopulationReading:
        """The populations of the first particles."""
        count = particles // self.size
        return PopulationReading(self.size, self.ess[:count], self.ancestors[:count], self.log_normalizer[:count])
