"""Learned weights in pieces: what the losses ask for with exact scores, where a weight is identified, the map of a network."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.networks import FrozenWeights, WeightNetwork, WeightRecipe
from gdviz.scores.exact import ExactScores
from gdviz.targets import TARGETS
from gdviz.theory.weights import l2_weight, least, loss_profiles, push_sizes, weight_map

Z = 5.0  # standard errors: two-sided false-alarm rate 6e-7 a comparison, a dozen of them with fixed seeds
RING = {"kind": "ring", "count": 3, "radius": 2, "sigma": 0.5}
APART = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [-1], "covariance": [[1]], "label": "a"},
        {"mean": [1], "covariance": [[1]], "label": "b"},
    ],
}
OMEGA = [-1 + 0.5 * k for k in range(9)]


@pytest.fixture(scope="module")
def profiles():
    law = TARGETS.parse(RING).build()
    return loss_profiles(law, ExactScores(), (0.5, 0.7), OMEGA, points=600, seed=7)


def test_exact_scores_put_the_minima_where_the_theory_has_them(profiles):
    l2, matched = profiles["l2 (beta 2, repulsion 0)"], profiles["guided score matching"]
    assert l2_weight(0.5, 0.7) == pytest.approx(0.75)
    assert 0 < l2.se < 0.1 and abs(l2.least - 0.75) < Z * l2.se
    assert 0 < matched.se < 0.05 and abs(matched.least) < Z * matched.se
    one, half = profiles["self-consistency, repulsion 1"], profiles["self-consistency, repulsion 0.5"]
    assert one.least < Z * one.se, "at or below 0"
    assert half.least > Z * half.se, "less repulsion asks for guidance that nothing needs"


def test_the_vertex_of_a_parabola_is_found_between_the_points_and_never_outside():
    omega = np.array(OMEGA)
    assert least((omega - 0.8) ** 2, OMEGA) == pytest.approx(0.8)
    assert least((omega - 9.0) ** 2, OMEGA) == 3 and least((omega + 9.0) ** 2, OMEGA) == -1


def test_the_push_between_two_unit_gaussians_has_its_closed_form():
    """With classes N(-1, 1) and N(1, 1), x_t | c = N(a m_c, 1) for every t, a = sqrt(1 - t), and the push of the score is
    a m_c - a tanh(a x): its mean square over x ~ N(a, 1) by quadrature."""
    tau = 0.4
    t = tau**2 / ((1 - tau) ** 2 + tau**2)
    a = math.sqrt(1 - t)
    x = np.linspace(-9, 9, 20_001)
    density = np.exp(-((x - a) ** 2) / 2) / math.sqrt(2 * math.pi)
    wanted = math.sqrt(t * np.trapezoid(density * (a - a * np.tanh(a * x)) ** 2, x))
    points = 20_000
    law = TARGETS.parse(APART).build()
    found = push_sizes(law, ExactScores(), [tau], points=points)
    squares = t * (a - a * np.tanh(a * x)) ** 2
    spread = math.sqrt(np.trapezoid(density * (squares - wanted**2) ** 2, x))
    assert found.shape == (2, 1)
    assert np.abs(found**2 - wanted**2).max() < Z * spread / math.sqrt(points)
    assert push_sizes(law, ExactScores(), [0.999]).max() < 0.01, "in the noise all classes agree"


def test_the_map_holds_the_weights_of_its_steps_and_nothing_where_there_is_no_step():
    network = WeightNetwork(2, WeightRecipe()).requires_grad_(False)
    torch.nn.init.normal_(network.last.weight, std=0.3, generator=torch.Generator().manual_seed(0))
    weights = FrozenWeights(network)
    table = weight_map(weights, 1, [0.2, 0.5], [0.4, 0.5, 0.8])
    assert np.isnan(table).tolist() == [[False] * 3, [True, True, False]]
    assert table[0, 2] == pytest.approx(weights.curve(1, [0.8], 0.6)[0])
