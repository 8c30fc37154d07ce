"""The player as a Streamlit component."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gdviz.player.bundle import player_css, player_html, player_js
from gdviz.server import SERVED_BY_ROUTE, store


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("gdviz_player", html=player_html(), css=player_css(), js=player_js())


def show_player(digests: Sequence[str], key: str = "player", on_edited: Callable[[str], None] | None = None) -> None:
    """Show the player on stored scenes; the bytes travel over their own cacheable address.

    That address is relative, as those of Streamlit's own files are: it holds below whatever path a proxy puts before the pages.
    Without the scene route (plain ``streamlit run app.py``) they are sent over the websocket instead. `on_edited` is told the
    text of an Experiment that was edited on the stage, before the page is drawn again.
    """
    routed = bool(os.environ.get(SERVED_BY_ROUTE))
    scenes = [{"id": digest, "url": f"scene/{digest}"} if routed else _inline(digest) for digest in digests]

    def heard() -> None:
        if on_edited is not None and (text := st.session_state[key].get("edited")) is not None:
            on_edited(text)

    _component()(data={"scenes": scenes, "selection": None}, key=key, on_edited_change=heard)


def _inline(digest: str) -> dict[str, str]:
    data = store().read(digest)
    return {"id": digest, "bytes_b64": base64.b64encode(data or b"").decode()}
