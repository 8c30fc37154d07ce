"""The player as a Streamlit component."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from gdviz.player.bundle import player_css, player_html, player_js
from gdviz.server import SERVED_BY_ROUTE, store


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("gdviz_player", html=player_html(), css=player_css(), js=player_js())


def show_player(
    digests: Sequence[str],
    address: Mapping[str, str],
    went: str,
    on_went: Callable[[str], None],
    on_edited: Callable[[str], None],
    stale: str = "",
    key: str = "player",
) -> None:
    """Show the player on stored scenes; the bytes travel over their own cacheable address.

    The player alone writes the page's address, which holds what is open and the view: what Streamlit writes would drop the view,
    and its way back leads nowhere.

    That address is relative, as those of Streamlit's own files are: it holds below whatever path a proxy puts before the pages.
    Without the scene route (plain ``streamlit run app.py``) they are sent over the websocket instead.

    Parameters
    ----------
    digests : sequence of str
    address : mapping
        What is open, as the page's address is to name it.
    went : str
        The query that `on_went` was called with last.
    on_went : callable
        Called with the query of the address that the reader went back or forward to.
    on_edited : callable
        Called with the text of an Experiment that was edited on the stage.
    stale : str
        Why these scenes are not those that were asked for, in a few words; empty where they are.
    """
    routed = bool(os.environ.get(SERVED_BY_ROUTE))
    scenes = [{"id": digest, "url": f"scene/{digest}"} if routed else _inline(digest) for digest in digests]

    def heard() -> None:
        for name, act in (("went", on_went), ("edited", on_edited)):
            if (text := getattr(st.session_state.get(key), name, None)) is not None:
                act(str(text))

    data = {"scenes": scenes, "selection": None, "stale": stale, "address": {"open": dict(address), "went": went}}
    _component()(data=data, key=key, on_went_change=heard, on_edited_change=heard)


def _inline(digest: str) -> dict[str, str]:
    data = store().read(digest)
    return {"id": digest, "bytes_b64": base64.b64encode(data or b"").decode()}
