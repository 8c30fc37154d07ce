"""Expressions and compositions that are sums of exponentials of quadratics are recognised as such."""

from __future__ import annotations

import pytest
import torch

from gdviz.rewards import MAX_TERMS, REWARDS, Exponentials, Potential, Reward, RewardContext


def points(d: int = 2) -> torch.Tensor:
    return torch.randn(100, d, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def build(description: dict, d: int = 2) -> Reward | Potential:
    return REWARDS.parse(description).build(RewardContext(d))


def expression(text: str, d: int = 2) -> Reward | Potential:
    return build({"kind": "expression", "expression": text}, d)


@pytest.mark.parametrize(
    "text, m",
    [
        ("3", 1), ("exp(x)", 1), ("0.05 + exp(-((x-2)**2 + (y-1)**2)/8)", 2), ("exp(-radius**2/2)", 1),
        ("2*exp(x*y) + exp(-y)/4 + 1", 3), ("exp(x)*exp(-y**2)", 1), ("(1 + exp(x))*(1 + exp(y))", 4), ("(1 + exp(x))**3", 8),
        ("exp(x)**-2.5", 1), ("sqrt(exp(x + y))", 1), ("e**(-x**2/2)", 1), ("2**x", 1), ("1/exp(x)", 1),
        ("(exp(x) + exp(y))/exp(x**2)", 2), ("exp((x + 2*y - 1)**2/8)", 1), ("exp(-(x - y)*(x + y)*0.5/2 - -x)", 1),
        ("exp(x)**1 + exp((2*x)**1)", 2),
    ],
)  # fmt: skip
def test_expressions_recognised(text, m):
    reward = expression(text)
    terms = reward.exponentials()
    assert len(terms.constant) == m
    torch.testing.assert_close(terms.log(points()), reward.log(points()), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "text",
    [
        "x", "0", "-1", "1 - exp(x)", "exp(x**3)", "exp(x*x*y)", "exp(1/x)", "exp(radius)", "exp(abs(x))", "1/(1 + exp(x))",
        "sigmoid(x)", "(1 + exp(x))**0.5", "(1 + exp(x))**2.5", "sqrt(1 + exp(x))", "max(exp(x), 1)",
        "exp(where(x > 0, x, y))", "x*exp(x)", "exp(x)**y", "x**2", "exp(theta)",
    ],
)  # fmt: skip
def test_expressions_not_recognised(text):
    assert expression(text).exponentials() is None


@pytest.mark.parametrize("text", ["-x**2/100 - y**2", "x", "3", "2*x - y + 1", "-(x-1)*(y-2)/3", "-radius**2", "(x + y)**2 - -1"])
def test_quadratic_expressions_inside_exp(text):
    reward = build({"kind": "exp", "strength": 1.7, "of": {"kind": "expression", "expression": text}})
    terms = reward.exponentials()
    assert len(terms.constant) == 1
    torch.testing.assert_close(terms.log(points()), 1.7 * expression(text)(points()), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("text", ["x**3", "radius", "sin(x)", "x*x*x", "1/x", "x**2*y", "abs(x)", "theta"])
def test_other_expressions_inside_exp(text):
    assert build({"kind": "exp", "of": {"kind": "expression", "expression": text}}).exponentials() is None


def test_radius_in_one_dimension():
    terms = expression("exp(-radius**2)", d=1).exponentials()
    torch.testing.assert_close(terms.log(points(1)), -(points(1)[:, 0] ** 2))


def test_too_many_terms_give_up_the_closed_form_and_not_the_reward():
    factor = {"kind": "bumps", "bumps": [{"center": [i, 0]} for i in range(11)]}
    pair = build({"kind": "product", "of": [factor, factor]})
    triple = build({"kind": "product", "of": [factor, factor, factor]})
    assert len(pair.exponentials().constant) == 121
    assert MAX_TERMS < 11**3 and triple.exponentials() is None
    torch.testing.assert_close(triple.log(points()), 3 * build(factor).log(points()))
    many = {"kind": "bumps", "bumps": [{"center": [i, 0]} for i in range(600)]}
    assert build({"kind": "sum", "of": [many, many]}).exponentials() is None


def test_a_part_without_closed_form_leaves_none():
    bump, other = {"kind": "bumps", "bumps": [{"center": [0, 0]}]}, {"kind": "expression", "expression": "1 + abs(x)"}
    for name in ("sum", "product"):
        for of in ([bump, other], [other, bump]):
            assert build({"kind": name, "of": of}).exponentials() is None


@pytest.mark.parametrize("constant, m", [(0.5, 2), (0, 1), (-0.01, None)])
def test_shift(constant, m):
    terms = build({"kind": "shift", "constant": constant, "of": {"kind": "bumps", "bumps": [{"center": [0, 0]}]}}).exponentials()
    assert (None if terms is None else len(terms.constant)) == m


def test_power_of_several_terms_is_refused():
    one = Exponentials(torch.zeros(1), torch.ones(1, 2), torch.eye(2)[None])
    assert one.plus(one).power(2) is None
    assert torch.equal(one.power(-2).curvature, -2 * one.curvature)
