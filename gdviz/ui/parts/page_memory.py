"""What a page remembers in a session: widgets forget what was chosen when their page is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

Memory = dict[str, Any]


def page_memory(page: str, start: Callable[[], Memory]) -> Memory:
    """What was chosen on a page; at its first visit what `start` gives, which reads the address."""
    key = f"{page}.memory"
    if key not in st.session_state:
        st.session_state[key] = start()
    memory: Memory = st.session_state[key]
    return memory


def asked_number(name: str, fewest: int, most: int, usual: int) -> int:
    """A whole number in the address, brought between its bounds; the usual one where there is none."""
    number = whole_number(st.query_params.get(name, ""))
    return usual if number is None else min(max(number, fewest), most)


def whole_number(text: str) -> int | None:
    """A whole number of up to eight digits; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 else None
