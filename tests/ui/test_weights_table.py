"""The larger table on the page of learned weights: the rows of the denoiser that is shown, and the verdict."""

from __future__ import annotations

from as_read import as_read
from streamlit.testing.v1 import AppTest

from gdviz.ui.weights.table import shipped_table


def script(denoiser: str) -> None:
    from gdviz.studies.weights.table import METHODS, TableContest, WeightsTable
    from gdviz.ui.weights import table as weights_table
    from gdviz.ui.weights.choice import WeightsChoice

    contests = [
        TableContest(steps, seed, {name: (k + 1) * 0.01 + 0.001 * seed for k, name in enumerate(METHODS)}, {}, {}, {})
        for steps in (80, 4000)
        for seed in (20, 21)
    ]
    weights_table.shipped_table = lambda: WeightsTable.of(contests)
    weights_table.show_table(WeightsChoice("rings", denoiser, "paper", 1000, 3, 600))


def test_the_rows_of_one_denoiser_and_the_verdict_are_shown():
    from gdviz.studies.weights.table import METHODS

    page = AppTest.from_function(script, args=("80",), default_timeout=120).run()
    assert not page.exception
    assert page.expander[0].label.startswith("The larger table: seeds 20 to 21")
    (table,) = page.dataframe
    assert list(table.value["guidance"]) == list(METHODS) and set(table.value["denoiser steps"]) == {"80"}
    assert table.value["energy distance x 1000"][0] == "30.5 ± 0.5"
    assert "80 steps: learned is farther than" in as_read(page.markdown[0].value)


def test_nothing_is_shown_where_the_table_says_nothing():
    page = AppTest.from_function(script, args=("100",), default_timeout=120).run()
    assert not page.exception and not page.expander


def test_the_table_that_came_with_the_program_can_be_read():
    found = shipped_table()
    assert {line.denoiser_steps for line in found.lines} == {80, 100, 4000} and found.verdict
