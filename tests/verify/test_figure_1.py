"""Figure 1 as the command makes it, at the paper's size, against an independent simulation."""

from __future__ import annotations

import math

import pytest
from verify.test_reference import ROUNDING, TABLE

from gdviz.papers import figure_1
from gdviz.papers.make import make

pytestmark = pytest.mark.verify


def test_figure_1_is_the_reference_table(verify_result):
    """4000 steps, 10^4 trials: within 3 combined standard errors, the step change and the table's rounding."""
    figure = make(1)
    found = {(value.quantity, value.w): value for value in figure.values if value.kind == "estimated"}
    assert not figure.quick and "Quick" not in figure.sentence
    for w, (mean, improved) in TABLE.items():
        for quantity, expected in ((figure_1.MEAN, mean), (figure_1.IMPROVED, improved)):
            if w not in figure_1.W or expected is None:
                continue
            value = found[quantity, w]
            se = math.sqrt(2) * value.standard_error  # the table's runs have as many trials
            verify_result(f"Figure 1, {quantity} at w = {w:g}", value.value, expected, se)
            assert abs(value.value - expected) <= 3 * se + value.step_change + ROUNDING, (quantity, w)


def test_the_table_is_on_the_figures_grid():
    assert set(TABLE) <= set(figure_1.W)
