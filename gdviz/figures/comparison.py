"""A comparison as figures: the clouds over the goal, and quality against what a sample costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gdviz.comparison.words import bar
from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from gdviz.comparison import ComparisonAnswer, Entry

COLUMNS = 4
PANEL = 230
"""Height of a panel in pixels."""

SYMBOLS = (
    "circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon", "pentagon", "bowtie", "hourglass", "octagon",
)  # fmt: skip


def clouds_figure(answer: ComparisonAnswer, palette: Palette = LIGHT) -> go.Figure:
    """A panel a method, at its largest budget: its samples over those of the goal. In one dimension the shares of both."""
    shown = largest(answer)
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    titles = [entry.title for entry in shown]
    figure = make_subplots(rows, columns, subplot_titles=titles, horizontal_spacing=0.03, vertical_spacing=0.22 / rows)
    goal = np.array(answer.goal_shown, np.float32)  # [n, d]
    line = goal.shape[1] == 1
    for k, entry in enumerate(shown):
        place = {"row": k // columns + 1, "col": k % columns + 1}
        colour = palette.guided if entry.at_goal else palette.no_guidance
        x = np.array(entry.shown, np.float32).reshape(-1, goal.shape[1])  # [n, d]
        for points, name, look, width in ((goal, "goal", palette.muted, 1), (x, entry.title, colour, 2)):
            if line:
                figure.add_scatter(**_shares(points, goal), name=name, line={"color": look, "width": width}, **place)
            else:
                marker = {"color": faded(look, 0.25), "size": 9} if name == "goal" else {"color": look, "size": 3.5}
                figure.add_scatter(
                    x=points[:, 0], y=points[:, 1], mode="markers", name=name, marker=marker, hoverinfo="skip", **place
                )  # fmt: skip
    low, high = goal.min(0), goal.max(0)
    room = 0.4 * (high - low).max()
    figure.update_xaxes(range=[float(low[0] - room), float(high[0] + room)])
    if not line:
        figure.update_yaxes(range=[float(low[1] - room), float(high[1] + room)])
    figure.update_annotations(font_size=12)
    figure.update_layout(height=rows * PANEL + 40, margin={"l": 30, "r": 10, "t": 40, "b": 20}, showlegend=False)
    return figure


def cost_figure(answer: ComparisonAnswer, measure: str, title: str, palette: Palette = LIGHT) -> go.Figure | None:
    """A measure against network evaluations a sample, with the floor as a band; None with a single budget."""
    names = list(dict.fromkeys(entry.method for entry in answer.entries))
    if len({entry.evaluations for entry in answer.entries}) < 2:
        return None
    figure = go.Figure()
    colours = (palette.guided, palette.no_guidance, palette.reward, palette.predicted, palette.conditional, palette.muted)
    for k, name in enumerate(names):
        mine = sorted((e for e in answer.entries if e.method == name), key=lambda e: e.evaluations)
        points = [(e.evaluations, e.mean(measure).value, bar(tuple(e.values[measure]))) for e in mine]
        known = [(n, value, half or 0.0) for n, value, half in points if value is not None]
        if not known:
            continue
        n, value, half = (np.array(column, np.float32) for column in zip(*known, strict=True))
        dash = "solid" if mine[0].at_goal else "dot"
        figure.add_scatter(
            x=n, y=value, name=mine[0].title, mode="lines+markers", error_y={"type": "data", "array": half, "thickness": 1},
            line={"color": colours[k % len(colours)], "dash": dash}, marker={"symbol": SYMBOLS[k % len(SYMBOLS)], "size": 9},
        )  # fmt: skip
    floor = [value for value in answer.floors[measure] if value is not None]
    if floor:
        figure.add_hrect(min(floor), max(floor), fillcolor=faded(palette.muted, 0.2), line_width=0)
    budgets = sorted({entry.evaluations for entry in answer.entries})
    figure.update_xaxes(type="log", title="network evaluations a sample", tickvals=budgets)
    figure.update_yaxes(title=title, rangemode="tozero")
    figure.update_layout(height=420, margin={"l": 60, "r": 14, "t": 10, "b": 48}, legend={"font": {"size": 12}})
    return figure


def largest(answer: ComparisonAnswer) -> Sequence[Entry]:
    """The entries of the largest budget."""
    most = max((entry.evaluations for entry in answer.entries), default=0)
    return [entry for entry in answer.entries if entry.evaluations == most]


def _shares(x: np.ndarray, goal: np.ndarray) -> dict[str, object]:
    """A density of points on a line, on the goal's range."""
    low, high = float(goal.min()), float(goal.max())
    edges = np.linspace(low - 0.25 * (high - low), high + 0.25 * (high - low), 41)
    share, _ = np.histogram(x[:, 0], edges, density=len(x) > 0)
    return {"x": (edges[1:] + edges[:-1]) / 2, "y": share, "mode": "lines", "hoverinfo": "skip"}
