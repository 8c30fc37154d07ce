"""Batches of noised points, a function of the seed and of the generator alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from gdviz.networks import Recipe
from gdviz.training.levels import training_levels
from gdviz.training.losses import Noised, exact_noise
from gdviz.training.problem import TrainingProblem

POOL = 1 << 16
"""Clean points drawn at once."""

EXACT_LEVELS = 256
"""Levels among the points of one pool where exact answers are wanted: exact scores are cheap for many points of one level."""


class Batches(ABC):
    """Draws the batch of a step; every so many steps it draws new points.

    The pools depend on the seed and the step alone, so that a training that is taken up again meets the same ones.
    """

    def __init__(self, problem: TrainingProblem, recipe: Recipe, seed: int) -> None:
        self.problem, self.recipe, self.seed = problem, recipe, seed
        self._per_pool = max(1, POOL // recipe.batch)
        self._number = -1

    def at(self, step: int, generator: Generator) -> Noised:
        """The batch of a step."""
        if step // self._per_pool != self._number:
            self._number = step // self._per_pool
            self._draw(Generator().manual_seed((self.seed * 1_000_003 + self._number) % 2**63))
        return self._batch(torch.randint(POOL, (self.recipe.batch,), generator=generator), generator)

    @abstractmethod
    def _draw(self, generator: Generator) -> None:
        """Draw a pool of POOL points."""

    @abstractmethod
    def _batch(self, chosen: Tensor, generator: Generator) -> Noised:
        """A batch of the chosen points, indices [B]."""

    def _told(self, truth: Tensor, generator: Generator) -> Tensor:
        """What the network is told of labels [B]: the null class where a label is dropped, or labels are not its business."""
        null = len(self.problem.labels)
        if self.problem.learned != "conditional":
            return torch.full_like(truth, null)
        dropped = torch.rand(truth.shape, generator=generator) < self.recipe.label_dropout  # [B]
        return torch.where(dropped | (truth < 0), null, truth)


def batches(problem: TrainingProblem, recipe: Recipe, seed: int) -> Batches:
    """The batches of a recipe's objective."""
    exact = recipe.objective == "exact" and problem.learned != "classifier"
    return ExactAnswers(problem, recipe, seed) if exact else DrawnNoise(problem, recipe, seed)


@dataclass
class _Clean:
    """Clean points x [n, d], label indices [n] (-1 for none), weights r / mean r [n] or None."""

    x: Tensor
    label: Tensor
    weight: Tensor | None


class DrawnNoise(Batches):
    """Denoising: clean points with fresh noise, from samples alone. A reward is called on clean points only."""

    def _draw(self, generator: Generator) -> None:
        points = self.problem.law.sample(POOL, generator)
        x, label, weight = points.x, points.label, None
        if self.problem.reward is not None:
            log_r = self.problem.reward.log(self.problem.law.nearest(x))  # [n]
            weight = (log_r - log_r.max()).exp()  # [n]
            weight = weight / weight.mean()
            if self.recipe.tilt == "resampled":
                kept = torch.multinomial(weight, POOL, replacement=True, generator=generator)  # [n]
                x, label, weight = x[kept], label[kept], None
        self._pool = _Clean(x.float(), label, None if weight is None else weight.float())

    def _batch(self, chosen: Tensor, generator: Generator) -> Noised:
        pool = self._pool
        t = training_levels(len(chosen), generator)  # [B]
        z = torch.randn(len(chosen), pool.x.shape[1], generator=generator)  # [B, d]
        x = (1 - t).sqrt()[:, None] * pool.x[chosen] + t.sqrt()[:, None] * z  # [B, d]
        truth = pool.label[chosen]  # [B]
        weight = None if pool.weight is None else pool.weight[chosen]
        return Noised(x, t, self._told(truth, generator), truth, z, weight)


class ExactAnswers(Batches):
    """Regression on the exact noise prediction. It uses the known density, so it says nothing of learning from data."""

    def _draw(self, generator: Generator) -> None:
        law = self.problem.answer
        points = law.sample(POOL, generator)
        t = training_levels(EXACT_LEVELS, generator).repeat(POOL // EXACT_LEVELS)  # [n]
        z = torch.randn(points.x.shape, generator=generator)  # [n, d]
        x = ((1 - t).sqrt()[:, None] * points.x + t.sqrt()[:, None] * z).float()  # [n, d]
        told = self._told(points.label, generator)  # [n]
        wanted = exact_noise(law, x, t)  # [n, d]
        for k, name in enumerate(self.problem.labels):
            mine = told == k  # [n]
            wanted[mine] = exact_noise(law.given(name), x[mine], t[mine])
        self._pool = Noised(x, t, told, points.label, wanted, None)

    def _batch(self, chosen: Tensor, generator: Generator) -> Noised:
        pool = self._pool
        return Noised(pool.x[chosen], pool.t[chosen], pool.label[chosen], pool.truth[chosen], pool.wanted[chosen], None)
