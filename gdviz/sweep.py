"""All w at once, on common random numbers, in chunks of bounded memory: the one hot loop."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import CoarseNoise, Levels, TileNoise
from gdviz.diffusion.noise import TILE
from gdviz.guidance import Guide, Plan
from gdviz.guidance.none import Unguided
from gdviz.samplers import SamplerKind, Step

CHUNK_VALUES = 1 << 17
"""Coordinates (w times particles times d) stepped together; fits the cache with its work arrays."""

TICKS = 40
"""Progress reports per chunk."""

WHOLE = 256
"""Particles are stepped in multiples of this: at the ragged end of an array a CPU's kernels round differently."""

MANY_STEPS = 500
"""Steps from which what is remembered of the levels is made first; shorter runs gain nothing from it."""

KEPT_BYTES = 24 << 20
"""Memory that the C library is taught to keep between operations."""


@dataclass(frozen=True)
class Progress:
    """How far the sweep is, between 0 and 1."""

    done: float


@dataclass(frozen=True)
class Chunk:
    """The finished particles first, ..., first + n - 1 at every w.

    Attributes
    ----------
    first : int
    x : Tensor, shape [W, n, d]
        End points.
    gain : Tensor, shape [W, n], or None
        Integral over u of omega |push|^2 exp(+-log_ratio) along each path: the improvement identity's
        integrand per unit of w, relative to its value at w = 0 (MATH section 2). None where the
        identity does not hold.
    path_kl : Tensor, shape [W, n], or None
        Each path's contribution to KL(guided || unguided).
    frames : Tensor, shape [W, m, F, d], or None
        Positions of the first particles of the run at the frame levels.
    """

    first: int
    x: Tensor
    gain: Tensor | None
    path_kl: Tensor | None
    frames: Tensor | None


