"""Positions of the first particles of a run at chosen levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.samplers import Step
from gdviz.sweep.observer import Observer, ObserverContext, ObserverKind


@dataclass(frozen=True)
class Frames(ObserverKind):
    """Reads `frames`, [W, m, F, d], absent from chunks without any of the particles.

    Attributes
    ----------
    levels : tuple of int
        Level indices at which positions are read; 0 is the start.
    particles : int
        How many particles, counted from particle 0.
    """

    levels: tuple[int, ...]
    particles: int

    def build(self, context: ObserverContext) -> Observer:
        return _Frames(self, max(0, min(context.count, self.particles - context.first)))


class _Frames(Observer):
    def __init__(self, kind: Frames, count: int) -> None:
        self._place = {level: k for k, level in enumerate(kind.levels)} if count else {}
        self._count = count
        self._read: Tensor | None = None  # [W, m, F, d]

    def start(self, x: Tensor) -> None:
        if self._place:
            self._read = torch.empty(len(x), self._count, len(self._place), x.shape[-1])
            self._at(0, x)

    def step(self, step: Step) -> None:
        self._at(step.moment.index + 1, step.x)

    def readings(self) -> Mapping[str, Tensor]:
        return {} if self._read is None else {"frames": self._read}

    def _at(self, level: int, x: Tensor) -> None:
        if self._read is not None and level in self._place:
            self._read[:, :, self._place[level]] = x[:, : self._count].cpu()
