"""What mends a refused reward, as whole rewards: each of them passes where the first was refused."""

from __future__ import annotations

import pytest
import torch
from rewards.test_positivity import POINTS, REPAIRABLE, expression

from gdviz.rewards import (
    REWARDS,
    Potential,
    RewardContext,
    RewardKind,
    RewardRefused,
    build_reward,
    check_gives_reward,
    check_positive,
)


def parsed(description: dict) -> RewardKind:
    kind = REWARDS.parse(description)
    assert isinstance(kind, RewardKind)
    return kind


def refused(description: dict) -> RewardRefused:
    kind = parsed(description)
    with pytest.raises(RewardRefused) as error:
        check_gives_reward(kind)
        check_positive(build_reward(kind, RewardContext(2)), POINTS, kind)
    return error.value


@pytest.mark.parametrize("description", REPAIRABLE, ids=str)
def test_every_repair_is_a_whole_reward_that_passes(description):
    repairs = refused(description).repairs
    assert len(repairs) == 2
    for repair in repairs:
        check_positive(build_reward(repair.reward, RewardContext(2)), POINTS)


def test_a_formula_stays_a_formula_and_the_button_shows_it():
    error = refused(expression("sin(3*x)"))
    assert [repair.words for repair in error.repairs] == ["Use exp(sin(3*x))", "Use 1.1 + (sin(3*x))"]
    assert [repair.reward.expression for repair in error.repairs] == ["exp(sin(3*x))", "1.1 + (sin(3*x))"]
    assert "above 0 wherever the target has mass." in error.found and "exp" not in error.found


def test_in_a_sum_the_part_at_fault_is_mended_and_the_others_stay():
    good, bad = expression("2 + sin(x)"), expression("x" + " + 0*x" * 30)  # too long to be mended as a formula
    whole = {"kind": "product", "of": [good, {"kind": "sum", "of": [expression("1"), bad]}]}
    for repair, kind in zip(refused(whole).repairs, ("exp", "shift"), strict=True):
        outer, inner = repair.reward.of[0], repair.reward.of[1].of
        assert outer == parsed(good) and inner[0] == parsed(expression("1"))
        assert inner[1].kind_name() == kind and inner[1].of == parsed(bad)


HALF, UP = {"kind": "half_plane", "normal": [1, 0]}, {"kind": "linear", "direction": [0, 1]}


@pytest.mark.parametrize(
    "description",
    [
        HALF,
        {"kind": "sum", "of": [expression("1"), UP]},
        {"kind": "exp", "of": {"kind": "product", "of": [HALF, expression("2")]}},
    ],
    ids=str,
)
def test_potentials_where_rewards_must_stand_go_inside_exp(description):
    (repair,) = refused(description).repairs
    built = build_reward(repair.reward, RewardContext(2))
    assert not isinstance(built, Potential) and bool(torch.isfinite(built.log(POINTS)).all())
    check_gives_reward(repair.reward)


def test_potentials_inside_exp_and_shift_are_as_they_should_be():
    for kind in ({"kind": "exp", "of": HALF}, {"kind": "shift", "constant": 1, "of": HALF}):
        check_gives_reward(parsed(kind))


def test_what_is_not_finite_has_no_repair():
    assert refused(expression("log(x)")).repairs == ()
