"""Guidance weights as the training loop sees them: a network and its loss."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property

import torch
from torch import Generator, Tensor

from gdviz.networks import WeightNetwork
from gdviz.rewards import Reward, RewardContext, build_reward
from gdviz.scores import ScoresContext
from gdviz.training.problem import TrainingProblem
from gdviz.training.task import Task
from gdviz.training.weights.losses import weights_loss
from gdviz.training.weights.steps import GuidedSteps, StepLaw

LEVELS, POINTS = 256, 16
"""Steps drawn at once, and clean points for each: a pool, of which every point is used once."""


class GuidanceWeights:
    """A network of weights and its loss; the scores are evaluated outside of autograd, once a pool.

    Parameters
    ----------
    problem : TrainingProblem
    task : Task
        With scores and the recipe of the weights.
    network : WeightNetwork
    networks : ScoresContext
        The networks of the scores.
    """

    def __init__(self, problem: TrainingProblem, task: Task, network: WeightNetwork, networks: ScoresContext) -> None:
        assert task.weights is not None and task.score is not None
        self.network, self.recipe = network, task.weights
        self._problem, self._score, self._seed = problem, task.score, task.seed
        # Read once: the scores of p and of p(. | c) are then seen to be one network, which is evaluated for both at once.
        self._networks = replace(networks, trained=cache(networks.trained))
        self._levels = min(LEVELS, -(-task.steps * self.recipe.points // POINTS))
        self._points = max(POINTS, -(-self.recipe.points // self._levels))
        self._per_pool = self._levels * self._points // self.recipe.points
        self._number = -1

    def loss(self, step: int, generator: Generator) -> Tensor:
        """Of the steps of a batch, which seed and step alone decide; on a path, present weights and the generator."""
        steps = self._law.along(self.network, generator) if self.recipe.path else self._batch(step)
        steps = steps.on(next(self.network.parameters()).device)
        return weights_loss(steps, self.network(steps.label, steps.log_snr, steps.log_snr_next), self.recipe, self._reward)

    def _batch(self, step: int) -> GuidedSteps:
        number, place = divmod(step, self._per_pool)
        if number != self._number:
            generator = Generator().manual_seed((self._seed * 1_000_003 + number) % 2**63)
            pool = self._law.draw(self._levels, self._points, generator)
            self._pool = pool[torch.randperm(len(pool.label), generator=generator)]
            self._number = number
        return self._pool[slice(place * self.recipe.points, (place + 1) * self.recipe.points)]

    @cached_property
    def _law(self) -> StepLaw:
        return StepLaw(self._problem.law, self._score.build(self._networks), self.recipe)

    @cached_property
    def _reward(self) -> Reward | None:
        law, kind = self._problem.law, self.recipe.reward
        return None if kind is None else build_reward(kind, RewardContext(law.dimension, law.log_posterior, law.labels))
