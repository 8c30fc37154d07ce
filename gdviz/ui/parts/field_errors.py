"""A refusal stands below the field that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed

_PATH = re.compile(r"[a-z_]\w*(?:\.\w+|\[\d+\])*", re.IGNORECASE)
_PART = re.compile(r"\.\w+$|\[\d+\]$")


@dataclass(frozen=True)
class Repair:
    """A button that mends what is refused.

    Attributes
    ----------
    words : str
    press : callable
        Called before the page is drawn again.
    """

    words: str
    press: Callable[[], None]


class FieldErrors:
    """Empty places below the widgets of a form, by the path of what each edits, such as ``target.components``.

    Parameters
    ----------
    elsewhere : a place on the page
        For what is about none of them.
    """

    def __init__(self, elsewhere: Any) -> None:
        self._elsewhere = elsewhere
        self._places: dict[str, Any] = {}

    def below(self, path: str) -> None:
        """Make the place of a widget that has just been drawn."""
        self._places[path] = st.empty()

    def find(self, sentence: str) -> Any:
        """The place of the field that a sentence begins with: its own, or that of the nearest field around it."""
        match = _PATH.match(sentence)
        path = match[0] if match else ""
        while path not in self._places:
            shorter = _PART.sub("", path)
            if shorter == path:
                return self._elsewhere
            path = shorter
        return self._places[path]

    def refuse(self, sentence: str, marked: str = "", repairs: Sequence[Repair] = ()) -> None:
        """Say what is refused below its field.

        Parameters
        ----------
        sentence : str
        marked : str
            Lines that point at the place in what was typed.
        repairs : sequence of Repair
            What would mend it, as buttons.
        """
        with self.find(sentence).container():
            st.error(as_typed(sentence), icon=":material/error:")
            if marked:
                st.code(marked, language=None)
            for number, repair in enumerate(repairs):
                st.button(as_typed(repair.words), on_click=repair.press, icon=":material/build:", key=f"repair.{number}")
