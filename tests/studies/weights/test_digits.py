"""Learned weights on digits: every method is sampled for itself, searches are counted, and the numbers are JSON."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gdviz.papers.digit_readings import reference
from gdviz.studies.weights.contest import LEARNED
from gdviz.studies.weights.digits import FULL, PUBLISHED, QUICK, SEARCHES, DigitWeights, compare, markdown


@pytest.fixture
def compared(tmp_path, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    return compare(QUICK)


@pytest.mark.verify
def test_the_small_comparison_has_every_method(compared):
    table = compared.lines
    assert [line.method for line in table] == ["none", *SEARCHES, *LEARNED]
    assert len({line.frechet for line in table if line.method not in SEARCHES}) == 3  # a search may pick w = 0
    searched = {line.method: line.search for line in table}
    assert all(searched[name] == 10 * len(QUICK.constants) for name in SEARCHES) and searched["learned"] == 0
    none = table[0]
    learned = next(line for line in table if line.method == "learned")
    middle = sum(learned.learned_less_it) + sum(none.learned_less_it)
    assert middle / 2 == pytest.approx(learned.mean - none.mean)
    assert compared.points == 398 and DigitWeights.from_json(compared.to_json()) == compared
    # images of a network that hardly learned are farther from real ones than real ones are from each other
    assert none.mean > 2 * reference().floor.high and math.isfinite(none.se)


def test_the_docs_hold_the_comparison_that_came_with_the_program():
    table = DigitWeights.shipped()
    assert {line.denoiser_steps for line in table.lines} == set(FULL.denoiser_steps)
    assert all(len(line.frechet) == len(FULL.seeds) for line in table.lines)
    docs = (Path(__file__).parents[3] / "docs" / "digits.md").read_text(encoding="utf-8")
    assert markdown(table) in docs and PUBLISHED in docs.replace("\n", " ")
