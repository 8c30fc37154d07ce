"""The executor that runs a sweep on the cores of this machine: chunks one after another, each with its w shared out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from gdviz.cores import Cores, Pending
from gdviz.experiment import Built
from gdviz.laws import Mixture
from gdviz.progress import Progress
from gdviz.sweep import Chunk
from gdviz.sweep_request import Executor, SweepRequest

WORTH_SHARING = 1 << 19
"""Component densities in a step from which a chunk's w are shared out: below, the calls cost more than their arithmetic."""


def on_cores(cores: Cores) -> Executor:
    """Runs sweeps on cores, with the same numbers: neither particles nor w know of each other.

    All that it has to do is asked for when it is called, so that what is asked for next runs behind it.
    """

    def execute(request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
        return _together(cores, [_Shared(cores, part, built) for part in request.parts()], request.options.particles)

    return execute


class _Shared:
    """A chunk whose w are shared out."""

    def __init__(self, cores: Cores, request: SweepRequest, built: Built) -> None:
        self.particles, self._cores, self._built = request.options.particles, cores, built
        w, law = request.options.w, built.law
        components = len(law.support) if isinstance(law, Mixture) else WORTH_SHARING
        groups = min(cores.count, len(w)) if components * self.particles * len(w) >= WORTH_SHARING else 1
        cuts = [round(k * len(w) / groups) for k in range(groups + 1)]
        self._done = [0.0] * groups
        self._parts: list[Pending[Chunk]] = [
            cores.start(self._run, k, replace(request, options=replace(request.options, w=w[cuts[k] : cuts[k + 1]])))
            for k in range(groups)
        ]

    def _run(self, k: int, request: SweepRequest) -> Chunk:
        chunks = []
        for item in request.run(self._built):
            self._cores.heed()
            if isinstance(item, Chunk):
                chunks.append(item)
            else:
                self._done[k] = item.done
        (chunk,) = chunks  # fewer w never make it more than one
        return chunk

    @property
    def done(self) -> float:
        """Share done."""
        return sum(self._done) / len(self._done)

    def wait(self) -> bool:
        """Wait a little; True when it has ended."""
        return all(part.wait() for part in self._parts)

    def chunk(self) -> Chunk:
        parts = [part.result() for part in self._parts]
        names = [name for name in parts[0].readings if all(name in part.readings for part in parts)]
        readings = {name: torch.cat([part.readings[name] for part in parts]) for name in names}
        return Chunk(parts[0].first, torch.cat([part.x for part in parts]), readings)


def _together(cores: Cores, chunks: list[_Shared], particles: int) -> Iterator[Progress | Chunk]:
    chunks.reverse()
    while chunks:
        first = chunks.pop()
        while not first.wait():
            left = sum((1 - chunk.done) * chunk.particles for chunk in [first, *chunks])
            yield Progress(1 - left / particles)
        yield first.chunk()
