"""A list of models as a table, one line an item, and lists of numbers as JSON."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st
from pydantic import BaseModel

from gdviz.ui.parts.as_typed import as_typed

Draft = dict[str, Any]


def edit_table(label: str, row: type[BaseModel], value: list[Draft], key: str) -> list[Draft]:
    """One line an item; a cell that is a list holds JSON.

    The editor is given the same lines until another description comes from elsewhere: given what was typed into it as new lines,
    it would forget the cell that is being typed.
    """
    lines_key, number_key = f"{key}.lines", f"{key}.number"
    lines, given = st.session_state.get(lines_key, (None, None))
    number = st.session_state.get(number_key, 0)
    if f"{key}.{number}" not in st.session_state or not (_agree(value, given) or _agree(value, lines)):
        lines, number = value, number + 1
    st.caption(as_typed(label))
    names = list(row.model_fields)
    cells = [{name: _cell(item.get(name)) for name in names} for item in lines]
    shown = st.data_editor(cells, num_rows="dynamic", key=f"{key}.{number}", hide_index=True)
    typed = [{name: _uncell(name, text) for name, text in line.items() if text not in (None, "")} for line in shown]
    st.session_state[lines_key], st.session_state[number_key] = (lines, typed), number
    return typed


def _agree(value: list[Draft], lines: list[Draft] | None) -> bool:
    """Whether a description says what lines say, which may leave defaults out."""
    if lines is None or len(lines) != len(value):
        return False
    return all(item.get(name) == cell for item, line in zip(value, lines, strict=True) for name, cell in line.items())


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _uncell(name: str, text: Any) -> Any:
    return from_json(name, text, text) if isinstance(text, str) and text[:1] in "[{" else text


def from_json(label: str, text: str, otherwise: Any) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        st.error(as_typed(f"{label}: not JSON ({error})."), icon=":material/error:")
        return otherwise
