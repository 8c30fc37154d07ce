"""A sweep as a request that can be cut into parts and run anywhere: the noise belongs to the particle, so the numbers stay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gdviz.checkpoints import build_stored
from gdviz.device import pick_device
from gdviz.diffusion.noise import TILE
from gdviz.experiment import Built, Experiment
from gdviz.sweep import Chunk, Progress, chunks, fitting, sweep


@dataclass(frozen=True)
class SweepRequest:
    """A sweep, or a part of one: plain data, so that it can travel.

    Attributes
    ----------
    experiment : Experiment
        Its seed and all its w are run.
    first, count : int
        The particles first, ..., first + count - 1.
    width : int
        Coordinates of a particle at all w: what decides how many are stepped together.
    halved, gradual, frames, frame_particles
        As for `gdviz.sweep.sweep`.
    device : str
        Name of the device to compute on.
    """

    experiment: Experiment
    first: int
    count: int
    width: int
    halved: bool = False
    gradual: bool = False
    frames: tuple[int, ...] = ()
    frame_particles: int = 0
    device: str = "cpu"

    def parts(self, at_least: int = 1) -> list[SweepRequest]:
        """The sweep's chunks as requests, in particle order; smaller ones where there would be fewer than `at_least`.

        Parts are whole tiles, so there are never more parts than tiles.
        """
        share = max(TILE, self.count // at_least // TILE * TILE)
        cut = chunks(self.count, min(share, fitting(self.width)), self.gradual)
        return [replace(self, first=self.first + first, count=count, gradual=False) for first, count in cut]

    def run(self, built: Built | None = None) -> Iterator[Progress | Chunk]:
        """Run the sweep in this process; `built` saves building the Experiment again."""
        built = built or _built(self.experiment, threading.get_ident())
        return sweep(
            built.plan,
            built.sampler,
            built.levels,
            self.experiment.all_w,
            self.count,
            self.experiment.seed,
            first=self.first,
            halved=self.halved,
            gradual=self.gradual,
            frames=self.frames,
            frame_particles=self.frame_particles,
            device=pick_device(self.device),
        )


Executor = Callable[[SweepRequest, Built], Iterator[Progress | Chunk]]
"""Runs a sweep: Progress often, Chunks in particle order. Closing the iterator cancels what still runs.

What is run in this process can use the Experiment as built; other processes build it themselves.
"""


def here(request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
    """The executor that runs a sweep where it is asked for."""
    return request.run(built)


@lru_cache(maxsize=16)
def _built(experiment: Experiment, thread: int) -> Built:
    """The parts of one Experiment come one after another; a thread has its own, for laws remember their last levels."""
    return build_stored(experiment)  # workers must not each train their own
