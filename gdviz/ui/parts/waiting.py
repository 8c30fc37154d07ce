"""Waiting for background work at the end of a page's run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed

SHARE_LATE = 0.1
"""News is found later by about this share of the wait before it: short answers are looked for often."""

SHORTEST, LONGEST = 0.02, 0.15
"""Seconds between two looks."""


def wait_for_update(slot: Any, look: Callable[[], tuple[float, str] | None]) -> None:
    """Show progress until there is news, then run the page again.

    Called when everything on the page is drawn, so that all of it can be used meanwhile: whatever the
    reader does ends the wait and starts a new run. (A fragment that polls would be the usual way, but a
    poll that lands just after a whole run makes Streamlit 1.67's client drop the rest of the page.)

    Parameters
    ----------
    slot : an empty place on the page
    look : callable
        Share done and words for the progress bar, or None when there is news.
    """
    began, told = time.monotonic(), None
    while (now := look()) is not None:
        here = round(100 * min(1.0, now[0])), now[1]
        if here != told:  # a message costs the server more than all the rest of a look
            slot.progress(here[0], text=as_typed(here[1]))
            told = here
        "wait" in st.session_state  # noqa: B015  here Streamlit ends the wait when the reader has done something
        time.sleep(min(LONGEST, SHORTEST + SHARE_LATE * (time.monotonic() - began)))
    st.rerun()
