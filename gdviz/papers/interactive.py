"""A picture in plotly: one figure a row of panels, and a page of its own that asks no network."""

from __future__ import annotations

import math
from html import escape
from itertools import pairwise

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gdviz.palette import LIGHT, Palette, faded
from gdviz.papers.layout import BOTTOM, LEFT, RIGHT, TOP
from gdviz.papers.picture import Band, Bars, Dots, Floats, Line, Mark, Panel, Picture, Reach

LEGEND = 60
"""Pixels above the panels for the legend."""


def to_html(picture: Picture, sentence: str = "") -> str:
    """A whole page with plotly inside."""
    rows = [row_figure(row) for row in picture.rows]
    charts = [figure.to_html(full_html=False, include_plotlyjs=number == 0) for number, figure in enumerate(rows)]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(picture.title)}</title></head>\n'
        f'<body style="font-family: sans-serif; margin: 1.5rem"><h1 style="font-size: 1.3rem">{escape(picture.title)}</h1>\n'
        f"{''.join(charts)}\n<p>{escape(sentence)}</p></body></html>\n"
    )


def row_figure(row: tuple[Panel, ...], palette: Palette = LIGHT, *, fixed_width: bool = True) -> go.Figure:
    """One row of panels; without `fixed_width` it takes the room that there is."""
    figure = make_subplots(rows=1, cols=len(row), subplot_titles=[panel.title for panel in row])
    seen: set[str] = set()
    for number, panel in enumerate(row, start=1):
        for mark in panel.marks:
            for trace in _traces(mark, getattr(palette, mark.colour)):
                trace.update(name=mark.name, legendgroup=mark.name or None)
                trace.showlegend = bool(mark.name) and mark.name not in seen
                seen.add(mark.name)
                figure.add_trace(trace, row=1, col=number)
        kind = {"type": "log", "range": _logs(panel.x_range), "dtick": 1} if panel.log_x else {"range": list(panel.x_range)}
        name = {"text": panel.x_title, "font": {"size": 11}}  # as wide as its panel at most
        figure.update_xaxes(title=name, row=1, col=number, exponentformat="none", **kind)
        figure.update_yaxes(title=panel.y_title, range=list(panel.y_range), row=1, col=number)
    figure.update_annotations(font_size=13)
    figure.update_layout(
        height=max(panel.height for panel in row) + TOP + BOTTOM + LEGEND,
        width=row_width(row) if fixed_width else None,
        margin={"l": LEFT, "r": RIGHT, "t": TOP + LEGEND, "b": BOTTOM},
        legend={
            "orientation": "h",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "x": 0,
            "font": {"size": 12},
            "itemsizing": "constant",
        },
        bargap=0,
        template="plotly_white",
    )
    return figure


def row_width(row: tuple[Panel, ...]) -> int:
    """Pixels of a row of panels in the files."""
    return sum(panel.width + LEFT + RIGHT for panel in row)


def _logs(ends: tuple[float, float]) -> list[float]:
    return [math.log10(end) for end in ends]


def _traces(mark: Mark, colour: str) -> list[go.BaseTraceType]:
    if isinstance(mark, Line):
        return [go.Scatter(x=mark.x, y=mark.y, mode="lines", line={"color": colour, "dash": mark.dash, "width": 2})]
    if isinstance(mark, Band):
        x, y = (*mark.x, *mark.x[::-1]), (*mark.high, *mark.low[::-1])
        return [go.Scatter(x=x, y=y, mode="none", fill="toself", fillcolor=faded(colour, 0.22), hoverinfo="skip")]
    if isinstance(mark, Bars):
        centers, widths = _bins(mark.edges)
        return [go.Bar(x=centers, y=mark.heights, width=widths, marker={"color": faded(colour, 0.45), "line": {"width": 0}})]
    if isinstance(mark, Reach):
        bars = {"type": "data", "array": mark.half, "color": colour, "thickness": 1.2, "width": 3}
        return [
            go.Scatter(x=mark.x, y=mark.y, mode="markers", marker={"size": 1, "color": colour}, error_y=bars, hoverinfo="skip")
        ]
    assert isinstance(mark, Dots)
    symbol = "circle-open" if mark.hollow else "circle"
    return [
        go.Scatter(
            x=mark.x,
            y=mark.y,
            mode="markers",
            marker={"size": mark.size, "color": colour, "opacity": mark.opacity, "symbol": symbol},
        )
    ]


def _bins(edges: Floats) -> tuple[Floats, Floats]:
    pairs = list(pairwise(edges))
    return tuple((a + b) / 2 for a, b in pairs), tuple(b - a for a, b in pairs)
