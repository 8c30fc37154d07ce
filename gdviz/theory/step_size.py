"""Step size against guidance: the mean at fewer and fewer steps between the same ends, on one Brownian path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdviz.errors import GdvizError
from gdviz.guided_law import guided_laws, refusal
from gdviz.metrics.mean import UNKNOWN, Array, Mean
from gdviz.metrics.reading import Reader
from gdviz.progress import ProgressCallback, silent
from gdviz.sweep import PlanExecutor, SweepOptions, chunks, fitting, gathered
from gdviz.theory.subject import Subject
from gdviz.theory.verdict import Verdict, signed_mean

HALVINGS = 5
"""The finest run is halved so often, as far as it can be."""


@dataclass(frozen=True)
class Resolution:
    """All w at one number of steps.

    Attributes
    ----------
    steps : int
    mean : tuple of Mean, one a w
        E f(Y^w).
    shift : tuple of Mean, one a w
        Against the finest run, particle by particle on the same Brownian path: much better known than either mean.
    """

    steps: int
    mean: tuple[Mean, ...]
    shift: tuple[Mean, ...]


@dataclass(frozen=True)
class Limit:
    """E f(Y^w) of the guided law, the limit of small steps between the same ends.

    Attributes
    ----------
    w : float
    value, error : float or None
        None where it is not known.
    """

    w: float
    value: float | None
    error: float | None


class StepStudy:
    """The same particles at the Experiment's steps, half, a quarter, and so on.

    Parameters
    ----------
    subject : Subject
        Its levels are the finest.
    w : sequence of float
    seed : int
    particles : int
        How many there will be at most, for the verdict on the tails.
    """

    def __init__(self, subject: Subject, w: Sequence[float], seed: int, particles: int) -> None:
        self.subject, self.w, self.seed = subject, tuple(w), seed
        self.grids = [subject.levels]
        while len(self.grids) <= HALVINGS and self.grids[-1].steps % 2 == 0 and self.grids[-1].steps >= 8:
            self.grids.append(self.grids[-1].halved())
        assert subject.plan.reward is not None
        self._read = Reader(subject.plan.unguided, subject.plan.reward)
        self._verdict = Verdict(subject, subject.levels.t[-1:], particles, seed)

    def ends(
        self, first: int, count: int, progress: ProgressCallback = silent, executor: PlanExecutor | None = None
    ) -> Array:
        """f(Y^w) of the particles first, ..., first + count - 1, [G, W, n], the finest grid first.

        Run here, or where the executor does.
        """
        values, run = [], executor or self.subject.here
        for halvings in range(len(self.grids)):
            options = SweepOptions(self.w, count, self.seed, first, halvings, observers=(), padded=False)
            x = gathered(run(options)).x  # [W, n, d]
            logs = np.stack([np.asarray(self._read(row).log_reward) for row in x])  # [W, n]
            with np.errstate(over="ignore"):
                values.append(np.exp(self.subject.sign * logs))
            done = sum(grid.steps * 2**k for k, grid in enumerate(self.grids[: halvings + 1]))
            progress(done / (len(self.grids) * self.grids[0].steps))
        return np.stack(values)

    def resolutions(self, ends: Array) -> tuple[Resolution, ...]:
        """What the particles so far say, from the finest grid to the coarsest."""
        return tuple(self._resolution(grid.steps, ends[k], ends[0]) for k, grid in enumerate(self.grids))

    def _resolution(self, steps: int, values: Array, finest: Array) -> Resolution:
        means = tuple(self._mean(row, w) for row, w in zip(values, self.w, strict=True))
        shifts = tuple(
            signed_mean(row - fine) if known.se is not None else UNKNOWN
            for row, fine, known in zip(values, finest, means, strict=True)
        )
        return Resolution(steps, means, shifts)

    def _mean(self, values: Array, w: float) -> Mean:
        return self._verdict.mean(values, 0, w)

    def limits(self) -> tuple[Limit, ...]:
        """The guided law's values; empty where it cannot be had."""
        subject = self.subject
        if refusal(subject.plan, subject.sampler) is not None:
            return ()
        try:
            laws = guided_laws(subject.plan, subject.sampler, subject.levels, self.w)
        except GdvizError:  # guidance carries the law off
            return ()
        return tuple(Limit(law.w, getattr(law, subject.of), getattr(law, subject.of.replace("mean", "error"))) for law in laws)


def run_steps(study: StepStudy, particles: int, progress: ProgressCallback = silent) -> Array:
    """`StepStudy.ends` of all particles at once, some at a time."""
    parts, done = [], 0
    for first, count in chunks(particles, fitting(len(study.w) * study.subject.plan.unguided.dimension)):
        parts.append(study.ends(first, count))
        done += count
        progress(done / particles)
    return np.concatenate(parts, -1)
