"""What the losses are smallest at: -sqrt(t) grad log p_t, and with rewards -sqrt(t) grad log p^r_t.

On a Gaussian both are known by hand. A minimiser of E w |eps(x, t) - z|^2 is where E w (eps - z) phi(x, t) = 0 for
every phi; a few phi are tried, each a mean over fresh batches with its standard error.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gdviz.networks import Recipe
from gdviz.training import Task
from gdviz.training.batches import POOL, Batches, batches
from gdviz.training.losses import Noised
from gdviz.training.problem import TrainingProblem

MEAN, VARIANCE, SLOPE = 0.7, 0.5, 0.8  # p = N(MEAN, VARIANCE); r = exp(SLOPE x)
Z = 6.0  # two-sided false-alarm rate 2e-9 a comparison; points drawn twice from a pool cost at most a factor sqrt 2: 2e-5


def drawn(count: int = 6, **task: Any) -> tuple[Batches, list[Noised]]:
    """Batches as large as a pool, so that each has fresh points."""
    target = {"kind": "gaussian_mixture", "components": [{"mean": [MEAN], "covariance": [[VARIANCE]]}]}
    recipe = Recipe.model_validate({"batch": POOL // 2, **task.pop("recipe", {})})
    made = Task.parse({"target": target, "recipe": recipe.model_dump(), **task})
    source, generator = batches(TrainingProblem.of(made), recipe, seed=3), torch.Generator().manual_seed(4)
    return source, [source.at(2 * k, generator) for k in range(count)]


def noise_of(mean: float, batch: Noised) -> Tensor:
    """-sqrt(t) grad log of N(mean, VARIANCE) noised to t, [B, 1]."""
    t = batch.t[:, None]
    return t.sqrt() * (batch.x - (1 - t).sqrt() * mean) / ((1 - t) * VARIANCE + t)


def farthest(mean: float, found: list[Noised]) -> float:
    """Largest |E w (eps - z) phi| in standard errors."""
    worst = 0.0
    for phi in (lambda x, t: torch.ones_like(x), lambda x, t: x, lambda x, t: t.sqrt(), lambda x, t: torch.sin(2 * x) * (1 - t)):
        terms = []
        for batch in found:
            weight = 1.0 if batch.weight is None else batch.weight[:, None]
            terms.append(weight * (noise_of(mean, batch) - batch.wanted) * phi(batch.x, batch.t[:, None]))
        every = torch.cat(terms).double()  # [n, 1]
        worst = max(worst, abs(float(every.mean())) / (float(every.std()) / math.sqrt(len(every))))
    return worst


def test_denoising_is_smallest_at_the_score():
    _, found = drawn()
    assert farthest(MEAN, found) < Z
    assert farthest(MEAN + 0.1, found) > 2 * Z, "a wrong answer would be seen"


@pytest.mark.parametrize("tilt", ["weighted", "resampled", "difference"])
@pytest.mark.parametrize("cost", [False, True])
def test_with_a_reward_it_is_smallest_at_the_tilted_score(tilt, cost):
    """exp(k x) moves the mean of a Gaussian by k times its variance; 1/r moves it the other way."""
    reward = {"kind": "exp", "strength": SLOPE, "of": {"kind": "linear", "direction": [1]}}
    _, found = drawn(what="tilted", reward=reward, cost=cost, recipe={"tilt": tilt})
    moved = MEAN + (-1 if cost else 1) * SLOPE * VARIANCE
    assert (found[0].weight is None) == (tilt == "resampled")
    assert farthest(moved, found) < Z
    assert farthest(MEAN, found) > 2 * Z, "the plain score is not the minimiser"
    if found[0].weight is not None:
        assert float(torch.cat([batch.weight for batch in found]).double().mean()) == pytest.approx(1, abs=0.02)


def test_exact_answers_are_the_score():
    _, found = drawn(count=1, recipe={"objective": "exact"})
    assert torch.allclose(found[0].wanted, noise_of(MEAN, found[0]), atol=1e-5)


def test_a_batch_is_noised_as_it_says():
    """x = sqrt(1-t) x_0 + sqrt(t) z: given t, x has variance (1-t) VARIANCE + t and covariance sqrt(t) with z."""
    _, found = drawn()
    x, t, z = (torch.cat([getattr(batch, name) for batch in found]).double() for name in ("x", "t", "wanted"))
    u = (x[:, 0] - (1 - t).sqrt() * MEAN) / ((1 - t) * VARIANCE + t).sqrt()  # [n], standard normal
    both = u * z[:, 0] * ((1 - t) * VARIANCE + t).sqrt() / t.sqrt()  # mean 1 where t is not tiny
    n, seen = len(u), t > 0.01
    assert abs(float(u.mean())) < Z / math.sqrt(n)
    assert abs(float(u.square().mean()) - 1) < Z * math.sqrt(2 / n)
    assert abs(float(both[seen].mean()) - 1) < Z * float(both[seen].std()) / math.sqrt(int(seen.sum()))


def test_the_share_of_dropped_labels():
    components = [{"mean": [-1], "covariance": [[1]], "label": "a"}, {"mean": [1], "covariance": [[1]], "label": "b"}]
    task = Task.parse({"target": {"kind": "gaussian_mixture", "components": components}, "what": "conditional"})
    for dropout in (0.0, 0.2, 0.7):
        recipe = Recipe(batch=POOL // 2, label_dropout=dropout)
        batch = batches(TrainingProblem.of(task), recipe, 0).at(0, torch.Generator().manual_seed(1))
        dropped = batch.label == 2
        assert abs(float(dropped.double().mean()) - dropout) <= Z * math.sqrt(dropout * (1 - dropout) / len(dropped))
        assert torch.equal(batch.label[~dropped], batch.truth[~dropped])


def test_the_share_of_the_data_that_a_reward_leaves():
    """(E r)^2 / E r^2 = exp(-k^2 VARIANCE) for r = exp(k x) on a Gaussian."""
    reward = {"kind": "exp", "strength": SLOPE, "of": {"kind": "linear", "direction": [1]}}
    source, _ = drawn(count=0, what="tilted", reward=reward)
    assert source.problem.effective_share == pytest.approx(math.exp(-(SLOPE**2) * VARIANCE), rel=0.03)
    assert drawn(count=0)[0].problem.effective_share == 1