def sweep(
    plan: Plan,
    sampler: SamplerKind,
    levels: Levels,
    w: Sequence[float],
    particles: int,
    seed: int,
    *,
    first: int = 0,
    halved: bool = False,
    gradual: bool = False,
    integrals: bool = True,
    frames: Sequence[int] | np.ndarray = (),
    frame_particles: int = 0,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Iterator[Progress | Chunk]:
    """Run every w from the same start and the same increments.

    The noise belongs to the particle, so the paths do not depend on the w list, the particle count
    or the chunking. Stop iterating to cancel.

    Parameters
    ----------
    first : int
        Run the particles first, ..., first + particles - 1, as a sweep from 0 on would; a multiple of `TILE`.
    halved : bool
        Take every second level with the increments summed (`CoarseNoise`): the same paths at half
        the steps, for the step-change measurement.
    gradual : bool
        Begin with small chunks, each as large as all before it, for an early first answer.
    integrals : bool
        Whether gain and path KL are integrated along the paths (where they mean something), or only samples wanted.
    frames : sequence of int
        Level indices (0 = start) at which positions are kept.
    frame_particles : int
        How many particles' positions are kept, counted from particle 0.

    Yields
    ------
    Progress or Chunk
        Chunks come in particle order.
    """
    # glibc hands memory back after each operation, and the kernel clears the pages again, until it has once
    # seen a block of this size freed. Without this line a sweep takes a third longer.
    torch.empty(KEPT_BYTES, dtype=torch.uint8)
    dimension = plan.unguided.dimension
    if levels.steps >= MANY_STEPS:
        _meet_levels(plan, levels.halved() if halved else levels, len(w), dtype, device)
    wanted = {int(level): k for k, level in enumerate(frames)}
    for done, count in chunks(particles, fitting(len(w) * dimension), gradual):
        tiles = TileNoise(seed, dimension, first + done, -(-count // WHOLE) * WHOLE, dtype, device)
        noise = CoarseNoise(tiles, levels) if halved else tiles
        grid = levels.halved() if halved else levels
        weight = torch.tensor(list(w), dtype=dtype, device=device)[:, None, None]  # [W, 1, 1]
        x = noise.common_start(len(w))  # [W, n, d], n a multiple of WHOLE
        kept = max(0, min(count, frame_particles - first - done)) if wanted else 0
        record = torch.empty(len(w), kept, len(wanted), dimension) if kept else None
        if record is not None and 0 in wanted:
            record[:, :, wanted[0]] = x[:, :kept].cpu()
        tally = _Tally(plan, sampler, x) if integrals else None
        every = max(1, grid.steps // TICKS)
        with torch.no_grad():
            for step in sampler.run(Guide(plan.rule, weight), grid, noise, x):
                x = step.x
                if tally is not None:
                    tally.add(step)
                level = step.moment.index + 1
                if record is not None and level in wanted:
                    record[:, :, wanted[level]] = x[:, :kept].cpu()
                if level % every == 0:
                    yield Progress((done + count * level / grid.steps) / particles)
        gain, path_kl = (None, None) if tally is None else tally.at(weight[..., 0], count)
        yield Chunk(first + done, x[:, :count].cpu(), gain, path_kl, record)


def _meet_levels(plan: Plan, levels: Levels, count: int, dtype: torch.dtype, device: torch.device | str) -> None:
    """Let laws work out what they remember of each level before the large arrays come.

    Made between large arrays that come and go, those small ones would keep the heap from closing its gaps: half a
    megabyte a level, more than a gigabyte for 4000 of them.
    """
    guide = Guide(plan.rule, torch.zeros(count, 1, 1, dtype=dtype, device=device))
    x = torch.zeros(plan.unguided.dimension, count, 1, dtype=dtype, device=device).movedim(0, -1)  # [W, 1, d]
    with torch.no_grad():
        for moment in levels.moments():
            guide(x, moment)


class Paths:
    """The particles of one sweep, filling up chunk by chunk.

    Parameters
    ----------
    w, particles, dimension : int
        How many of each.
    frame_particles, frames : int
        How many particles keep their paths, at how many levels.
    """

    def __init__(self, w: int, particles: int, dimension: int, frame_particles: int = 0, frames: int = 0) -> None:
        self.x = torch.empty(w, particles, dimension)  # [W, N, d]
        self.frames = torch.empty(w, frame_particles, frames, dimension) if frame_particles else None  # [W, m, F, d]
        self.gain: Tensor | None = None  # [W, N]
        self.path_kl: Tensor | None = None  # [W, N]
        self.done = 0

    def take(self, chunk: Chunk) -> None:
        """File the next chunk."""
        here = slice(chunk.first, chunk.first + chunk.x.shape[1])
        self.x[:, here] = chunk.x
        self.gain = self._filed(self.gain, chunk.gain, here)
        self.path_kl = self._filed(self.path_kl, chunk.path_kl, here)
        if chunk.frames is not None and self.frames is not None:
            self.frames[:, chunk.first : chunk.first + chunk.frames.shape[1]] = chunk.frames
        self.done = here.stop

    def _filed(self, whole: Tensor | None, part: Tensor | None, here: slice) -> Tensor | None:
        if part is None:
            return None
        whole = torch.empty(self.x.shape[:2]) if whole is None else whole
        whole[:, here] = part
        return whole

    def at(self, k: int) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """End points [N, d], gain and path KL [N] of the finished particles at the k-th w."""
        gain, path_kl = (None if a is None else a[k, : self.done] for a in (self.gain, self.path_kl))
        return self.x[k, : self.done], gain, path_kl


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


class _Tally:
    """Running integrals along the paths; path KL in units of w^2."""

    def __init__(self, plan: Plan, sampler: SamplerKind, x: Tensor) -> None:
        self._sign = {"mean_reward": 1.0, "mean_reciprocal": -1.0}.get(plan.identity or "", 0.0)
        guided = sampler.unit_noise and not isinstance(plan.rule, Unguided)
        self.gain = x.new_zeros(x.shape[:-1]) if guided and self._sign else None
        self.path_kl = x.new_zeros(x.shape[:-1]) if guided else None

    def at(self, w: Tensor, count: int) -> tuple[Tensor | None, Tensor | None]:
        """Gain and path KL of the first particles, [W, count], at w of shape [W, 1]."""
        gain = None if self.gain is None else self.gain[:, :count]
        path_kl = None if self.path_kl is None else w**2 * self.path_kl[:, :count]
        return gain, path_kl

    def add(self, step: Step) -> None:
        if self.path_kl is None or not step.noise_gain:  # levels so close that the step rounds to nothing
            return
        guided, push = step.guided, step.guided.push
        size = push[..., 0].square()  # [W, n]
        for k in range(1, push.shape[-1]):
            size.addcmul_(push[..., k], push[..., k])
        self.path_kl.add_(size, alpha=0.5 * (guided.omega * step.drift_gain / step.noise_gain) ** 2)
        if self.gain is None:
            return
        if guided.log_ratio is None:
            self.gain = None
            return
        omega = step.moment.du * step.guided.omega
        accumulate = self.gain.addcmul_ if self._sign > 0 else self.gain.addcdiv_
        smallest = 0.98 * math.log(torch.finfo(size.dtype).tiny)  # below it exp is denormal, and a hundred times slower
        accumulate(size, guided.log_ratio().clamp_min(smallest).exp_(), value=omega)
