"""The objects of a training task: clean points, their labels and their rewards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch

from gdviz.laws import Law
from gdviz.laws.tilt import tilt
from gdviz.rewards import Reciprocal, Reward, RewardContext, build_reward
from gdviz.training.task import Task

DRAWN = 1 << 16
"""Points from which a share is estimated."""

FEW = 0.05
"""Below this effective share of the data a reward leaves too little to learn from."""


@dataclass(frozen=True)
class TrainingProblem:
    """What is learned, as objects; a black-box reward fits in here too.

    Attributes
    ----------
    law : Law
        p, whose samples are the data. Its density is not looked at, but where the recipe's objective is "exact".
    learned : str
        "score", "conditional", "tilted", "difference", "classifier" or "weights".
    reward : Reward or None
        r; called on clean points only, never differentiated.
    """

    law: Law
    learned: str = "score"
    reward: Reward | None = None

    @staticmethod
    def of(task: Task) -> TrainingProblem:
        """Build a task's law and reward.

        Raises
        ------
        GdvizError
            If they do not fit each other.
        """
        law = task.target.build()
        reward = None
        if task.reward is not None:
            reward = build_reward(task.reward, RewardContext(law.dimension, law.log_posterior, law.labels))
            reward = Reciprocal(reward) if task.cost else reward
        return TrainingProblem(law, task.learned, reward)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the network is told or has to guess, or has weights for."""
        return self.law.labels if self.learned in ("conditional", "classifier", "weights") else ()

    @cached_property
    def answer(self) -> Law:
        """The law whose score is to be learned.

        Raises
        ------
        GdvizError
            If it is not known.
        """
        return self.law if self.reward is None else tilt(self.law, self.reward)

    @cached_property
    def scale(self) -> float:
        """Root mean square of the clean points, per coordinate."""
        x = self.law.sample(4096, torch.Generator().manual_seed(0)).x  # [n, d]
        return max(1e-6, float(x.square().mean().sqrt()))

    @cached_property
    def effective_share(self) -> float:
        """(E r)^2 / E r^2, the share of the data that a reward leaves (MATH section 2); 1 without a reward."""
        if self.reward is None:
            return 1.0
        log_r = self.reward.log(self.law.nearest(self.law.sample(DRAWN, torch.Generator().manual_seed(1)).x))  # [n]
        log_share = 2 * torch.logsumexp(log_r, 0) - torch.logsumexp(2 * log_r, 0) - math.log(DRAWN)
        return float(log_share.exp())
