"""Figures of the runs on digits: means of 1/p, proportions improved, Frechet distances and rewards over w."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Floats, Scale
from gdviz.figures.curves import NORMAL_95
from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from gdviz.papers.digit_readings import ClassReading, Estimate
    from gdviz.studies.digit_answers import DigitRewardAnswer, DistanceFloor, DistanceRow

HEIGHT = 340

Quantity = Literal["reciprocal", "improved", "unrelated"]


def reciprocal_figure(readings: Sequence[ClassReading], label: str, palette: Palette = LIGHT) -> go.Figure:
    """Mean of 1/p(c | x) over w, logarithmic; the chosen digit, or all, with its 95 % band, the others thin."""
    figure = _of_readings(readings, label, "reciprocal", palette, "mean of 1/p(c | x)")
    figure.update_yaxes(type="log", dtick=1, exponentformat="none")
    return figure


def improved_figure(readings: Sequence[ClassReading], label: str, palette: Palette = LIGHT) -> go.Figure:
    """Proportion improved on the same noise, and against unrelated samples, over w."""
    figure = _of_readings(readings, label, "improved", palette, "proportion improved")
    _estimates(figure, readings, label, "unrelated", palette.no_guidance, "against unrelated samples")
    figure.add_hline(y=0.5, line={"color": palette.muted, "dash": "dot", "width": 1})
    return figure


def frechet_figure(rows: Sequence[DistanceRow], floor: DistanceFloor, palette: Palette = LIGHT) -> go.Figure:
    """Frechet distance to real images over w; dashed what real images show among themselves, shaded up to its 95 % quantile."""
    figure = go.Figure()
    w = _floats([row.w for row in rows])
    value, half = _floats([row.distance for row in rows]), NORMAL_95 * _floats([row.se for row in rows])
    line = {"color": palette.exact, "dash": "dash", "width": 1.2}
    figure.add_hrect(y0=0, y1=floor.high, fillcolor=faded(palette.muted, 0.14), line_width=0)
    figure.add_hline(y=floor.mean, line=line)
    figure.add_scatter(
        x=w[:1], y=[floor.mean], mode="lines", name="real images among themselves, shaded to 95 %", line=line, hoverinfo="skip"
    )
    bars = {"type": "data", "array": half, "thickness": 3, "width": 0, "color": faded(palette.guided, 0.45)}
    text = [f"{v:.3g} ± {h:.2g}" for v, h in zip(value, half, strict=True)]
    figure.add_scatter(
        x=w, y=value, name="samples", mode="lines+markers", line={"color": palette.guided, "width": 2}, error_y=bars, text=text,
        hovertemplate="%{text}",
    )  # fmt: skip
    return _finished(figure, "Frechet distance, classifier features")


def reward_figure(answer: DigitRewardAnswer, title: str, palette: Palette = LIGHT) -> go.Figure:
    """Mean of the reward's potential over w; dashed the images' own mean, and that of the images reweighted by r."""
    figure, rows = go.Figure(), answer.rows
    w = _floats([row.w for row in rows])
    value, half = (_floats([row.potential[k] for row in rows]) * factor for k, factor in enumerate((1, NORMAL_95)))
    plain, reweighted = answer.images.plain, answer.images.reweighted
    for level, name, dash in ((plain, "real images", "dot"), (reweighted, "real images reweighted by r", "dash")):
        line = {"color": palette.exact, "dash": dash, "width": 1.2}
        figure.add_scatter(x=w[[0, -1]], y=[level, level], mode="lines", name=name, line=line, hovertemplate="%{y:.3g}")
    _curve(figure, w, value, value - half, value + half, palette.guided, "samples")
    return _finished(figure, title)


def _of_readings(
    readings: Sequence[ClassReading], label: str, quantity: Quantity, palette: Palette, title: str
) -> go.Figure:
    figure = go.Figure()
    others = [name for name in dict.fromkeys(row.label for row in readings) if name not in (label, "all")]
    for name in others:
        w, estimates = _known(readings, name, quantity)
        figure.add_scatter(
            x=w, y=[each.value for each in estimates], mode="lines", name="the other digits"
            if label != "all" else "each digit", legendgroup="others", showlegend=name == others[0],
            line={"color": faded(palette.muted, 0.55), "width": 1.1}, hovertemplate=f"{name}: %{{y:.4g}}<extra></extra>",
        )  # fmt: skip
    words = "all ten, 95 % band" if label == "all" else f"digit {label}, 95 % band"
    _estimates(figure, readings, label, quantity, palette.guided, words)
    return _finished(figure, title)


def _estimates(
    figure: go.Figure, readings: Sequence[ClassReading], label: str, quantity: Quantity, colour: str, name: str
) -> None:
    w, estimates = _known(readings, label, quantity)
    value, low, high = (_floats([getattr(each, key) for each in estimates]) for key in ("value", "low", "high"))
    _curve(figure, _floats(w), value, low, high, colour, name)


def _known(readings: Sequence[ClassReading], label: str, quantity: Quantity) -> tuple[list[float], list[Estimate]]:
    """w and the estimates of one label, where there are any."""
    pairs = [(row.w, getattr(row, quantity)) for row in readings if row.label == label]
    return [w for w, estimate in pairs if estimate], [estimate for _, estimate in pairs if estimate]


def _curve(figure: go.Figure, w: Floats, value: Floats, low: Floats, high: Floats, colour: str, name: str) -> None:
    figure.add_scatter(
        x=np.r_[w, w[::-1]], y=np.r_[high, low[::-1]], fill="toself", fillcolor=faded(colour, 0.2), mode="none",
        hoverinfo="skip", showlegend=False, legendgroup=name, name=f"95 % band of {name}",
    )  # fmt: skip
    text = [f"{v:.4g} (95 %: {a:.4g} to {b:.4g})" for v, a, b in zip(value, low, high, strict=True)]
    figure.add_scatter(
        x=w, y=value, name=name, mode="lines+markers", line={"color": colour, "width": 2.2}, marker={"size": 6}, text=text,
        hovertemplate="%{text}", legendgroup=name,
    )  # fmt: skip


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _finished(figure: go.Figure, y_title: str) -> go.Figure:
    figure.update_xaxes(title=Scale().title)
    figure.update_yaxes(title=y_title)
    figure.update_layout(
        margin={"l": 60, "r": 14, "t": 10, "b": 48},
        height=HEIGHT,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}},
        hovermode="closest",
    )
    return figure
