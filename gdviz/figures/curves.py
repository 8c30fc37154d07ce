"""A mean over w with its error bars, its exact value and its exact tangent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.figures.palette import GUIDED, MUTED, faded

Floats = NDArray[np.float32]
NORMAL_95 = 1.96


@dataclass(frozen=True)
class Series:
    """One curve over w.

    Attributes
    ----------
    name : str
    w, value : array, shape [W]
        NaN where a value is not estimable: the curve has a gap there.
    error : array, shape [W], optional
        Standard errors; drawn as a 95 % band.
    step : array, shape [W], optional
        Change against half as many steps; drawn as thin whiskers.
    colour, dash : str
    """

    name: str
    w: Floats
    value: Floats
    error: Floats | None = None
    step: Floats | None = None
    colour: str = GUIDED
    dash: str = "solid"


@dataclass(frozen=True)
class Exact:
    """What is known without simulation: points (w, value), and a tangent (w, value, slope)."""

    points: Sequence[tuple[float, float]] = ()
    tangent: tuple[float, float, float] | None = None
    levels: Sequence[tuple[str, float]] = field(default=())


def curve_figure(
    series: Sequence[Series],
    y_title: str,
    exact: Exact | None = None,
    *,
    axis: str = "w",
    log_w: bool = False,
    y_range: tuple[float, float] | None = None,
) -> go.Figure:
    """Curves over w, or over gamma = 1 + w.

    Parameters
    ----------
    series : sequence of Series
    y_title : str
    exact : Exact, optional
    axis : {"w", "gamma"}
        What the horizontal axis shows; the data are the same.
    log_w : bool
        Logarithmic axis; points at w <= 0 (gamma <= 0) have no place on it and are left out.
    y_range : tuple, optional
        Fixed axis, so that the picture holds still while bars shrink.
    """
    shift = 1.0 if axis == "gamma" else 0.0
    figure = go.Figure()
    for item in series:
        _add_series(figure, item, shift, log_w)
    ends = [float(item.w.max()) for item in series if len(item.w)]
    _add_exact(figure, exact or Exact(), shift, max(ends, default=1.0), log_w)
    title = "gamma = 1 + w" if axis == "gamma" else "guidance scale w (0 = no guidance)"
    figure.update_xaxes(title=title, type="log" if log_w else "linear")
    figure.update_yaxes(title=y_title, range=y_range)
    figure.update_layout(
        margin={"l": 60, "r": 12, "t": 8, "b": 44},
        height=300,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
    )
    return figure


def _add_series(figure: go.Figure, item: Series, shift: float, log_w: bool) -> None:
    order = np.argsort(item.w)
    x = item.w[order] + shift
    keep = x > 0 if log_w else np.ones(len(x), bool)
    x, value = x[keep].astype(np.float32), item.value[order][keep].astype(np.float32)
    if item.error is not None:
        half = (NORMAL_95 * item.error[order][keep]).astype(np.float32)
        for part in _runs(np.isfinite(value) & np.isfinite(half)):
            figure.add_scatter(
                x=np.concatenate([x[part], x[part][::-1]]),
                y=np.concatenate([(value + half)[part], (value - half)[part][::-1]]),
                fill="toself",
                fillcolor=faded(item.colour, 0.2),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
    bars = None
    if item.step is not None:
        step = np.nan_to_num(item.step[order][keep]).astype(np.float32)
        bars = {"type": "data", "array": step, "thickness": 1, "width": 3, "color": faded(item.colour, 0.6)}
    figure.add_scatter(
        x=x,
        y=value,
        name=item.name,
        mode="lines+markers",
        error_y=bars,
        line={"color": item.colour, "dash": item.dash, "width": 2},
        marker={"size": 6},
        connectgaps=False,
    )


def _runs(present: NDArray[np.bool_]) -> list[slice]:
    """Stretches of neighbours that are all present."""
    edges = np.flatnonzero(np.diff(np.r_[False, present, False].astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _add_exact(figure: go.Figure, exact: Exact, shift: float, end: float, log_w: bool) -> None:
    if exact.points:
        x = np.array([w + shift for w, _ in exact.points], np.float32)
        y = np.array([value for _, value in exact.points], np.float32)
        keep = x > 0 if log_w else np.ones(len(x), bool)
        marker = {"symbol": "diamond-open", "size": 12, "color": MUTED, "line": {"width": 2}}
        figure.add_scatter(x=x[keep], y=y[keep], name="exact", mode="markers", marker=marker)
    if exact.tangent is not None:
        w, value, slope = exact.tangent
        grid = np.linspace(w, w + 0.35 * (end - w), 40, dtype=np.float32)
        keep = grid + shift > 0 if log_w else np.ones(len(grid), bool)
        line = {"color": MUTED, "dash": "dash", "width": 1.5}
        figure.add_scatter(x=(grid + shift)[keep], y=(value + slope * (grid - w))[keep], name="exact tangent at w = 0", mode="lines", line=line)
    for name, level in exact.levels:
        figure.add_hline(y=level, line={"color": MUTED, "dash": "dot", "width": 1}, annotation_text=name, annotation_position="bottom right")
