"""What a training will hold in memory, worked out before it starts."""

from __future__ import annotations

import torch

from gdviz.errors import GdvizError
from gdviz.networks import Recipe
from gdviz.networks.checkpoint import blank
from gdviz.networks.weight_recipe import WeightRecipe
from gdviz.training.problem import TrainingProblem
from gdviz.training.task import Task
from gdviz.training.weights.fitted import LEVELS, POINTS

MOST = 2 << 30
"""Bytes that the steps of a training may take, on any machine: what trains here trains there."""

COPIES = 12
"""Of every weight: itself, gradients by layer and joined, two moments, the average, and what a saved state copies."""


def check_memory(task: Task, problem: TrainingProblem | None = None) -> None:
    """Refuse a recipe whose steps would not fit into memory.

    Parameters
    ----------
    task : Task
    problem : TrainingProblem, optional
        Of the task, where it is built already.

    Raises
    ------
    GdvizError
        If they take more than MOST, or the task's parts do not fit each other.
    """
    problem = problem or TrainingProblem.of(task)
    wanted = step_bytes(task, problem)
    if wanted > MOST:
        raise GdvizError(
            f"recipe: found {_size(task, problem)}, about {wanted / 2**30:.1f} GiB at every step; at most "
            f"{MOST / 2**30:g} GiB are allowed: {'fewer points or particles' if task.weights else 'a smaller batch or width'} "
            "will do."
        )


def step_bytes(task: Task, problem: TrainingProblem) -> int:
    """Bytes of the weights and of a step's batch on its way there and back: more than they are, by a factor of 2.5 at most."""
    recipe, labels = task.weights or task.recipe, len(problem.labels)
    with torch.device("meta"):  # shapes alone
        weights = sum(weight.numel() for weight in blank(problem.learned, problem.law.dimension, labels, recipe).parameters())
    batch = _guided(task.weights, problem.law.dimension) if task.weights else _noised(task.recipe, problem.law.dimension)
    return 4 * (COPIES * weights + batch)


def _noised(recipe: Recipe, d: int) -> int:
    """Numbers that a batch through the network takes: features, two of each layer, their gradients as they are freed."""
    features = d + 2 * recipe.frequencies
    return recipe.batch * (3 * features + (2 * recipe.depth + 3) * recipe.width + 8 * d)


def _guided(recipe: WeightRecipe, d: int) -> int:
    """Numbers of the guided steps, float64 before they are float32, and of the differences between particles."""
    points = recipe.points * max(1, recipe.path)
    particles = points * recipe.particles
    pairs = particles * recipe.particles if recipe.loss == "self_consistency" else 0
    pool = 0 if recipe.path else max(LEVELS * POINTS, points) * recipe.particles
    return (24 * particles + 18 * pool + 5 * pairs) * d + 8 * pairs + points * (2 * recipe.depth + 3) * recipe.width


def _size(task: Task, problem: TrainingProblem) -> str:
    if task.weights is not None:
        path = f" along a path of {task.weights.path} steps" if task.weights.path else ""
        each = f"{task.weights.points:,} points with {task.weights.particles} particles each"
        return f"{each}{path} (d = {problem.law.dimension})"
    recipe = task.recipe
    return f"a batch of {recipe.batch:,} through {recipe.depth} layers of {recipe.width}"
