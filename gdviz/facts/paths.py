"""The simulation that the facts of an Experiment are read off: one run, and one with half as many steps on the same noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.experiment import Built, Experiment
from gdviz.facts.start import Start
from gdviz.metrics.reading import Reader
from gdviz.progress import Progress, ProgressCallback, part
from gdviz.result import measured_reward
from gdviz.sweep import Chunk, Frames, Integrals, Paths, SweepOptions, sweep

Array = NDArray[np.float64]

FRAMES = 9
"""Levels at which the paths are looked at."""


@dataclass(frozen=True)
class Simulated:
    """End points, integrals along the paths and a few frames, at all steps and at half of them.

    Attributes
    ----------
    built : Built
    w : tuple of float
    t : ndarray, shape [F]
        Noise variances of the frames.
    fine, coarse : Paths
    log_reward : (ndarray, ndarray) or None
        log r of the end points, [W, N] each, at the nearest atom where the target is atoms.
    """

    built: Built
    w: tuple[float, ...]
    t: Array
    fine: Paths
    coarse: Paths
    log_reward: tuple[Array, Array] | None

    @property
    def particles(self) -> int:
        """How many were run at each w."""
        return self.fine.x.shape[1]

    @property
    def start(self) -> Start:
        """Where they started, the same at each w."""
        assert self.fine.frames is not None
        return Start(self.fine.frames[0, :, 0], float(self.t[0]))

    def at(self, w: float) -> int:
        """Row of a w."""
        return self.w.index(w)


def simulate(
    experiment: Experiment,
    built: Built,
    w: Sequence[float],
    particles: int,
    device: torch.device | str = "cpu",
    progress: ProgressCallback | None = None,
) -> Simulated:
    """Run `w` for so many particles, twice."""
    frames = np.unique(built.levels.uniform_frames(FRAMES) // 2 * 2)  # on both grids
    fine = _paths(experiment, built, w, particles, frames, False, device, part(progress, 0, 2 / 3))
    coarse = _paths(experiment, built, w, particles, frames // 2, True, device, part(progress, 2 / 3, 1 / 3))
    reward = measured_reward(experiment, built) or built.plan.reward
    log_reward = None
    if reward is not None:
        reader = Reader(built.law, reward)
        log_reward = _log_rewards(reader, fine.x), _log_rewards(reader, coarse.x)
    return Simulated(built, tuple(w), built.levels.t[frames], fine, coarse, log_reward)


def _paths(
    experiment: Experiment,
    built: Built,
    w: Sequence[float],
    particles: int,
    frames: NDArray[np.int64],
    halved: bool,
    device: torch.device | str,
    progress: ProgressCallback,
) -> Paths:
    paths = Paths(len(w), particles, built.law.dimension, particles, len(frames))
    observers = Integrals(), Frames(tuple(frames.tolist()), particles)
    options = SweepOptions(
        tuple(w), particles, experiment.seed, halvings=int(halved), observers=observers, device=str(device)
    )
    for item in sweep(built.plan, built.sampler, built.levels, options):
        if isinstance(item, Chunk):
            paths.take(item)
        elif isinstance(item, Progress):
            progress(item.done)
    return paths


def _log_rewards(reader: Reader, x: Tensor) -> Array:
    return np.stack([np.asarray(reader(row).log_reward) for row in x])  # [W, N]
