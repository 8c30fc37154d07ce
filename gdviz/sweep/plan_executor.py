"""Where the sweeps of one plan run: in this process, or wherever the program sends them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gdviz.diffusion import Levels
from gdviz.guidance import Plan
from gdviz.progress import Progress
from gdviz.samplers import SamplerKind
from gdviz.sweep.chunk import Chunk
from gdviz.sweep.loop import sweep
from gdviz.sweep.options import SweepOptions


class PlanSource(ABC):
    """Plain data from which a plan is built where it is needed: how an observer carries a second plan."""

    @abstractmethod
    def plan(self) -> Plan:
        """The plan."""


class PlanExecutor(ABC):
    """Runs sweeps of one plan, along its own levels."""

    @abstractmethod
    def __call__(self, options: SweepOptions) -> Iterator[Progress | Chunk]:
        """Progress often, chunks in particle order; closing the iterator cancels what still runs."""

    @property
    @abstractmethod
    def source(self) -> PlanSource:
        """The plan, for observers of other plans' sweeps."""


@dataclass(frozen=True)
class RunHere(PlanExecutor):
    """Runs them in this process.

    Attributes
    ----------
    plan : Plan
    sampler : SamplerKind
    levels : Levels
    device : str
    """

    plan: Plan
    sampler: SamplerKind
    levels: Levels
    device: str = "cpu"

    def __call__(self, options: SweepOptions) -> Iterator[Progress | Chunk]:
        return sweep(self.plan, self.sampler, self.levels, replace(options, device=self.device))

    @property
    def source(self) -> PlanSource:
        return PlanHere(self.plan)


@dataclass(frozen=True)
class PlanHere(PlanSource):
    """A plan of this process."""

    built: Plan

    def plan(self) -> Plan:
        return self.built
