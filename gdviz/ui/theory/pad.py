"""The pad of the Theory page: one particle that can be dragged, and the arrows of a step."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import streamlit as st

from gdviz.palette import Palette
from gdviz.player.modules import component_js


@st.cache_resource
def _component() -> Any:
    folder = files("gdviz.ui.theory")
    css = (folder / "pad.css").read_text(encoding="utf-8")
    html = '<div class="gv-pad">\n</div>'  # two lines: a single one would be taken for a file name
    return st.components.v2.component("gdviz_pad", html=html, css=css, js=component_js(folder, "pad.js", "showPad"))


def show_pad(drawing: dict[str, Any], palette: Palette, moved: Callable[[list[float]], None], key: str) -> None:
    """Draw the pad; call `moved` with the particle's coordinates when the reader has let go of it.

    Parameters
    ----------
    drawing : dict
        ``plane``, ``ranges``, ``density``, ``parts`` (each with ``from``, ``to``, ``kind``, ``text``), ``point``, ``next``,
        ``label``.
    """
    colours = {"none": palette.no_guidance, "guided": palette.guided, "muted": palette.muted, "exact": palette.exact}
    st.html("<style>:root {" + "".join(f"--gv-{name}: {value};" for name, value in colours.items()) + "}</style>")

    def heard() -> None:
        place = getattr(st.session_state.get(key), "moved", None)
        if place:
            moved([float(value) for value in place])

    _component()(data=drawing, key=key, on_moved_change=heard)
