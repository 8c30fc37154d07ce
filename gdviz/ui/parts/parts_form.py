"""A list of members of a family, each with its own widgets: what a sum or a product is made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.table_form import Draft

EditPart = Callable[[Draft, str, str, str], Draft]
"""(description, title, key, path) draws one part's widgets and gives the part as edited."""


def edit_parts(noun: str, value: list[Draft], key: str, path: str, most: int, edit: EditPart) -> list[Draft]:
    """Every part in a frame of its own, a way to remove each while there are several, and one more.

    Parameters
    ----------
    noun : str
        What a part is.
    value : list of dict
    key, path : str
        As in `edit_kind`.
    most : int
        The longest list.
    edit : callable
    """
    parts, number_key, removed_key = list(value), f"{key}.number", f"{key}.removed"
    removed = st.session_state.pop(removed_key, None)
    if removed is not None:
        del parts[removed]
    number = st.session_state.get(number_key, 0)  # of removals: the parts behind one that is gone have other keys than before
    place = st.container()
    if len(parts) < most and st.button(as_typed(f"Add a {noun}"), key=f"{key}.add", icon=":material/add:"):
        parts.append(parts[-1])

    def remove(k: int) -> None:
        st.session_state[removed_key], st.session_state[number_key] = k, number + 1

    edited: list[Any] = []
    for k, part in enumerate(parts):
        with place, st.container(border=True):
            edited.append(edit(part, f"{noun} {k + 1}".capitalize(), f"{key}.{number}.{k}", f"{path}.{k}"))
            if len(parts) > 1:
                st.button("Remove", key=f"{key}.{number}.{k}.remove", icon=":material/delete:", on_click=remove, args=(k,))
    return edited
