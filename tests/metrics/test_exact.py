"""Exact values: against the independent reference numbers, textbook integrals, and what must stay unknown."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from gdviz.experiment import Experiment
from gdviz.metrics.exact import ExactValues, exact_values, variance_of_reciprocal

DATA = Path(__file__).parent.parent / "data"

LINE = [
    {"weight": 1, "mean": [0], "covariance": [[1.0]], "label": "a"},
    {"weight": 2, "mean": [2], "covariance": [[0.3]], "label": "b"},
]


def build(guidance: dict[str, Any], target: Any = None, sampler: dict[str, Any] | None = None) -> tuple[Any, Any]:
    target = {"kind": "gaussian_mixture", "components": LINE} if target is None else target
    description = {"target": target, "guidance": guidance, "w": [0, 1]}
    built = Experiment.parse(description | ({"sampler": sampler} if sampler else {})).build()
    return built.plan, built.sampler


def exact(*args: Any, **kwargs: Any) -> ExactValues:
    return exact_values(*build(*args, **kwargs))


def density(x: float) -> float:
    return (stats.norm.pdf(x, 0, 1) + 2 * stats.norm.pdf(x, 2, 0.3**0.5)) / 3


def mean(f: Any, points: tuple[float, ...] = ()) -> float:
    return integrate.quad(lambda x: f(x) * density(x), -12, 12, limit=500, points=points, epsabs=1e-13, epsrel=1e-12)[0]


def of_reward(expression: str, form: str = "reward") -> dict[str, Any]:
    return {"kind": "reward", "form": form, "reward": {"kind": "expression", "expression": expression}}


@pytest.mark.parametrize("name", ["figure1_stand_in", "surrounded_class", "swiss_roll_reward"])
def test_the_reference_cases(name: str) -> None:
    built = Experiment.from_json((DATA / f"{name}.json").read_text()).build()
    expected = json.loads((DATA / f"{name}.expected.json").read_text())["exact"]
    found = exact_values(built.plan, built.sampler)
    for key, value in expected.items():
        assert getattr(found, key) == pytest.approx(value, rel=1e-10), key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "f", "points"),
    [
        ("0.05 + exp(-(x-2)**2/8)", lambda x: 0.05 + math.exp(-((x - 2) ** 2) / 8), ()),
        ("exp(x/2 - x**2/9)", lambda x: math.exp(x / 2 - x**2 / 9), ()),
        ("1 + tanh(3*x)/2", lambda x: 1 + math.tanh(3 * x) / 2, ()),
        ("where(x > 0.3, 2, 0.1)", lambda x: 2 if x > 0.3 else 0.1, (0.3,)),
    ],
)
def test_reward_guidance_against_scipy(expression: str, f: Any, points: tuple[float, ...]) -> None:
    first, square, reciprocal = mean(f, points), mean(lambda x: f(x) ** 2, points), mean(lambda x: 1 / f(x), points)
    seek, avoid = exact(of_reward(expression)), exact(of_reward(expression, "cost"))
    assert seek.mean_reward_w0 == pytest.approx(first, rel=1e-6)
    assert seek.mean_reciprocal_w0 == pytest.approx(reciprocal, rel=1e-6)
    assert seek.mean_reward_w1 == pytest.approx(square / first, rel=1e-6)
    slope = 2 * (mean(lambda x: f(x) * math.log(f(x)), points) - first * math.log(first))
    assert seek.slope_mean_reward_w0 == pytest.approx(slope, rel=1e-6)
    assert seek.slope_mean_reciprocal_w0 is None
    assert avoid.mean_reciprocal_w0 == pytest.approx(reciprocal, rel=1e-6)
    fall = 2 * (mean(lambda x: -math.log(f(x)) / f(x), points) - reciprocal * math.log(reciprocal))
    assert avoid.slope_mean_reciprocal_w0 == pytest.approx(-fall, rel=1e-6)
    assert (avoid.mean_reward_w1, avoid.slope_mean_reward_w0) == (None, None)


def test_cfg_against_scipy() -> None:
    def given(x: float) -> float:
        return float(stats.norm.pdf(x, 2, 0.3**0.5))

    found = exact({"kind": "cfg", "label": "b"})
    reward = integrate.quad(lambda x: given(x) * (2 / 3) * given(x) / density(x), -12, 12, points=(2,), epsabs=1e-13)[0]
    kl = integrate.quad(lambda x: density(x) * (math.log(density(x)) - stats.norm.logpdf(x, 2, 0.3**0.5)), -12, 12, epsabs=1e-12)[
        0
    ]
    assert found.mean_reciprocal_w0 == pytest.approx(1.5)
    assert found.mean_reward_w0 == pytest.approx(reward, rel=1e-9)
    assert found.slope_mean_reciprocal_w0 == pytest.approx(-2 * 1.5 * kl, rel=1e-9)
    assert (found.mean_reward_w1, found.slope_mean_reward_w0) == (None, None)


@pytest.mark.parametrize("half", [0.5, 1.0, 2.0])
def test_the_variance_of_the_reciprocal_of_two_gaussians(half: float) -> None:
    """1/p(c|x) = 1 + exp(-2 d x) with x ~ N(d, 1): variance exp(4 d^2) - 1."""
    components = [{"mean": [sign * half], "covariance": [[1.0]], "label": label} for sign, label in ((1, "c"), (-1, "other"))]
    plan, _ = build({"kind": "cfg", "label": "c"}, {"kind": "gaussian_mixture", "components": components})
    assert variance_of_reciprocal(plan) == pytest.approx(math.exp(4 * half**2) - 1, rel=1e-8)


def test_an_infinite_variance_is_none() -> None:
    """p(. | b) is narrower than p: 1/p(b | x) grows like exp(x^2), faster than p(. | b)'s tail squared allows."""
    plan, _ = build({"kind": "cfg", "label": "b"})
    assert variance_of_reciprocal(plan) is None
    assert exact_values(*build({"kind": "cfg", "label": "b"})).mean_reciprocal_w0 == pytest.approx(1.5)


