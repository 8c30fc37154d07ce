"""The page on the Experiment says what the program does: its examples run (its table: `test_generated_pages.py`)."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest

from gdviz import run
from gdviz.experiment import MAX_VALUES, Experiment
from gdviz.rewards._fields import MAX_NESTING, MAX_REWARDS

PAGE = (Path(__file__).parents[2] / "docs" / "experiment.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_every_block_is_of_a_kind_that_is_run():
    assert set(re.findall(r"^```(\w+)$", PAGE, flags=re.MULTILINE)) == {"json", "python"}


def test_the_other_bounds_are_the_programs():
    assert f"at most\n{MAX_VALUES:,}" in PAGE
    assert f"at most {MAX_REWARDS} rewards, nested at most {MAX_NESTING} deep" in PAGE


@pytest.mark.parametrize("block", blocks("json"))
def test_examples_run(block):
    small = Experiment.from_json(block).model_dump(mode="json") | {"particles": 100}
    small["sampler"]["steps"] = min(40, small["sampler"]["steps"])
    result = run(small)
    assert result.complete and [row.nonfinite for row in result.rows] == [0] * len(result.rows)


def test_the_first_example_names_every_key():
    assert set(json.loads(blocks("json")[0])) == set(Experiment.model_fields)


def test_sessions_print_what_is_shown():
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "docs/experiment.md", None, 0)
    assert len(test.examples) > 5
    report: list[str] = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)
