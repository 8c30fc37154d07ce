"""Finished answers that a page finds again: this session's, another's, or one that came with the program."""

from __future__ import annotations

import streamlit as st

from gdviz.server import store
from gdviz.ui.work import pool

_AGAIN = "kept.again"

SAME = "Finished. Run it again, and the same numbers come out."


def kept(key: str) -> bytes | None:
    """The finished answer of a key; None while there is none, or while the reader has it run again."""
    job = pool().find(key)
    again: set[str] = st.session_state.setdefault(_AGAIN, set())
    if key in again:
        if job is None or not job.finished:
            return None
        again.discard(key)
    if job is not None and job.state == "done":
        answer: bytes = job.result
        return answer
    digest = store().find(key)
    return None if digest is None else store().read(digest)


def run_again(key: str) -> None:
    """Forget how a run ended, and look past the answer that is kept until it has run anew."""
    st.session_state.setdefault(_AGAIN, set()).add(key)
    pool().forget(key)
