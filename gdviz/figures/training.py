"""What a training looks like: its curve, its error by noise level, its score beside the exact one, its samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.figures.axes import Floats, padded
from gdviz.palette import LIGHT, Palette, faded

HEIGHT = 320
MARGIN = {"l": 64, "r": 16, "t": 32, "b": 48}
SHOWN_MASS = 1e-3
"""Arrows are left out where the density is below this share of its largest: nothing is ever sampled there."""


@dataclass(frozen=True)
class Field:
    """A learned score beside the exact one on a grid, at one noise level.

    Attributes
    ----------
    t : float
        Noise variance.
    x : array, shape [n, d]
    learned, exact : array, shape [n, d]
        Noise predictions eps = -sqrt(t) s_t(x).
    density : array, shape [n]
        p_t(x).
    """

    t: float
    x: Floats
    learned: Floats
    exact: Floats
    density: Floats

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where samples come."""
        return self.density > SHOWN_MASS * self.density.max(initial=0.0)

    @property
    def error(self) -> float:
        """sqrt(E |eps_net - eps*|^2 / E |eps*|^2) over p_t on the grid."""
        weight = self.density[:, None]  # [n, 1]
        wrong, size = (float((weight * part**2).sum()) for part in (self.learned - self.exact, self.exact))
        return float(np.sqrt(wrong / max(size, 1e-30)))


def loss_figure(history: Mapping[str, Sequence[Any]], steps: int, palette: Palette = LIGHT) -> go.Figure:
    """Loss of each batch and its mean, and the score error where it was looked at, against steps.

    Parameters
    ----------
    history : mapping
        Columns ``step``, ``loss``, ``ema_loss`` and ``score_error``; null where there is no value.
    steps : int
        Steps asked for: the axis holds still.
    """
    step = _floats(history["step"])
    figure = go.Figure()
    for name, key, line in (
        ("loss of a batch", "loss", {"color": faded(palette.muted, 0.45), "width": 1}),
        ("loss, smoothed", "ema_loss", {"color": palette.guided, "width": 2.5}),
    ):
        figure.add_trace(go.Scatter(x=step, y=_floats(history[key]), name=name, mode="lines", line=line))
    error = _floats(history["score_error"])
    looked = np.isfinite(error)
    if looked.any():
        line = {"color": palette.exact, "width": 1.5, "dash": "dash"}
        marker = {"symbol": "diamond", "size": 5}
        figure.add_trace(
            go.Scatter(x=step[looked], y=error[looked], name="score error", mode="lines+markers", line=line, marker=marker)
        )
    return _laid_out(
        figure,
        {"title": "optimiser steps", "range": [0, steps]},
        {"title": "loss, score error", "type": "log", "exponentformat": "power"},
    )


def error_figure(by_level: Sequence[tuple[float, float]], palette: Palette = LIGHT) -> go.Figure:
    """Relative error of the score by noise level; 1 is what a network that says nothing would have."""
    snr, error = (_floats([pair[k] for pair in by_level]) for k in (0, 1))
    figure = go.Figure(
        go.Scatter(x=snr, y=error, name="score error", mode="lines+markers", line={"color": palette.guided, "width": 2.5})
    )
    ends = [float(np.nanmin(snr, initial=0.0)), float(np.nanmax(snr, initial=0.0))]
    nothing = {"color": palette.muted, "dash": "dot"}
    figure.add_trace(go.Scatter(x=ends, y=[1, 1], name="a network that says nothing", mode="lines", line=nothing))
    low = float(np.nanmin(error)) if np.isfinite(error).any() else 0.1
    return _laid_out(
        figure,
        {"title": "log-SNR  (left noise, right data)"},
        {"title": "score error", "type": "log", "range": [min(-2.0, np.log10(max(low, 1e-6)) - 0.1), 0.5]},
    )


def field_figure(field: Field, palette: Palette = LIGHT) -> go.Figure:
    """Learned and exact score at one noise level: arrows in two dimensions, curves in one."""
    return _curves(field, palette) if field.x.shape[1] == 1 else _arrows(field, palette)


