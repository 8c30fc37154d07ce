"""A list of models as a table, one line an item, and lists of numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    given = st.session_state.get(f"{key}.given")
    if given is None or f"{key}.{given.number}" not in st.session_state or not given.says(value):
        given = _Given.of(row, value, number=given.number + 1 if given else 1)
    st.caption(as_typed(label))
    shown = st.data_editor(given.frame, num_rows="dynamic", key=f"{key}.{given.number}", hide_index=True)
    typed = list(_lines(shown))
    st.session_state[f"{key}.given"] = replace(given, typed=typed)
    return typed


@dataclass(frozen=True)
class _Given:
    """The lines that an editor was given, also as a frame of pandas, which is slow to make, and what is typed there by now."""

    number: int
    lines: list[Draft]
    frame: Any
    typed: list[Draft] | None = None

    @classmethod
    def of(cls, row: type[BaseModel], lines: list[Draft], number: int) -> _Given:
        from pandas import DataFrame  # type: ignore[import-untyped]

        names = list(row.model_fields)
        return cls(number, lines, DataFrame([[_cell(line.get(name)) for name in names] for line in lines], columns=names))

    def says(self, value: list[Draft]) -> bool:
        return _agree(value, self.typed) or _agree(value, self.lines)


def _lines(shown: Any) -> Iterator[Draft]:
    """What a frame holds, its empty cells left out."""
    for cells in zip(*(shown[name].tolist() for name in shown), strict=True):
        line = zip(shown, cells, strict=True)
        yield {name: _uncell(name, cell) for name, cell in line if not (cell is None or cell == "" or cell != cell)}


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
