"""What has no spread has no tail and no error."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gdviz import run
from gdviz.metrics.mean import is_flat, mean
from gdviz.metrics.skewness import skewness

CONSTANT = json.loads((Path(__file__).parents[1] / "data" / "cases" / "reward_constant.json").read_text())


@pytest.mark.parametrize("formula", ["3", "3 + 0*x", "3*(sin(x)**2 + cos(x)**2)"])
def test_a_constant_reward_has_its_mean_at_every_w(formula):
    CONSTANT["guidance"]["reward"]["expression"] = formula
    for row in run({**CONSTANT, "particles": 100, "sampler": {"kind": "ddpm", "steps": 10}}).rows:
        assert row.mean_reciprocal == pytest.approx(1 / 3, abs=1e-12)
        assert row.se_reciprocal == 0 and row.se_reward == 0
        assert row.tail is not None and row.tail.reliable and row.tail.skewness == 0


def test_values_that_differ_by_rounding_have_no_spread():
    values = np.full(500, 1 / 3)
    values[::2] = np.nextafter(values[0], 1)
    assert is_flat(values) and mean(values).se == 0 and skewness(values) == 0
    assert not is_flat(values * np.linspace(1, 1 + 1e-9, 500))