def samples_figure(samples: Floats, target: Floats, palette: Palette = LIGHT) -> go.Figure:
    """Samples of the network now, over samples of the law that it should have.

    Parameters
    ----------
    samples, target : array, shape [n, d]
    """
    if target.shape[1] == 1:
        return _histograms(samples, target, palette)
    figure = go.Figure()
    marks = {"color": faded(palette.muted, 0.55), "size": 5, "symbol": "circle-open"}
    figure.add_trace(go.Scatter(x=target[:, 0], y=target[:, 1], name="target", mode="markers", marker=marks))
    marks = {"color": faded(palette.guided, 0.8), "size": 4, "symbol": "cross"}
    figure.add_trace(go.Scatter(x=samples[:, 0], y=samples[:, 1], name="network", mode="markers", marker=marks))
    across, up = (padded([target[:, k]]) for k in (0, 1))
    return _laid_out(
        figure,
        {"title": "x", "range": across, "constrain": "domain"},
        {"title": "y", "range": up, "scaleanchor": "x", "constrain": "domain"},
    )


# ---------------------------------------------------------------------- one and two dimensions
def _curves(field: Field, palette: Palette) -> go.Figure:
    figure, x = go.Figure(), field.x[:, 0]
    share = field.density / max(float(field.density.max(initial=0.0)), 1e-30)
    size = float(np.abs(field.exact[field.seen]).max(initial=1e-6))
    shade = {"color": faded(palette.muted, 0.0)}
    figure.add_trace(
        go.Scatter(
            x=x, y=share * size, name="density (its shape)", line=shade, fill="tozeroy", fillcolor=faded(palette.muted, 0.25)
        )
    )
    for name, eps, colour, dash in (
        ("exact", field.exact, palette.exact, "dash"),
        ("learned", field.learned, palette.guided, "solid"),
    ):
        y = np.where(field.seen, -eps[:, 0], np.nan).astype(np.float32)
        figure.add_trace(go.Scatter(x=x, y=y, name=name, mode="lines", line={"color": colour, "dash": dash, "width": 2.5}))
    return _laid_out(figure, {"title": "x"}, {"title": "sqrt(t) score"})


def _arrows(field: Field, palette: Palette) -> go.Figure:
    figure, seen = go.Figure(), field.seen
    x = field.x[seen]  # [m, 2]
    cell = float(np.diff(np.unique(field.x[:, 0])).min(initial=1.0))
    longest = float(np.linalg.norm(field.exact[seen], axis=1).max(initial=1e-6))
    scale = np.float32(1.6 * cell / longest)
    for name, eps, colour, width in (
        ("exact", field.exact, faded(palette.exact, 0.55), 3.5),
        ("learned", field.learned, palette.guided, 1.4),
    ):
        u, v = (-scale * eps[seen]).T
        across, up = _strokes(x, np.stack([u, v], -1))
        figure.add_trace(
            go.Scatter(x=across, y=up, name=name, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")
        )
    range_x, range_y = (padded([field.x[:, k]]) for k in (0, 1))
    return _laid_out(
        figure,
        {"title": "x", "range": range_x, "constrain": "domain"},
        {"title": "y", "range": range_y, "scaleanchor": "x", "constrain": "domain"},
    )


def _strokes(x: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Arrows from x along step as one broken line: shaft and two barbs each."""
    turn = np.array([[np.cos(2.6), -np.sin(2.6)], [np.sin(2.6), np.cos(2.6)]], np.float32)
    tip = x + step  # [m, 2]
    gap = np.full_like(x, np.nan)
    path = np.stack([x, tip, tip + 0.3 * step @ turn.T, tip, tip + 0.3 * step @ turn, gap], 1).reshape(-1, 2)  # [6 m, 2]
    return path[:, 0], path[:, 1]


def _histograms(samples: Floats, target: Floats, palette: Palette) -> go.Figure:
    low, high = padded([target[:, 0]]) or (-1.0, 1.0)
    edges = np.linspace(low, high, 41)
    figure, centres = go.Figure(), ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    for name, points, line, fill in (
        ("target", target, {"color": palette.muted, "width": 1}, {"fill": "tozeroy", "fillcolor": faded(palette.muted, 0.3)}),
        ("network", samples, {"color": palette.guided, "width": 2.5}, {}),
    ):
        heights = np.histogram(points[:, 0], edges)[0] / max(1, len(points)) / (edges[1] - edges[0])
        steps = {"mode": "lines", "line": {**line, "shape": "hvh"}, **fill}
        figure.add_trace(go.Scatter(x=centres, y=heights.astype(np.float32), name=name, **steps))
    return _laid_out(figure, {"title": "x", "range": [low, high]}, {"title": "density", "rangemode": "tozero"})


def _laid_out(figure: go.Figure, across: Mapping[str, Any], up: Mapping[str, Any]) -> go.Figure:
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    figure.update_layout(height=HEIGHT, margin=MARGIN, legend=legend, xaxis=across, yaxis=up, showlegend=True)
    return figure


def _floats(values: Sequence[Any]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float32)
