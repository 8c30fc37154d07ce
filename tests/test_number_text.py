"""Lists of numbers with ranges in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.number_text import MOST, parse_numbers


def test_ranges() -> None:
    assert parse_numbers("0:1:0.1") == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert parse_numbers("-1:1, 5") == [-1.0, 0.0, 1.0, 5.0]
    assert parse_numbers("3:0:-1.5") == [3.0, 1.5, 0.0]
    assert parse_numbers("2:2") == [2.0]


NO_RANGE = ["0:1:0", "1:0", "0:1:-0.1", f"0:{MOST}", "0:inf:1", "0:1:nan", "1:2:3:4", "a:b", ":", "0:1e9:1e-9"]


@pytest.mark.parametrize("text", NO_RANGE)
def test_what_is_no_range_stays_text(text: str) -> None:
    assert parse_numbers(text) == [text]


@given(st.lists(st.floats(-1e6, 1e6)))
def test_numbers_come_back(numbers: list[float]) -> None:
    assert parse_numbers(", ".join(map(repr, numbers))) == numbers


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    assert len(parse_numbers(text)) <= MOST * (text.count(",") + text.count(";") + 1)


def test_an_experiment_takes_a_range() -> None:
    scene = {"target": {"kind": "moons"}, "guidance": {"kind": "cfg", "label": "upper"}}
    assert Experiment.parse({**scene, "w": "0:2:0.5"}).w == (0, 0.5, 1, 1.5, 2)
    assert Experiment.parse({**scene, "w": "0:2:0.5"}).id == Experiment.parse({**scene, "w": [0, 0.5, 1, 1.5, 2]}).id
    with pytest.raises(GdvizError, match="'0:'"):
        Experiment.parse({**scene, "w": "0:"})
