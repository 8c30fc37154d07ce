"""Showing a figure: heading, words, the chart in the reader's theme, and its text for who cannot see it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from gdviz.palette import DARK, LIGHT, Palette
from gdviz.ui.parts.as_typed import as_typed

CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}
"""Of every chart whose axes can be moved."""

PLAIN: dict[str, Any] = {"displayModeBar": False}
"""Of a chart without plotly's buttons."""


def palette() -> Palette:
    """Of the reader's theme."""
    return DARK if is_dark() else LIGHT


def is_dark() -> bool:
    """Whether the reader has the dark theme."""
    return st.context.theme.type == "dark"


def show_chart(
    key: str,
    title: str,
    words: str,
    figure: go.Figure | None,
    *,
    alt: str | None = None,
    otherwise: str = "",
    small: bool = False,
) -> None:
    """A figure with its heading and a line of explanation.

    Parameters
    ----------
    key : str
        Of the container around it: the chart itself is a new one with every change, whatever its key.
    title, words : str
    figure : Figure or None
    alt : str, optional
        What it shows, in words; by default `alt_text`.
    otherwise : str
        Said where there is no figure.
    small : bool
        A smaller heading.
    """
    if small:
        st.markdown(f"### {as_typed(title)}")
    else:
        st.header(as_typed(title), anchor=False)
    if words:
        st.caption(as_typed(words))
    if figure is None:
        st.caption(f":material/info: {as_typed(otherwise)}")
        return
    with st.container(key=key):
        show_figure(figure, alt or alt_text(title, figure))


def show_figure(figure: go.Figure, alt: str, config: dict[str, Any] = CONFIG) -> None:
    """A figure with its words as they are and what it shows in words; plotly alone would take ``<b>`` for bold."""
    for trace in figure.data:
        trace.update({part: _literal(trace[part]) for part in ("name", "text") if part in trace and _has_markup(trace[part])})
    for titled in (*figure.select_xaxes(), *figure.select_yaxes()):
        if _has_markup(titled.title.text):
            titled.title.text = _literal(titled.title.text)
    for note in figure.layout.annotations:
        note.text = _literal(note.text)
    st.plotly_chart(figure, config=config, alt=alt)


def _has_markup(text: Any) -> bool:
    parts = (text,) if isinstance(text, str) else () if text is None else text
    return any("<" in str(part) or "&" in str(part) for part in parts)


def _literal(text: Any) -> Any:
    if isinstance(text, str):
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return text if text is None else [_literal(part) for part in text]


def alt_text(title: str, figure: go.Figure) -> str:
    """What a figure shows, in words: every named curve with its first and last value."""
    said = []
    for trace in figure.data:
        if trace.showlegend is False or trace.text is None:
            continue
        points = [(x, text) for x, y, text in zip(trace.x, trace.y, trace.text, strict=True) if y == y]
        if points:
            (first, start), (last, end) = points[0], points[-1]
            said.append(f"{trace.name}: {start} at {first:.4g}" + (f" to {end} at {last:.4g}" if len(points) > 1 else ""))
    axis = str(figure.layout.xaxis.title.text).partition("  ")[0]
    return f"{title} over {axis}. {'; '.join(said)}. The table below holds the numbers."
