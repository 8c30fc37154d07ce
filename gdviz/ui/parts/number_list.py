"""The remark where a comma between numbers may have been meant as a decimal point."""

from __future__ import annotations

import re

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed

_DECIMAL = re.compile(r"(?<![\w.,])-?\d+,\d+(?![\w.,])|(?<![\w.,])-?\d+,\d+(?=,?(?:\s|;|$))")


def decimal_comma(text: str) -> str | None:
    """The remark on a comma between two digits that stands alone, as in "0,5" or "0; 0,5"; None where there is none.

    A list such as "0,1,3" has no blanks anywhere and is a list.
    """
    match = _DECIMAL.search(text)
    if match is None:
        return None
    first, second = match[0].split(",")
    point = f"{first}.{second}"
    read = f"{match[0]} is read as the two numbers {first} and {second}"
    return f"{read}: a comma separates numbers. Write {point} for the one number."


def remark_on_commas(text: str) -> None:
    """Show the remark, where there is one."""
    if (words := decimal_comma(text)) is not None:
        st.info(as_typed(words), icon=":material/info:")
