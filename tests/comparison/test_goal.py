"""The goal of a comparison: p r^w / E r^w, exactly."""

from __future__ import annotations

import math

import pytest
import torch

from gdviz.comparison.goal import Power, goal_of
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment

Z = 4.5  # standard errors: a false alarm in 150,000 comparisons
N = 20_000

TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0.0], "covariance": [[1.0]], "label": "a"},
        {"weight": 2, "mean": [2.0], "covariance": [[0.5]], "label": "b"},
    ],
}
REWARDS = {
    "linear": {"kind": "exp", "strength": 1, "of": {"kind": "linear", "direction": [0.7]}},
    "bumps": {"kind": "bumps", "bumps": [{"center": [0.0], "width": 0.6}, {"center": [2.0], "width": 0.8}], "floor": 0.1},
    "expression": {"kind": "expression", "expression": "0.2 + sigmoid(3 * x)"},
}


def plan(guidance, target=TARGET):
    return Experiment.parse({"target": target, "guidance": guidance, "w": [1]}).build().plan


def moments(law, log_factor):
    """Mean and standard deviation of law times exp(log_factor), by the trapezoid rule."""
    x = torch.linspace(-8, 12, 8001, dtype=torch.float64)[:, None]
    weight = (law.log_density(x, 0.0) + log_factor(x)).exp()
    weight = weight / torch.trapezoid(weight, x[:, 0])
    mean = torch.trapezoid(weight * x[:, 0], x[:, 0])
    return float(mean), math.sqrt(float(torch.trapezoid(weight * (x[:, 0] - mean) ** 2, x[:, 0])))


@pytest.mark.parametrize("w", [0.5, 1, 2, 3])
@pytest.mark.parametrize("reward", REWARDS)
def test_samples_follow_the_reward_to_the_power_w(reward, w):
    built = plan({"kind": "reward", "reward": REWARDS[reward]})
    x = goal_of(built, w).draw(N, 1)[:, 0]
    mean, sd = moments(built.unguided, lambda points: w * built.reward.log(points))
    assert abs(float(x.mean()) - mean) <= Z * sd / math.sqrt(N) + 1e-3 * sd  # a table has an error of its own
    assert abs(float(x.std()) - sd) <= Z * sd / math.sqrt(N) + 1e-3 * sd


@pytest.mark.parametrize("w", [-0.5, 0, 1, 4])
def test_samples_follow_the_powered_law_of_a_label(w):
    built = plan({"kind": "cfg", "label": "b"})
    goal = goal_of(built, w)
    x = goal.draw(N, 1)[:, 0]
    mean, sd = moments(built.unguided, lambda points: w * built.reward.log(points))
    assert abs(float(x.mean()) - mean) <= Z * sd / math.sqrt(N)
    assert goal.title == f"p(x | b)^{1 + w:g} p(x)^{-w:g}"


def test_a_power_of_bumps_is_again_a_sum_of_exponentials():
    built = plan({"kind": "reward", "reward": REWARDS["bumps"]})
    cube = Power(built.reward, 3)
    x = torch.linspace(-2, 4, 50, dtype=torch.float64)[:, None]
    terms = cube.exponentials()
    assert terms is not None and torch.allclose(terms.log(x), cube.log(x), atol=1e-9)
    assert Power(built.reward, 1.5).exponentials() is None


def test_a_method_without_a_goal_is_refused():
    with pytest.raises(GdvizError, match="a comparison starts from cfg or reward guidance"):
        goal_of(plan({"kind": "apg", "label": "b"}), 1.0)
