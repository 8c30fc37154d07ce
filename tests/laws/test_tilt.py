"""Closed-form tilted laws: against sums over a fine grid, against their own gradient, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from laws.reference import LINE, PLANE, Sums, mixture, noised, reward

from gdviz.errors import GdvizError
from gdviz.laws import Mixture, SharedComponents, pair
from gdviz.laws.grid_tilt import GridTilt
from gdviz.laws.tilt import tilt, tilt_with_mean
from gdviz.rewards import Reciprocal, Reward
from gdviz.targets import TARGETS

CLOSED = [
    (LINE, "0.05 + exp(-(x-2)**2/8)"),
    (LINE, "exp(2*x)"),
    (LINE, "exp(0.3*x**2)"),
    (PLANE, "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)"),
    (PLANE, {"kind": "exp", "of": {"kind": "quadratic", "center": [1, 0], "curvature": [[2, 0.5], [0.5, -0.3]]}}),
]


@pytest.mark.parametrize(("law", "expression"), CLOSED)
@pytest.mark.parametrize("t", [0.9, 0.4, 0.05])
def test_closed_form_equals_sums_over_a_grid(law: Mixture, expression: str, t: float) -> None:
    r = reward(expression, law)
    tilted, log_mean = tilt_with_mean(law, r)
    assert isinstance(tilted, Mixture)
    sums = Sums(law, r, *((20_001, 25.0) if law.dimension == 1 else (601, 14.0)))
    assert log_mean == pytest.approx(np.log(sums.mean), abs=1e-10)
    for x in noised(law, 8, t, seed=1):
        log_ratio, gradient = sums(x.numpy(), t)
        assert float(tilted.log_density(x, t) - law.log_density(x, t)) == pytest.approx(log_ratio, abs=1e-10)
        np.testing.assert_allclose((tilted.score(x, t) - law.score(x, t)).numpy(), gradient, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("law", "expression"), CLOSED)
def test_closed_form_score_is_the_gradient_of_its_log_density(law: Mixture, expression: str) -> None:
    tilted = tilt(law, reward(expression, law))
    for t in (0.999, 0.3, 1e-4):
        x = noised(law, 50, t, seed=2).requires_grad_()
        (gradient,) = torch.autograd.grad(tilted.log_density(x, t).sum(), x)
        torch.testing.assert_close(tilted.score(x, t), gradient.detach(), rtol=1e-9, atol=1e-9)


def test_a_component_keeps_its_label() -> None:
    tilted = tilt(PLANE, reward("0.1 + exp(x)", PLANE))
    r = reward("0.1 + exp(x)", PLANE)
    means = {label: tilt_with_mean(PLANE.given(label), r).log_mean for label in PLANE.labels}
    total = sum(PLANE.class_probability(label) * np.exp(m) for label, m in means.items())
    for label, log_mean in means.items():
        expected = PLANE.class_probability(label) * np.exp(log_mean) / total
        assert tilted.class_probability(label) == pytest.approx(expected, rel=1e-12)


def test_narrow_components_far_from_the_origin_lose_no_digits() -> None:
    law = mixture([[1000.0, -1000.0]], [[[1e-6, 0], [0, 1e-6]]])
    tilted, log_mean = tilt_with_mean(law, reward("exp(-(x-1000)**2/2 + (y+1000)/10)", law))
    assert isinstance(tilted, Mixture)
    assert log_mean == pytest.approx(-0.5 * np.log1p(1e-6) + 1e-6 / 200, abs=1e-9)
    mean = tilted.components.means[0] - torch.tensor([1000.0, -1000.0])
    torch.testing.assert_close(mean, torch.tensor([0.0, 1e-7], dtype=torch.float64), rtol=1e-5, atol=1e-12)


def test_a_common_variance_is_tilted_too() -> None:
    shared = Mixture(SharedComponents(torch.tensor([[0.0], [1.0]]), 0.2), torch.zeros(2))
    full = mixture([[0.0], [1.0]], [[[0.2]], [[0.2]]])
    r = reward("1 + exp(-x**2)", full)
    x = noised(full, 30, 0.2, seed=3)
    torch.testing.assert_close(tilt(shared, r).score(x, 0.2), tilt(full, r).score(x, 0.2), rtol=1e-11, atol=1e-11)


def test_atoms_are_reweighted_for_any_reward_however_small() -> None:
    atoms = Mixture(SharedComponents(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])), torch.zeros(3))
    r = reward("exp(-90*x) * where(y > 1, 3, 1)", atoms)
    tilted, log_mean = tilt_with_mean(atoms, r)
    assert isinstance(tilted, Mixture)
    assert tilted.components is atoms.components
    torch.testing.assert_close(
        tilted.log_weights, torch.tensor([0, -90, np.log(3)]) - np.log(4 + np.exp(-90)), rtol=1e-13, atol=0
    )
    assert log_mean == pytest.approx(np.log(4 / 3), rel=1e-12)


def test_the_posterior_of_an_own_label_gives_the_conditional_law() -> None:
    tilted, log_mean = tilt_with_mean(LINE, reward({"kind": "class_probability", "label": "b"}, LINE))
    assert isinstance(tilted, Mixture)
    torch.testing.assert_close(tilted.weights, LINE.given("b").weights)
    assert log_mean == pytest.approx(np.log(LINE.class_probability("b")))


def test_the_cost_form_divides() -> None:
    r = reward("exp(-x + x**2/20)", LINE)
    up, down = tilt_with_mean(LINE, r), tilt_with_mean(LINE, Reciprocal(r))
    x, t = noised(LINE, 20, 0.0, seed=4), 0.0
    product = up.law.log_density(x, t) + down.law.log_density(x, t) + up.log_mean + down.log_mean
    torch.testing.assert_close(product, 2 * LINE.log_density(x, t), rtol=1e-11, atol=1e-11)
    assert down.law.name == "p(x) J(x) / E J"


@pytest.mark.parametrize("expression", ["exp(0.51*x**2)", "exp(abs(x)**3)", "exp(0.6*x**2) * (2 + sin(x))"])
def test_an_infinite_mean_is_refused(expression: str) -> None:
    with pytest.raises(GdvizError, match="E r infinite"):
        tilt(LINE, reward(expression, LINE))


@pytest.mark.parametrize("expression", ["exp(-0.6*x**2)", "exp(-abs(x)**3)"])
def test_an_infinite_mean_cost_is_refused_by_its_name(expression: str) -> None:
    with pytest.raises(GdvizError, match="E 1/r infinite"):
        tilt(LINE, Reciprocal(reward(expression, LINE)))


def test_a_range_too_wide_to_tabulate_is_refused() -> None:
    law = mixture([[-10.0], [10.0]], [[[0.01]]] * 2, labels=("a", "b"))
    with pytest.raises(GdvizError, match="a range of 4000 is allowed"):
        tilt(law, Reciprocal(reward({"kind": "class_probability", "label": "b"}, law)))


def test_three_dimensions_without_a_closed_form_are_refused_with_what_would_work() -> None:
    law = mixture([[0.0, 0, 0]], [torch.eye(3).tolist()])
    with pytest.raises(GdvizError, match=r"3 dimensions.*use bumps"):
        tilt(law, reward("1 + tanh(x)", law))
    assert tilt(law, reward("1 + exp(x)", law)).dimension == 3


made_once = cache(lambda make: make())


class TestPairs:
    """A pair is the same however the work is shared."""

    tilts = (
        (LINE, lambda: tilt(LINE, reward("0.1 + exp(-x**2)", LINE))),
        (PLANE, lambda: tilt(PLANE, reward("0.1 + exp(-x**2)", PLANE))),
        (PLANE, lambda: GridTilt(PLANE, reward("1 + tanh(2*x - y)/2", PLANE), "grid")),
        (LINE, lambda: GridTilt(LINE, reward("1 + tanh(x)/2", LINE), "grid")),
    )

    @pytest.mark.parametrize(("base", "make"), tilts)
    @pytest.mark.parametrize("swapped", [False, True])
    def test_equals_two_separate_evaluations(self, base: Mixture, make: Callable[[], Mixture | GridTilt], swapped: bool) -> None:
        tilted = made_once(make)
        toward, away = (base, tilted) if swapped else (tilted, base)
        for t in (0.99, 0.3, 1e-3):
            x = noised(base, 200, t, seed=5)
            score, push, log_ratio = pair(toward, away)(x, t)
            scale = 1 / t**0.5
            torch.testing.assert_close(score, toward.score(x, t), rtol=1e-10, atol=1e-12 * scale)
            torch.testing.assert_close(push, toward.score(x, t) - away.score(x, t), rtol=1e-9, atol=1e-11 * scale)
            assert log_ratio is not None
            torch.testing.assert_close(log_ratio(), toward.log_density(x, t) - away.log_density(x, t), rtol=1e-9, atol=1e-10)

    def test_the_swapped_reward_of_a_constant_pushes_nowhere(self) -> None:
        class Constant(Reward):
            def log(self, x: torch.Tensor) -> torch.Tensor:
                return torch.full(x.shape[:-1], 0.7, dtype=x.dtype)

        tilted = GridTilt(PLANE, Constant(), "grid")
        _, push, log_ratio = pair(PLANE, tilted)(noised(PLANE, 50, 0.3, seed=6), 0.3)
        assert log_ratio is not None
        assert float(push.abs().max()) < 1e-10
        assert float(log_ratio().abs().max()) < 1e-10


def test_a_table_over_very_many_components_is_refused_before_work() -> None:
    target = {"kind": "circles", "n": 6000, "noise": 0.01}
    law = TARGETS.parse(target).build()
    with pytest.raises(GdvizError, match=r"^reward: found a mixture of \d+,\d+ components .* at most 4,000 components are"):
        tilt(law, reward("0.1 + sigmoid(6*sin(3*theta))", law))
