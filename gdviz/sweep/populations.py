"""How populations fared: what a sampler that resamples tells, read at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gdviz.samplers import Populations, Step
from gdviz.sweep.observer import Observer, ObserverContext, ObserverKind


@dataclass(frozen=True)
class PopulationReadings(ObserverKind):
    """Reads `ess`, `ancestors` and `log_normalizer` of `Populations`, the same for all particles of one, [W, n] each.

    Absent where every particle goes its own way.
    """

    names: ClassVar[tuple[str, ...]] = ("ess", "ancestors", "log_normalizer")

    def build(self, context: ObserverContext) -> Observer:
        return _Last()


class _Last(Observer):
    def __init__(self) -> None:
        self._last: Populations | None = None

    def start(self, x: Tensor) -> None:
        self._last = None

    def step(self, step: Step) -> None:
        self._last = step.populations

    def readings(self) -> Mapping[str, Tensor]:
        last = self._last
        if last is None:
            return {}
        size = last.lineage.shape[-1]
        each = last.ess, last.ancestors.double(), last.log_normalizer  # [W, M]
        return {n: value.repeat_interleave(size, 1) for n, value in zip(PopulationReadings.names, each, strict=True)}
