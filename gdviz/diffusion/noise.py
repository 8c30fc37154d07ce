"""Noise that belongs to the particle: a function of (seed, tile of 1024 particles, step).

Adding particles, w values, chunks or machines therefore never changes an existing path. Equal
numbers are promised per device type and torch version.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from gdviz.diffusion.levels import Levels, Moment

TILE = 1024
"""Particles that share one random stream; fixed, whatever the memory, w list or workers."""

_MASK = (1 << 64) - 1
_UNIFORM = 1
"""Sets the streams of uniform numbers apart from those of increments."""


class Noise(ABC):
    """Standard normal increments for a range of particles."""

    @abstractmethod
    def start(self) -> Tensor:
        """The common start Z ~ N(0, I), shape [n, d]."""

    @abstractmethod
    def step(self, moment: Moment) -> Tensor:
        """The increment of one step, shape [n, d]."""

    def uniform(self, moment: Moment) -> Tensor:
        """Uniform numbers in (0, 1) for one step, one a particle, shape [n]: what resampling draws by."""
        raise NotImplementedError

    def again(self, draw: int) -> Noise:
        """Noise of the same particles that is independent of this one: another for each draw = 1, 2, ..."""
        raise NotImplementedError

    def common_start(self, count: int) -> Tensor:
        """`count` times the same start, stored coordinate first like a sweep's points, shape [count, n, d]."""
        return self.start().T[:, None, :].repeat(1, count, 1).movedim(0, -1)  # [W, n, d]


class TileNoise(Noise):
    """Increments of particles first, ..., first + count - 1.

    Points are stored coordinate first (a [d, n] block seen as [n, d]), the layout in which the exact
    scores run without copies.

    Parameters
    ----------
    seed : int
    dimension : int
    first : int
        A multiple of `TILE`.
    count : int
    dtype, device
        Drawn in float32 and converted, so that float32 and float64 runs share their paths.
    draw : int
        0, or which of the independent repetitions this is (`again`).
    """

    def __init__(
        self,
        seed: int,
        dimension: int,
        first: int,
        count: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        draw: int = 0,
    ) -> None:
        if first % TILE:
            raise ValueError(f"found first particle {first}; it must be a multiple of {TILE}")
        self.seed, self.dimension, self.first, self.count, self.dtype = seed, dimension, first, count, dtype
        which = (draw,) if draw else ()
        self._tiles = [_mix(0, seed, tile, *which) for tile in range(first // TILE, -(-(first + count) // TILE))]
        self._generator = torch.Generator(device=device)

    def start(self) -> Tensor:
        return self._draw(0)

    def step(self, moment: Moment) -> Tensor:
        return self._draw(moment.index + 1)

    def uniform(self, moment: Moment) -> Tensor:
        generator = self._generator
        blocks = torch.empty(len(self._tiles), TILE, dtype=torch.float64, device=generator.device)
        for tile, block in zip(self._tiles, blocks, strict=True):
            block.uniform_(generator=generator.manual_seed(_mix(tile, moment.index + 1, _UNIFORM)))
        return blocks.flatten()[: self.count]  # [n]

    def again(self, draw: int) -> TileNoise:
        return TileNoise(self.seed, self.dimension, self.first, self.count, self.dtype, self._generator.device, draw)

    def _draw(self, stream: int) -> Tensor:
        generator = self._generator
        blocks = torch.empty(len(self._tiles), self.dimension, TILE, device=generator.device)
        for tile, block in zip(self._tiles, blocks, strict=True):
            block.normal_(generator=generator.manual_seed(_mix(tile, stream)))
        block = blocks.transpose(0, 1).flatten(1)  # [d, n]
        return block[:, : self.count].to(self.dtype).contiguous().T  # [n, d]


class CoarseNoise(Noise):
    """The noise of a fine grid summed onto every second level, with unit variance again.

    A DDPM step over [k, k+2] of the fine grid adds, to first order, the two fine increments
    weighted by sqrt(1 - a_1) and sqrt(a_1 (1 - a_2)); the weights' squares sum to 1 - a_1 a_2. The
    coarse and the fine run then differ by their step size alone.
    """

    def __init__(self, fine: Noise, fine_levels: Levels) -> None:
        self.fine, self.fine_levels = fine, fine_levels
        self._moments = list(fine_levels.moments())

    def start(self) -> Tensor:
        return self.fine.start()

    def step(self, moment: Moment) -> Tensor:
        parts = self._moments[2 * moment.index : 2 * moment.index + 2]
        if len(parts) == 1:
            return self.fine.step(parts[0])
        first, second = parts
        variance = first.beta, first.a * second.beta
        total = sum(variance)
        return self.fine.step(first) * (variance[0] / total) ** 0.5 + self.fine.step(second) * (variance[1] / total) ** 0.5

    def uniform(self, moment: Moment) -> Tensor:
        return self.fine.uniform(self._moments[2 * moment.index])

    def again(self, draw: int) -> CoarseNoise:
        return CoarseNoise(self.fine.again(draw), self.fine_levels)


def _mix(state: int, *parts: int) -> int:
    """A 64-bit hash (splitmix64's finaliser, chained), so that nearby seeds give unrelated streams."""
    for part in parts:
        state = (state + (part & _MASK) + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state
