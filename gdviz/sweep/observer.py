"""What is read along the paths of a sweep, beside their ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from gdviz.diffusion import Levels
from gdviz.guidance import Plan
from gdviz.samplers import SamplerKind, Step


@dataclass(frozen=True)
class ObserverContext:
    """The chunk that an observer is built for.

    Attributes
    ----------
    plan : Plan
    sampler : SamplerKind
    levels : Levels
        Those that are stepped along: fewer than the sampler's own where the steps are halved.
    w : Tensor, shape [W, 1, 1]
    first, count : int
        The particles first, ..., first + count - 1. The arrays may hold more, stepped to fill them up.
    """

    plan: Plan
    sampler: SamplerKind
    levels: Levels
    w: Tensor
    first: int
    count: int


class Observer(ABC):
    """Looks on while one chunk of particles is stepped."""

    @abstractmethod
    def start(self, x: Tensor) -> None:
        """Told the common start, shape [W, n, d]."""

    @abstractmethod
    def step(self, step: Step) -> None:
        """Told of each step."""

    @abstractmethod
    def readings(self) -> Mapping[str, Tensor]:
        """What was read, by name: tensors of shape [W, n, ...], filed in the chunk. Names differ between observers."""


class ObserverKind(ABC):
    """Description of an observer: plain data that travels with a request, and is built where the sweep runs."""

    @abstractmethod
    def build(self, context: ObserverContext) -> Observer:
        """The observer of one chunk.

        Raises
        ------
        GdvizError
            If it has nothing to read under this plan or sampler.
        """
