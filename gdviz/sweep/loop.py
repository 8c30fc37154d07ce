"""All w at once, on common random numbers, in chunks of bounded memory: the one hot loop."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from gdviz.diffusion import CoarseNoise, Levels, Noise, TileNoise
from gdviz.guidance import Guide, Plan
from gdviz.progress import Progress
from gdviz.samplers import SamplerKind
from gdviz.sweep.chunk import Chunk
from gdviz.sweep.observer import ObserverContext
from gdviz.sweep.options import SweepOptions, chunks, fitting

TICKS = 40
"""Progress reports per chunk."""

WHOLE = 256
"""Particles are stepped in multiples of this: at the ragged end of an array a CPU's kernels round differently."""

MANY_STEPS = 500
"""Steps from which what the plan remembers of the levels is made first; shorter runs gain nothing from it."""

KEPT_BYTES = 24 << 20
"""Memory that the C library is taught to keep between operations."""


def sweep(plan: Plan, sampler: SamplerKind, levels: Levels, options: SweepOptions) -> Iterator[Progress | Chunk]:
    """Run every w from the same start and the same increments, and tell the observers of every step.

    The noise belongs to the particle, so the paths do not depend on the w list, the particle count
    or the chunking. Stop iterating to cancel.

    Yields
    ------
    Progress or Chunk
        Chunks come in particle order.
    """
    # glibc hands memory back after each operation, and the kernel clears the pages again, until it has once
    # seen a block of this size freed. Without this line a sweep takes a third longer.
    torch.empty(KEPT_BYTES, dtype=torch.uint8)
    w, dimension, particles = options.w, plan.unguided.dimension, options.particles
    grids = [levels]
    for _ in range(options.halvings):
        grids.append(grids[-1].halved())
    grid = grids[-1]
    weight = torch.tensor(list(w), dtype=options.dtype, device=options.device)[:, None, None]  # [W, 1, 1]
    if levels.steps >= MANY_STEPS:
        _meet_levels(plan, grid, weight)
    for done, count in chunks(particles, fitting(len(w) * dimension), options.gradual):
        whole = max(WHOLE if options.padded else 1, sampler.together)
        first, stepped = options.first + done, -(-count // whole) * whole
        noise: Noise = TileNoise(options.seed, dimension, first, stepped, options.dtype, options.device)
        for finer in grids[:-1]:
            noise = CoarseNoise(noise, finer)
        x = noise.common_start(len(w))  # [W, n, d]
        context = ObserverContext(plan, sampler, grid, weight, first, count)
        observers = [kind.build(context) for kind in options.observers]
        for observer in observers:
            observer.start(x)
        taken, total = 0, sampler.yields(grid)
        every = max(1, total // TICKS)
        with torch.no_grad():
            for step in sampler.run(Guide(plan.rule, weight, plan.end_reward), grid, noise, x):
                x = step.x
                for observer in observers:
                    observer.step(step)
                taken += 1
                if taken % every == 0:
                    yield Progress((done + count * taken / total) / particles)
            readings = {name: value[:, :count].cpu() for observer in observers for name, value in observer.readings().items()}
        yield Chunk(first, x[:, :count].cpu(), readings)


def _meet_levels(plan: Plan, levels: Levels, w: torch.Tensor) -> None:
    """Let the rule work out what it remembers of each level before the large arrays come.

    Made between large arrays that come and go, those small ones would keep the heap from closing its gaps: half a
    megabyte a level, more than a gigabyte for 4000 of them.
    """
    guide = Guide(plan.rule, torch.zeros_like(w))
    x = w.new_zeros(plan.unguided.dimension, len(w), 1).movedim(0, -1)  # [W, 1, d]
    with torch.no_grad():
        for moment in levels.moments():
            guide(x, moment)
