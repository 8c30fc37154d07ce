"""What a reader typed is shown as typed: no sign of it is taken for markup."""

from __future__ import annotations

import re

import pytest
from as_read import as_read

from gdviz.ui.parts.as_typed import as_typed

TYPED = [
    "(x-1)(y-1)", "*a*", "**a**", "$x$", "_b_", "`c`", "a product written with *, such as 2*(x + 1)", "p(x | b)", "[a](b)", "<b>",
    ":red[a]", ":material/error:", ":smile:", "y >= x", "x -> y", "a -- b", "~~a~~", "# a", "1. a", "- a", "a & b",
    "\\a", "![a](b)",
]  # fmt: skip


@pytest.mark.parametrize("text", TYPED)
def test_every_sign_is_still_there(text):
    assert as_read(as_typed(text)) == text


@pytest.mark.parametrize("text", TYPED)
def test_no_sign_is_left_to_be_read_as_markup(text):
    bare = re.sub(r"(?<!\\)`[^`]+`|\\.", "", as_typed(text))
    assert not re.search(r"[*_`$|~#<>\[\]:&]", bare)
    assert not re.match(r"[-+] |\d+\. ", bare)


def test_plain_words_stay_as_they_are():
    assert as_typed("w = 0.5 is listed twice; every w is listed once.") == "w = 0.5 is listed twice; every w is listed once."
