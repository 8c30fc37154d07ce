"""Finished particles as they come, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gdviz.metrics.population_reading import PopulationReading
from gdviz.progress import Progress, ProgressCallback, silent
from gdviz.sweep.populations import PopulationReadings


@dataclass(frozen=True)
class Chunk:
    """The finished particles first, ..., first + n - 1 at every w.

    Attributes
    ----------
    first : int
    x : Tensor, shape [W, n, d]
        End points.
    readings : mapping of str to Tensor, shape [W, n, ...]
        What the observers read along the paths; frames belong to fewer particles.
    """

    first: int
    x: Tensor
    readings: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def gain(self) -> Tensor | None:
        """The improvement identity's integral, [W, n] (`Integrals`); None where it does not hold or was not read."""
        return self.readings.get("gain")

    @property
    def path_kl(self) -> Tensor | None:
        """Each path's part of the divergence, [W, n] (`Integrals`)."""
        return self.readings.get("path_kl")

    @property
    def frames(self) -> Tensor | None:
        """Positions of the first particles of the run, [W, m, F, d] (`Frames`)."""
        return self.readings.get("frames")


def gathered(items: Iterable[Progress | Chunk], progress: ProgressCallback = silent) -> Chunk:
    """All chunks of a sweep as one."""
    chunks: list[Chunk] = []
    for item in items:
        if isinstance(item, Chunk):
            chunks.append(item)
        else:
            progress(item.done)
    names = chunks[0].readings
    readings = {name: torch.cat([c.readings[name] for c in chunks if name in c.readings], 1) for name in names}
    return Chunk(chunks[0].first, torch.cat([c.x for c in chunks], 1), readings)


class Paths:
    """The particles of one sweep, filling up chunk by chunk.

    Parameters
    ----------
    w, particles, dimension : int
        How many of each.
    frame_particles, frames : int
        How many particles keep their paths, at how many levels.
    together : int
        How many particles in a row are resampled together.
    """

    def __init__(
        self, w: int, particles: int, dimension: int, frame_particles: int = 0, frames: int = 0, together: int = 1
    ) -> None:
        self.x = torch.empty(w, particles, dimension)  # [W, N, d]
        self.frames = torch.empty(w, frame_particles, frames, dimension) if frame_particles else None  # [W, m, F, d]
        self.gain: Tensor | None = None  # [W, N]
        self.path_kl: Tensor | None = None  # [W, N]
        self.together = together
        self._of_populations: dict[str, Tensor | None] = {}  # [W, N] each
        self.done = 0

    def take(self, chunk: Chunk) -> None:
        """File the next chunk."""
        here = slice(chunk.first, chunk.first + chunk.x.shape[1])
        self.x[:, here] = chunk.x
        self.gain = self._filed(self.gain, chunk.gain, here)
        self.path_kl = self._filed(self.path_kl, chunk.path_kl, here)
        for name in PopulationReadings.names:
            self._of_populations[name] = self._filed(self._of_populations.get(name), chunk.readings.get(name), here)
        if chunk.frames is not None and self.frames is not None:
            self.frames[:, chunk.first : chunk.first + chunk.frames.shape[1]] = chunk.frames
        self.done = here.stop

    def _filed(self, whole: Tensor | None, part: Tensor | None, here: slice) -> Tensor | None:
        if part is None:
            return None
        whole = torch.empty(self.x.shape[:2]) if whole is None else whole
        whole[:, here] = part
        return whole

    def at(self, k: int) -> tuple[Tensor, Tensor | None, Tensor | None, PopulationReading | None]:
        """End points [N, d], gain and path KL [N] of the finished particles at the k-th w; how their populations fared.

        Particles of a population that is not whole are left out.
        """
        whole = self.done // self.together * self.together
        gain, path_kl = (None if a is None else a[k, :whole] for a in (self.gain, self.path_kl))
        told = [a[k, :whole] for a in self._of_populations.values() if a is not None]
        populations = PopulationReading.read(self.together, *told) if told else None
        return self.x[k, :whole], gain, path_kl, populations
