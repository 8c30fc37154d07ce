"""A reward on a law before anything runs: against scipy's quadrature, sums in numpy, and Monte Carlo in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from gdviz.errors import GdvizError
from gdviz.laws import Law
from gdviz.metrics.reward_grid import reward_grid
from gdviz.metrics.reward_summary import DRAWS, RewardSummary, reward_summary
from gdviz.rewards import REWARDS, RewardContext, RewardKind, RewardRefused, build_reward
from gdviz.targets import TARGETS, TargetKind

FALSE_ALARM = 1e-6
Z = -stats.norm.ppf(FALSE_ALARM / 2)

LINE = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0], "covariance": [[1.0]], "label": "a"},
        {"weight": 2, "mean": [2], "covariance": [[0.3]], "label": "b"},
    ],
}
POINTS = {"kind": "points", "points": [[0, 0], [1, 0], [0, 2], [1, 3]], "weights": [1, 2, 3, 4]}
SPACE = {"kind": "gaussian_mixture", "components": [{"mean": [0, 0, 0], "covariance": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}]}
NORMAL = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1.0]]}]}


def law_of(target: Any) -> Law:
    kind = TARGETS.parse(target)
    assert isinstance(kind, TargetKind)
    return kind.build()


def reward_of(reward: Any) -> RewardKind:
    kind = REWARDS.parse({"kind": "expression", "expression": reward} if isinstance(reward, str) else reward)
    assert isinstance(kind, RewardKind)
    return kind


def summary(target: Any, reward: Any) -> RewardSummary:
    return reward_summary(law_of(target), reward_of(reward))


def density(x: float) -> float:
    return (stats.norm.pdf(x, 0, 1) + 2 * stats.norm.pdf(x, 2, 0.3**0.5)) / 3


def mean(f: Any, points: tuple[float, ...] = ()) -> float:
    return integrate.quad(lambda x: f(x) * density(x), -12, 12, limit=500, points=points, epsabs=1e-13, epsrel=1e-12)[0]


@pytest.mark.parametrize(
    ("text", "f", "points", "source"),
    [
        ("0.05 + exp(-(x-2)**2/8)", lambda x: 0.05 + math.exp(-((x - 2) ** 2) / 8), (), "closed form"),
        ("exp(x/2 - x**2/9)", lambda x: math.exp(x / 2 - x**2 / 9), (), "closed form"),
        ("1 + tanh(3*x)/2", lambda x: 1 + math.tanh(3 * x) / 2, (), "grid"),
        ("exp(2*abs(x))", lambda x: math.exp(2 * abs(x)), (0,), "grid"),  # E r^2 lies beyond the first box
        ("where(x > 0.3, 2, 0.1)", lambda x: 2 if x > 0.3 else 0.1, (0.3,), "grid"),
    ],
)
def test_on_a_line_mean_and_share_are_those_of_quadrature(text: str, f: Any, points: tuple[float, ...], source: str) -> None:
    found = summary(LINE, text)
    first, second = mean(f, points), mean(lambda x: f(x) ** 2, points)
    assert found.mean is not None and found.data_share is not None and found.refusal is None
    assert found.mean.source == found.data_share.source == source
    for known, truth in ((found.mean, first), (found.data_share, first**2 / second)):
        assert abs(known.value - truth) <= known.error + 1e-9 * truth
        assert known.error <= 0.01 * truth


@pytest.mark.parametrize("target", [{"kind": "moons"}, {"kind": "ring"}, {"kind": "spiral"}])
@pytest.mark.parametrize("text", ["0.1 + (radius < 2)", "0.2 + sigmoid(4*x - 8*y)", "exp(x - y**2/3)"])
def test_in_the_plane_they_are_those_of_samples(target: Any, text: str) -> None:
    """Within the grid's own error and Z standard errors of 200,000 samples, which numpy evaluates and averages."""
    law, kind = law_of(target), reward_of(text)
    found = reward_summary(law, kind)
    x, y = law.sample(200_000, torch.Generator().manual_seed(5)).x.numpy().T
    functions = {"radius": np.hypot(x, y), "sigmoid": lambda v: 1 / (1 + np.exp(-v)), "exp": np.exp, "x": x, "y": y}
    r = eval(text, functions)
    first, second = r.mean(), (r**2).mean()
    se_share = (2 * r / first - r**2 / second).std() / math.sqrt(len(r)) * first**2 / second
    assert found.mean is not None and found.data_share is not None
    assert abs(found.mean.value - first) <= found.mean.error + Z * r.std() / math.sqrt(len(r))
    assert abs(found.data_share.value - first**2 / second) <= found.data_share.error + Z * se_share


def test_points_are_summed() -> None:
    found = summary(POINTS, "1 + x + y**2")
    r, p = np.array([1, 2, 5, 11.0]), np.array([0.1, 0.2, 0.3, 0.4])
    assert found.mean is not None and found.data_share is not None
    assert found.mean.source == "the points" and found.mean.error == 0
    assert found.mean.value == pytest.approx(p @ r, rel=1e-12)
    assert found.data_share.value == pytest.approx((p @ r) ** 2 / (p @ r**2), rel=1e-12)
    assert (found.least.value, found.least.at, found.most.value, found.most.at) == (1, (0, 0), 11, (1, 3))