def test_labelled_atoms_with_separate_supports_have_no_mean_reciprocal() -> None:
    atoms = {"kind": "points", "points": [[0, 0], [1, 0], [0, 1]], "labels": ["a", "a", "b"]}
    found = exact({"kind": "cfg", "label": "a"}, atoms)
    assert (found.mean_reciprocal_w0, found.slope_mean_reciprocal_w0) == (None, None)
    assert found.mean_reward_w0 == pytest.approx(1)


def test_atoms_that_share_places_have_one() -> None:
    points = [[0, 0], [1, 0], [0, 0], [1, 0]]
    atoms = {"kind": "points", "points": points, "labels": ["a", "a", "b", "b"], "weights": [1, 3, 2, 2]}
    found = exact({"kind": "cfg", "label": "a"}, atoms)
    assert found.mean_reciprocal_w0 == pytest.approx(2)
    p, given = np.array([3, 5]) / 8, np.array([1, 3]) / 4
    assert found.slope_mean_reciprocal_w0 == pytest.approx(-2 * 2 * float((p * np.log(p / given)).sum()))


def test_slopes_need_unit_noise_and_a_constant_schedule() -> None:
    guidance = of_reward("exp(x/2)")
    ode = exact(guidance, sampler={"kind": "ddim", "eta": 0})
    assert ode.slope_mean_reward_w0 is None
    assert ode.mean_reward_w1 == pytest.approx(exact(guidance).mean_reward_w1)
    timed = exact(guidance | {"schedule": {"kind": "linear"}})
    assert (timed.slope_mean_reward_w0, timed.mean_reward_w1) == (None, None)
    assert timed.mean_reward_w0 == pytest.approx(exact(guidance).mean_reward_w0)


def test_closed_forms_in_five_dimensions_and_none_where_there_is_none() -> None:
    target = {"kind": "gaussian_mixture", "components": [{"mean": [1] * 5, "covariance": np.eye(5).tolist(), "label": "a"}]}
    found = exact(of_reward("exp(x0/2)"), target)
    shifted = 0.5 + 0.125  # log E exp(x/2), x ~ N(1, 1)
    assert found.mean_reward_w0 == pytest.approx(math.exp(shifted))
    assert found.mean_reward_w1 == pytest.approx(math.exp(1.5 - shifted))
    assert found.slope_mean_reward_w0 == pytest.approx(2 * math.exp(shifted) * 0.125)  # KL of N(1.5, 1) from N(1, 1)
    assert exact(of_reward("1 + exp(x0/2)"), target).slope_mean_reward_w0 is None


@pytest.mark.slow
def test_what_is_measured_need_not_be_what_guides() -> None:
    plan, sampler = build(of_reward("exp(x/2)"))
    other, _ = build(of_reward("2 + tanh(x)"))
    found = exact_values(plan, sampler, measured=other.reward)
    assert found.mean_reward_w0 == pytest.approx(mean(lambda x: 2 + math.tanh(x)), rel=1e-9)
    assert (found.slope_mean_reward_w0, found.mean_reward_w1) == (None, None)


def test_without_guidance_there_is_nothing_to_know() -> None:
    assert exact({"kind": "none"}) == ExactValues()


def test_a_reward_that_jumps_along_a_curve() -> None:
    """r = 0.1 + (y > |x|) on N(0, I): 1.1 on a quarter of it."""
    built = Experiment.from_json((DATA / "cases" / "reward_by_formula" / "v_shape.json").read_text()).build()
    found = exact_values(built.plan, built.sampler)
    assert found.mean_reward_w0 == pytest.approx(0.35, rel=1e-9)
    assert found.mean_reciprocal_w0 == pytest.approx(7.5 + 0.25 / 1.1, rel=1e-9)
    assert found.mean_reward_w1 == pytest.approx((1.21 / 4 + 0.03 / 4) / 0.35, rel=1e-9)
    entropy = 1.1 * math.log(1.1) / 4 + 0.3 * math.log(0.1) / 4
    assert found.slope_mean_reward_w0 == pytest.approx(2 * (entropy - 0.35 * math.log(0.35)), rel=1e-9)
