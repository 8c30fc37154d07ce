"""A decimal comma is never taken for two numbers in silence."""

from __future__ import annotations

import pytest

from gdviz.number_text import parse_numbers
from gdviz.ui.parts.number_list import decimal_comma


@pytest.mark.parametrize("text", ["0,5", "0; 0,5", "0,5, 1,5", "-0,5", " 0,25 "])
def test_a_remark(text):
    assert "a comma separates numbers. Write " in (decimal_comma(text) or "")


@pytest.mark.parametrize("text", ["0, 5", "0,1,3", "0, 0.5, 1", "0;1;2", "", "0", "0,0.5,1", "x,y"])
def test_no_remark(text):
    assert decimal_comma(text) is None


def test_the_remark_names_both_readings():
    assert decimal_comma("0,5") == (
        "0,5 is read as the two numbers 0 and 5: a comma separates numbers. Write 0.5 for the one number."
    )
    assert parse_numbers("0,5") == [0.0, 5.0]
