"""A reward that is not positive is refused with the point, the value and repairs that work."""

from __future__ import annotations

import json
import re

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.rewards import REWARDS, RewardContext, check_positive

POINTS = torch.cartesian_prod(torch.linspace(-3, 3, 25, dtype=torch.float64), torch.linspace(-3, 3, 25, dtype=torch.float64))


def refusal(description: dict, points: torch.Tensor = POINTS) -> str:
    kind = REWARDS.parse(description)
    with pytest.raises(GdvizError) as error:
        check_positive(kind.build(RewardContext(2)), points, kind)
    return str(error.value)


def repairs(message: str) -> list[dict]:
    """The descriptions written in the message, read back."""
    found, position = [], message.find('{"kind"')
    while position >= 0:
        description, end = json.JSONDecoder().raw_decode(message, position)
        found.append(description)
        position = message.find('{"kind"', end)
    return [description for description in found if description["kind"] in ("exp", "shift")]


def expression(text: str) -> dict:
    return {"kind": "expression", "expression": text}


REPAIRABLE = [
    expression("x"), expression("-1"), expression("0*x"), expression("(x > 0)*1"), expression("sin(x)*cos(y)"),
    expression("x**3 - 1000"), expression("-1e-9*(x > 0)"),
    {"kind": "shift", "constant": -0.5, "of": {"kind": "bumps", "bumps": [{"center": [0, 0]}]}},
    {"kind": "shift", "constant": 1, "of": {"kind": "linear", "direction": [1, 2]}},
    {"kind": "product", "of": [expression("1"), expression("(x > 0)*2")]},
]  # fmt: skip


@pytest.mark.parametrize("description", REPAIRABLE, ids=str)
def test_both_repairs_work_as_pasted(description):
    fixes = repairs(refusal(description))
    assert [fix["kind"] for fix in fixes] == ["exp", "shift"]
    for fix in fixes:
        assert REWARDS.parse(fix["of"]) == REWARDS.parse(description)
        check_positive(REWARDS.parse(fix).build(RewardContext(2)), POINTS)


def test_names_the_worst_point_and_its_value():
    message = refusal(expression("x + y/10 + 1"))
    assert "found r = -2.3 at (-3, -3), but r must be finite and above 0 wherever the target has mass" in message


def test_the_shift_is_just_enough():
    constant = repairs(refusal(expression("x")))[1]["constant"]
    assert 3 < constant <= 3 + 0.2 * 3


@pytest.mark.parametrize("text, value", [("log(x + 1)", "nan"), ("1/(x - 3)**2", "inf"), ("sqrt(x)", "nan")])
def test_a_value_that_is_not_finite_has_no_such_repair(text, value):
    message = refusal(expression(text))
    assert f"found r = {value} at (" in message
    assert "guard it" in message
    assert repairs(message) == []


def test_the_guard_it_suggests_works():
    guard = re.search(r'\{"kind": "expression", "expression": "[^"]*"\}', refusal(expression("log(x)"))).group()
    assert bool(torch.isfinite(REWARDS.parse(json.loads(guard)).build(RewardContext(2))(POINTS)).all())


@pytest.mark.parametrize("outer", ["sum", "product"])
def test_blames_the_part_and_repairs_the_part(outer):
    inner = {"kind": "sum", "of": [expression("1"), expression("x")]}
    message = refusal({"kind": outer, "of": [expression("2 + sin(x)"), inner]})
    assert message.startswith("reward.of[1].of[1]: found r = -3 at (-3, ")
    fixes = repairs(message)
    assert [fix["of"]["expression"] for fix in fixes] == ["x", "x"]
    for fix in fixes:
        mended = {"kind": outer, "of": [expression("2 + sin(x)"), {"kind": "sum", "of": [expression("1"), fix]}]}
        check_positive(REWARDS.parse(mended).build(RewardContext(2)), POINTS)


def test_positive_rewards_pass_even_where_they_underflow():
    for description in (expression("exp(-1000*radius**2)"), {"kind": "bumps", "bumps": [{"center": [0, 0], "width": 0.01}]}):
        reward = REWARDS.parse(description).build(RewardContext(2))
        assert float(reward(POINTS).min()) == 0
        check_positive(reward, POINTS)
        check_positive(reward, POINTS.float())


def test_an_overflow_elsewhere_is_not_blamed():
    message = refusal({"kind": "product", "of": [expression("exp(1000*x**2)"), expression("(x > -2.9)*1")]})
    assert message.startswith("reward: found r = 0 at (-3, ")


def test_without_the_description_the_repairs_name_a_blank():
    with pytest.raises(GdvizError, match=r'"of": \{\.\.\.\}.*"of": \{\.\.\.\}'):
        check_positive(REWARDS.parse(expression("x")).build(RewardContext(2)), POINTS)
