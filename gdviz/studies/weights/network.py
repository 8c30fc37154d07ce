"""One stored network with its learned weights: samples of each class under any schedule, beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from gdviz.metrics.energy import energy_distance, energy_floor
from gdviz.studies.weights.contest import Arena, Distances, Points

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.guidance import ScheduleKind
    from gdviz.laws import Law
    from gdviz.networks import FrozenWeights
    from gdviz.scores import Scores


def energy_distances(x: Points, truth: Tensor) -> list[float]:
    """Energy distances of samples [W, N, d] to points of the truth [M, d], one a w; NaN where there are too few points."""
    distances = (energy_distance(torch.from_numpy(each).double(), truth).value for each in x)
    return [float("nan") if value is None else value for value in distances]


class GuidedNetwork(Arena):
    """One network and its weights.

    Parameters
    ----------
    experiment : Experiment
        Under a learned schedule.
    root : Path
        The store that has the networks.

    Raises
    ------
    GdvizError
        If they are not there.
    """

    def __init__(self, experiment: Experiment, root: Path) -> None:
        from gdviz.checkpoints import networks, required_tasks, stored_networks

        self.experiment, self.root = experiment, root
        self.law: Law = experiment.target.build()
        self.labels = tuple(self.law.labels)
        self.scores: Scores = experiment.score.build(stored_networks(experiment, root))
        self.learned: ScheduleKind = experiment.guidance.schedule
        task = next(task for task in required_tasks(experiment) if task.what == "weights")
        self.weights: FrozenWeights = networks(root).found(task).weights

    def sample(self, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> list[Points]:
        return [self._sample(label, schedule, w, seed, particles) for label in self.labels]

    def _sample(self, label: str, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> Points:
        from gdviz.checkpoints import build_stored
        from gdviz.guidance.cfg import Cfg
        from gdviz.sweep import Chunk, SweepOptions, sweep

        changes = {"guidance": Cfg(label=label, schedule=schedule), "w": tuple(w), "particles": particles, "seed": seed}
        built = build_stored(self.experiment.model_copy(update=changes), self.root)
        options = SweepOptions(tuple(w), particles, seed=seed, observers=())
        steps = sweep(built.plan, built.sampler, built.levels, options)
        chunks = [item.x for item in steps if isinstance(item, Chunk)]
        return torch.cat(chunks, 1).float().numpy()

    def distances(self, samples: Sequence[Points], seed: int) -> Distances:
        """Energy distances to p(x | c)."""
        truths = (self._truth(c, seed, x.shape[1]) for c, x in enumerate(samples))
        return np.array([energy_distances(x, truth) for x, truth in zip(samples, truths, strict=True)], float)

    def floor(self, seed: int, particles: int) -> float:
        """95 % quantile of the distance between two samples of the truth, mean over the classes."""
        floors = [energy_floor(self._truth(c, seed, particles), particles) for c in range(len(self.labels))]
        return float(np.array(floors, float).mean())

    def truth(self, c: int, seed: int, count: int) -> Points:
        """Samples of p(x | c), [n, d]."""
        generator = torch.Generator().manual_seed(10_000_019 * (c + 1) + seed)
        return self.law.given(self.labels[c]).sample(count, generator).x.float().numpy()

    def _truth(self, c: int, seed: int, count: int) -> Tensor:
        return torch.from_numpy(self.truth(c, seed, count)).double()