def test_a_class_probability_has_the_prior_as_its_mean() -> None:
    found = summary(LINE, {"kind": "class_probability", "label": "b"})
    assert found.mean is not None and found.data_share is not None
    assert found.mean.value == pytest.approx(2 / 3, rel=1e-12) and found.mean.source == "closed form"
    second = mean(lambda x: (2 / 3 * stats.norm.pdf(x, 2, 0.3**0.5) / density(x)) ** 2)
    assert abs(found.data_share.value - (2 / 3) ** 2 / second) <= found.data_share.error + 1e-9


def test_in_space_samples_are_asked_and_say_their_error() -> None:
    found = summary(SPACE, "1 + tanh(3*x0)/2")
    assert found.picture is None and found.mean is not None and found.mean.source == "samples"
    assert 0 < abs(found.mean.value - 1) <= Z / 1.96 * found.mean.error
    assert found.mean.error == pytest.approx(1.96 * math.sqrt(0.2 / DRAWS), rel=0.2)  # Var tanh(3 x) / 4 is 0.199


def test_where_e_r_squared_is_infinite_the_share_is_none_at_all_and_where_e_r_is_there_is_no_law() -> None:
    heavy = summary(NORMAL, "exp(x**2/3)")  # E r = sqrt(3), E r^2 diverges
    assert heavy.mean is not None and heavy.mean.value == pytest.approx(3**0.5, rel=1e-9)
    assert heavy.data_share is not None and heavy.data_share.value == 0
    infinite = summary(NORMAL, "exp(x**2)")
    assert infinite.mean is None and "infinite" in str(infinite.refusal) and infinite.picture is not None


def test_a_reward_that_is_not_positive_is_refused_with_the_share_of_the_target() -> None:
    found = summary(NORMAL, "sin(3*x)")
    assert isinstance(found.refusal, RewardRefused) and len(found.refusal.repairs) == 2
    assert found.mean is None and found.data_share is None
    assert abs(found.refused_share - 0.5) <= Z * 0.5 / math.sqrt(DRAWS)
    assert found.least.value == pytest.approx(-1, abs=1e-4) and found.most.value == pytest.approx(1, abs=1e-4)
    assert found.picture is not None and found.picture.tilted is None and found.picture.reward.min() < 0
    rare = summary(NORMAL, "x + 4.5")  # P(X < -4.5) = 3e-6, inside the box that must be positive
    assert rare.refusal is not None and rare.refused_share < 1e-3


def test_the_range_is_that_where_the_target_has_mass() -> None:
    ring = summary({"kind": "ring"}, "exp(x + y)")
    law = law_of({"kind": "ring"})
    reach = float(law.sample(50_000, torch.Generator().manual_seed(1)).x.sum(-1).max())
    assert math.exp(reach) <= ring.most.value < math.exp(reach + 1), "not that of the box's empty corner"


def test_what_does_not_fit_the_target_is_refused() -> None:
    with pytest.raises(RewardRefused) as bare:
        summary(NORMAL, {"kind": "linear", "direction": [1]})
    assert [repair.reward.kind_name() for repair in bare.value.repairs] == ["exp"]
    for wrong in ("exp(y)", {"kind": "bumps", "bumps": [{"center": [0, 0]}]}, {"kind": "class_probability", "label": "c"}):
        with pytest.raises(GdvizError):
            summary(NORMAL, wrong)


@pytest.mark.parametrize(
    ("target", "text"), [(LINE, "0.2 + sigmoid(4*x)"), ({"kind": "moons"}, "0.2 + sigmoid(4*x)"), (LINE, "exp(x)")]
)
def test_its_picture_holds_both_laws(target: Any, text: str) -> None:
    """Nearly all mass of either lies on it, y runs along the first axis, and the tilted law is p r / E r at every point."""
    law, kind = law_of(target), reward_of(text)
    found = reward_summary(law, kind)
    picture, first = found.picture, found.mean
    assert picture is not None and picture.tilted is not None and first is not None
    cell = math.prod(axis[1] - axis[0] for axis in picture.axes)
    assert 0.98 < picture.density.sum() * cell < 1.01 and 0.98 < picture.tilted.sum() * cell < 1.01
    x = np.stack(np.meshgrid(*picture.axes, indexing="xy"), -1).reshape(*picture.reward.shape, len(picture.axes))
    at = torch.from_numpy(x)
    reward = build_reward(kind, RewardContext(law.dimension))
    np.testing.assert_allclose(picture.density, law.log_density(at, 0.0).exp(), rtol=1e-9)
    np.testing.assert_allclose(picture.reward, reward(at), rtol=1e-9)
    np.testing.assert_allclose(picture.tilted, picture.density * picture.reward / first.value, rtol=1e-6, atol=1e-12)


def test_numbers_beyond_what_floats_hold_are_no_error() -> None:
    found = summary(LINE, "exp(1000*x)")
    assert found.mean is not None and found.mean.value == math.inf and found.data_share is not None
    assert found.data_share.value < 1e-100 and found.most.value == math.inf


def test_a_grid_that_is_too_coarse_says_so() -> None:
    """Components of width 0.003 over a box of 20: their mass is off, and samples are asked."""
    parts = [{"mean": [x, y], "covariance": [[1e-5, 0], [0, 1e-5]]} for x in (-10, 10.02) for y in (-10, 10.03)]
    law, kind = law_of({"kind": "gaussian_mixture", "components": parts}), reward_of("1 + tanh(x)/2")
    on_grid = reward_grid(law, build_reward(kind, RewardContext(2))).moment(1)
    assert on_grid is None or on_grid.relative_error > 0.02
    found = reward_summary(law, kind)
    assert found.mean is not None and found.mean.source == "samples"
    assert abs(found.mean.value - 1) <= Z / 1.96 * found.mean.error
