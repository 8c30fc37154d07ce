"""What a sweep runs, as plain data; and the chunks in which its particles are stepped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from gdviz.diffusion.noise import TILE
from gdviz.sweep.integrals import Integrals
from gdviz.sweep.observer import ObserverKind

CHUNK_VALUES = 1 << 17
"""Coordinates (w times particles times d) stepped together; fits the cache with its work arrays."""


@dataclass(frozen=True)
class SweepOptions:
    """What a sweep runs: plain data, so that it can travel.

    Attributes
    ----------
    w : tuple of float
    particles, seed : int
    first : int
        Run the particles first, ..., first + particles - 1, as a sweep from 0 on would; a multiple of `TILE`.
    halvings : int
        Take every second level with the increments summed (`CoarseNoise`), so often: the same paths at half
        the steps, for the step-change measurement.
    gradual : bool
        Begin with small chunks, each as large as all before it, for an early first answer.
    observers : tuple of ObserverKind
        What is read along the paths: by default gain and path KL (where they mean something); none for samples alone.
    padded : bool
        Whether the last particles are stepped in company (`WHOLE` of `gdviz.sweep.loop`), so that how many are run changes
        no path in its last digit.
    dtype : torch.dtype
    device : str
    """

    w: tuple[float, ...]
    particles: int
    seed: int
    first: int = 0
    halvings: int = 0
    gradual: bool = False
    observers: tuple[ObserverKind, ...] = (Integrals(),)
    padded: bool = True
    dtype: torch.dtype = torch.float32
    device: str = "cpu"

    def parts(self, dimension: int, at_least: int = 1) -> list[SweepOptions]:
        """The sweep's chunks as sweeps, in particle order; smaller ones where there would be fewer than `at_least`.

        Parts are whole tiles, so there are never more parts than tiles.
        """
        share = max(TILE, self.particles // at_least // TILE * TILE)
        cut = chunks(self.particles, min(share, fitting(len(self.w) * dimension)), self.gradual)
        return [replace(self, first=self.first + first, particles=count, gradual=False) for first, count in cut]


def fitting(width: int) -> int:
    """How many particles are best stepped together: whole tiles; a particle has `width` coordinates, at all w."""
    return max(1, CHUNK_VALUES // width // TILE) * TILE


def chunks(particles: int, per_chunk: int, gradual: bool = False) -> Iterator[tuple[int, int]]:
    """First particle and size of each chunk, whole tiles but for the last."""
    first = 0
    while first < particles:
        size = min(per_chunk, max(TILE, first)) if gradual else per_chunk
        yield first, min(size, particles - first)
        first += size
