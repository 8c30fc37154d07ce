"""Three experiments against numbers of an independent float64 simulation, and against exact values.

Two of them with a quarter of the particles by default, all in `make verify`: the tolerances follow from the standard errors.
With fewer than all the third one's 1/p has no mean to compare.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import pytest

from gdviz import Experiment, Result, run

pytestmark = [  # one run of a size behind all of them
    pytest.mark.slow,
    pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.verify, id="whole")]),
]

CASES = Path(__file__).parent / "data"
NAMES = ("figure1_stand_in", "surrounded_class", "swiss_roll_reward")
FIELDS = {"mean_reward": "se_reward", "mean_reciprocal": "se_reciprocal", "improved": "se_improved"}


def expected(name: str) -> dict:
    return json.loads((CASES / f"{name}.expected.json").read_text())


@cache
def result(name: str, whole: bool) -> Result:
    experiment = Experiment.from_json((CASES / f"{name}.json").read_text())
    share = 1 if whole or name == "surrounded_class" else 4
    return run(experiment.model_copy(update={"particles": experiment.particles // share}))


def checks():
    return [
        (name, k, field) for name in NAMES for k, row in enumerate(expected(name)["rows"]) for field in FIELDS if field in row
    ]


@pytest.mark.parametrize(("name", "k", "field"), checks())
def test_rows_agree_with_the_reference(name, k, field, whole):
    """Within 4 combined standard errors plus the step change."""
    theirs, ours = expected(name)["rows"][k], result(name, whole).rows[k]
    assert ours.w == theirs["w"]
    value = getattr(ours, field)
    if theirs[field] is None:
        assert value is None
        return
    se = theirs.get(FIELDS[field])
    if se is None:  # a proportion
        se = math.sqrt(theirs[field] * (1 - theirs[field]) / ours.particles)
    tolerance = 4 * math.hypot(se, getattr(ours, FIELDS[field])) + getattr(ours.step_changes, field)
    assert value == pytest.approx(theirs[field], abs=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_exact_values_agree_with_the_reference(name, whole):
    ours = result(name, whole).exact
    assert ours is not None
    for field, value in expected(name)["exact"].items():
        assert getattr(ours, field) == pytest.approx(value, rel=1e-6), field


@pytest.mark.parametrize("name", NAMES)
def test_the_identity_predicts_the_mean(name, whole):
    """Within 4 standard errors of each side plus both step changes."""
    compared = 0
    for row in result(name, whole).rows:
        if row.identity is None or getattr(row, row.identity.of) is None:
            continue
        se = row.se_reward if row.identity.of == "mean_reward" else row.se_reciprocal
        tolerance = 4 * math.hypot(se, row.identity.se) + row.step_change + row.step_changes.identity
        assert getattr(row, row.identity.of) == pytest.approx(row.identity.value, abs=tolerance), row.w
        compared += 1
    assert compared >= 4
