"""The named rewards of a session, to put one back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.table_form import Draft

_KEPT = "explore.rewards"
MOST = 12
"""Rewards that are kept; the oldest goes."""


def keep(draft: Draft) -> None:
    """Remember the guiding reward under its name, if it has one; a later one of that name takes its place."""
    guidance = draft["guidance"]
    if guidance.get("name") is not None:
        kept: dict[str, Draft] = st.session_state.setdefault(_KEPT, {})
        kept.pop(guidance["name"], None)
        kept[guidance["name"]] = guidance["reward"]
        while len(kept) > MOST:
            del kept[next(iter(kept))]


def show_kept(draft: Draft, key: str, mend: Callable[[Draft], None]) -> None:
    """A button for each of them but the one that guides."""
    guidance = draft.get("guidance", {})
    others = {name: reward for name, reward in st.session_state.get(_KEPT, {}).items() if name != guidance.get("name")}
    if not others:
        return
    st.caption("Rewards of this session")
    with st.container(horizontal=True):
        for number, (name, reward) in enumerate(others.items()):
            same = guidance if guidance.get("kind") == "reward" else {"kind": "reward"}
            back = {**draft, "guidance": {**same, "name": name, "reward": reward}}
            st.button(as_typed(name), on_click=mend, args=(back,), icon=":material/undo:", key=f"{key}.{number}")
