"""Winners and losers: the same noise with and without guidance, particle by particle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdviz.metrics.mean import Mean, share
from gdviz.metrics.reading import Reader
from gdviz.progress import ProgressCallback, silent
from gdviz.record import Floats, Floats32, Integers
from gdviz.sweep import Frames, PlanExecutor, SweepOptions, gathered
from gdviz.theory.subject import Subject

FRAMES = 61
"""Levels at which paths are kept."""

KEPT = 1024
"""Particles that keep their path."""

SHOWN = 8
"""Paths that are handed over, of each side."""


@dataclass(frozen=True)
class Side:
    """Paths of particles on one side.

    Attributes
    ----------
    particle : array, shape [n]
        Their numbers.
    before, after : array, shape [n, F, d]
        Without and with guidance, on the same noise.
    """

    particle: Integers
    before: Floats32
    after: Floats32


@dataclass(frozen=True)
class Winners:
    """Every particle at w = 0 and at w, and the paths of some.

    Attributes
    ----------
    w : float
    log_snr : array, shape [F]
    before, after : array, shape [N]
        log r at w = 0 and at w.
    fell, rose : Mean
        Share of particles whose r is strictly lower, higher.
    losers : Side
        Those of the first KEPT whose log r fell most, the worst first.
    winners : Side
        Of those that rose as many, evenly spread from the smallest rise to the largest.
    """

    w: float
    log_snr: Floats
    before: Floats
    after: Floats
    fell: Mean
    rose: Mean
    losers: Side
    winners: Side


def winners(
    subject: Subject,
    w: float,
    particles: int,
    seed: int,
    progress: ProgressCallback = silent,
    executor: PlanExecutor | None = None,
) -> Winners:
    """Run w = 0 and w on the same noise and tell those that lost from those that won."""
    levels = subject.levels
    frames = levels.uniform_frames(FRAMES)
    kept = min(KEPT, particles)
    options = SweepOptions((0.0, w), particles, seed, observers=(Frames(tuple(frames.tolist()), kept),))
    chunk = gathered((executor or subject.here)(options), progress)
    read = Reader(subject.plan.unguided, subject.plan.reward)
    before, after = (np.asarray(read(x).log_reward) for x in chunk.x)  # [N] each
    change = (after - before)[:kept]  # [n]
    order = np.argsort(change, kind="stable")
    fell, rose = order[change[order] < 0], order[change[order] > 0]
    spread = np.unique(np.linspace(0, len(rose) - 1, SHOWN).round().astype(int)) if len(rose) else np.zeros(0, int)
    both = chunk.readings["frames"].numpy()  # [2, n, F, d]

    def side(which: NDArray[np.int64]) -> Side:
        return Side(which, both[0, which], both[1, which])

    return Winners(
        w,
        levels.log_snr[frames],
        before,
        after,
        share(after < before),
        share(after > before),
        side(fell[:SHOWN]),
        side(rose[spread]),
    )
