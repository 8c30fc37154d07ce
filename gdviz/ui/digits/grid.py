"""The sheet of images of the Digits page as a Streamlit component."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import streamlit as st

from gdviz.player.modules import component_js

_WAITING = '<p class="dg-waiting">Loading the images.</p>\n<noscript>The images need JavaScript.</noscript>\n'


@st.cache_resource
def _component() -> Any:
    folder = files("gdviz.ui.digits")
    css = (folder / "grid.css").read_text(encoding="utf-8")
    js = component_js(folder, "grid.js", "showSheet")
    return st.components.v2.component("gdviz_digits", html=_WAITING, css=css, js=js)


def show_grid(data: dict[str, Any]) -> None:
    """Draw a sheet with its slider.

    Parameters
    ----------
    data : dict
        ``id`` of the images; ``images`` and ``real`` as shape [stops, groups, n, 64] and base64 ``bytes``; ``w`` of the
        stops and the ``start``, a stop; ``group`` shown, None for all; ``title`` and ``words`` for the screen and for
        screen readers; ``dark``.
    """
    _component()(data=data, key="digits.grid")
