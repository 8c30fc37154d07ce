"""Three experiments against numbers of an independent float64 simulation, and against exact values."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import pytest

from gdviz import Experiment, Result, run

pytestmark = pytest.mark.slow  # one run behind all of them

CASES = Path(__file__).parent / "data"
NAMES = ("figure1_stand_in", "surrounded_class", "swiss_roll_reward")
FIELDS = {"mean_reward": "se_reward", "mean_reciprocal": "se_reciprocal", "improved": "se_improved"}


def expected(name: str) -> dict:
    return json.loads((CASES / f"{name}.expected.json").read_text())


@cache
def result(name: str) -> Result:
    return run(Experiment.from_json((CASES / f"{name}.json").read_text()))


def checks():
    return [
        (name, k, field) for name in NAMES for k, row in enumerate(expected(name)["rows"]) for field in FIELDS if field in row
    ]


@pytest.mark.parametrize(("name", "k", "field"), checks())
def test_rows_agree_with_the_reference(name, k, field):
    """Within 4 combined standard errors plus the step change."""
    theirs, ours = expected(name)["rows"][k], result(name).rows[k]
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
def test_exact_values_agree_with_the_reference(name):
    ours = result(name).exact
    assert ours is not None
    for field, value in expected(name)["exact"].items():
        assert getattr(ours, field) == pytest.approx(value, rel=1e-6), field


@pytest.mark.parametrize("name", NAMES)
def test_the_identity_predicts_the_mean(name):
    """Within 4 standard errors of each side plus both step changes."""
    compared = 0
    for row in result(name).rows:
        if row.identity is None or getattr(row, row.identity.of) is None:
            continue
        se = row.se_reward if row.identity.of == "mean_reward" else row.se_reciprocal
        tolerance = 4 * math.hypot(se, row.identity.se) + row.step_change + row.step_changes.identity
        assert getattr(row, row.identity.of) == pytest.approx(row.identity.value, abs=tolerance), row.w
        compared += 1
    assert compared >= 4
