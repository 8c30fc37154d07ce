"""Curves over w with their error bars, what is exact, and an axis that holds still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.figures.axes import Floats, Range, Scale, padded
from gdviz.palette import LIGHT, Palette, faded

NORMAL_95 = 1.96
HEIGHT = 320
LAW = "exact law of the guided sampler"


@dataclass(frozen=True)
class Series:
    """One curve over w.

    Attributes
    ----------
    name : str
    w, value : array, shape [W]
        NaN where there is no value: the curve has a gap there.
    colour : str
    error : array, shape [W], optional
        Standard errors, drawn as a 95 % band and thick bars; NaN where none is to be drawn.
    step : array, shape [W], optional
        Change against half as many steps, drawn as a second, thinner bar.
    dash : str
    markers : bool
    group : str
        Name of the curve whose legend entry also shows and hides this one, which then has none of its own.
    """

    name: str
    w: Floats
    value: Floats
    colour: str
    error: Floats | None = None
    step: Floats | None = None
    dash: str = "solid"
    markers: bool = True
    group: str = ""

    @property
    def half(self) -> Floats:
        """Half-widths of the 95 % intervals, NaN where there is none."""
        error = np.full(len(self.w), np.nan) if self.error is None else self.error
        return (NORMAL_95 * error).astype(np.float32)

    def ordered(self, keep: NDArray[np.bool_]) -> Series:
        """The points that are kept, by rising w."""
        order = np.argsort(self.w, kind="stable")
        order = order[keep[order]]
        error, step = (None if part is None else part[order] for part in (self.error, self.step))
        return replace(self, w=self.w[order], value=self.value[order], error=error, step=step)


@dataclass(frozen=True)
class ExactMarks:
    """What is known without simulation: points (w, value), the slope at the first of them, a value for every w.

    `line` holds points (w, value) of the guided law itself, by rising w.
    """

    points: Sequence[tuple[float, float]] = ()
    slope: float | None = None
    level: float | None = None
    line: Sequence[tuple[float, float]] = ()


def value_range(series: Sequence[Series], exact: ExactMarks | None = None, *, log: bool = False) -> Range | None:
    """The range that holds every value, band, step bar and exact point; None where there is nothing to show."""
    exact = exact or ExactMarks()
    held: list[NDArray[np.floating]] = [np.array([value for _, value in exact.points])]
    if exact.level is not None:
        held.append(np.array([exact.level]))
    for item in series:
        step = np.zeros(len(item.w)) if item.step is None else np.nan_to_num(item.step)
        reach = np.fmax(np.nan_to_num(item.half), step)
        held += [item.value - reach, item.value + reach] if not log else [item.value]
    if not any(np.isfinite(item.value).any() for item in series):  # beside sample means the line may leave the picture
        held.append(np.array([value for _, value in exact.line]))
    return padded(held, log)


def curve_figure(
    series: Sequence[Series],
    y_title: str,
    exact: ExactMarks | None = None,
    *,
    scale: Scale | None = None,
    log_y: bool = False,
    y_range: Range | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """Curves over w, or over gamma = 1 + w.

    Parameters
    ----------
    series : sequence of Series
    y_title : str
    exact : ExactMarks, optional
        Drawn as diamonds, a dashed tangent and, below the curves, the guided law's solid line. On a logarithmic
        axis, which has no place for w = 0, the value there is a dotted level.
    scale : Scale, optional
    log_y : bool
    y_range : tuple, optional
        The vertical axis (exponents when `log_y`), so that the picture holds still while bars shrink.
    """
    scale, exact = scale or Scale(), exact or ExactMarks()
    figure = go.Figure()
    shown = [item.ordered(scale.has(item.w)) for item in series]
    _add_law(figure, exact, scale, palette)
    for item in shown:
        _add_band(figure, item, scale)
    for item in shown:
        _add_steps(figure, item, scale, palette)
        _add_curve(figure, item, scale)
    all_w = np.concatenate([np.zeros(0, np.float32), *(item.w for item in shown)])
    _add_exact(figure, exact, all_w, scale, palette)
    figure.update_xaxes(title=scale.title, type="log" if scale.log else "linear", range=scale.range(all_w), exponentformat="none")
    figure.update_yaxes(title=y_title, type="log" if log_y else "linear", range=y_range or value_range(series, exact, log=log_y))
    if scale.log:
        figure.update_xaxes(dtick="D2")
    figure.update_layout(
        margin={"l": 64, "r": 14, "t": 10, "b": 48},
        height=HEIGHT,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}},
        hovermode="x unified",
    )
    return figure


def _add_band(figure: go.Figure, item: Series, scale: Scale) -> None:
    """The 95 % band of each stretch of neighbours that have one."""
    x, half = scale.shift(item.w), item.half
    for part in _runs(np.isfinite(item.value) & np.isfinite(half)):
        low, high = (item.value - half)[part], (item.value + half)[part]
        figure.add_scatter(
            x=np.concatenate([x[part], x[part][::-1]]),
            y=np.concatenate([high, low[::-1]]),
            name=f"95 % band of {item.name}",
            fill="toself",
            fillcolor=faded(item.colour, 0.18),
            mode="none",
            hoverinfo="skip",
            showlegend=False,
            legendgroup=item.group or item.name,
        )


def _add_steps(figure: go.Figure, item: Series, scale: Scale, palette: Palette) -> None:
    """The change against half as many steps: a second, thinner bar with caps."""
    if item.step is None:
        return
    there = np.isfinite(item.step) & np.isfinite(item.value)
    if not there.any():
        return
    bar = {"type": "data", "array": item.step[there].astype(np.float32), "thickness": 1, "width": 3, "color": palette.muted}
    figure.add_scatter(
        x=scale.shift(item.w)[there],
        y=item.value[there].astype(np.float32),
        name=f"step change of {item.name}",
        mode="markers",
        marker={"size": 1, "color": palette.muted},
        error_y=bar,
        hoverinfo="skip",
        showlegend=False,
        legendgroup=item.group or item.name,
    )


def _add_curve(figure: go.Figure, item: Series, scale: Scale) -> None:
    """The values, joined where neighbours have one, with thick 95 % bars that show where a band has no width."""
    half = item.half
    bars = None
    if np.isfinite(half).any():
        array = np.nan_to_num(half).astype(np.float32)
        bars = {"type": "data", "array": array, "thickness": 4, "width": 0, "color": faded(item.colour, 0.35)}
    figure.add_scatter(
        x=scale.shift(item.w),
        y=item.value.astype(np.float32),
        name=item.name,
        mode="lines+markers" if item.markers else "lines",
        error_y=bars,
        line={"color": item.colour, "dash": item.dash, "width": 2},
        marker={"size": 6, "color": item.colour},
        connectgaps=False,
        legendgroup=item.group or item.name,
        text=[_words(*point) for point in zip(item.value, half, strict=True)],
        hovertemplate="%{text}",
        showlegend=not item.group and bool(np.isfinite(item.value).any()),
    )


def _add_law(figure: go.Figure, exact: ExactMarks, scale: Scale, palette: Palette) -> None:
    """The mean under the guided law, a solid line below all else."""
    if not exact.line:
        return
    w, value = (np.array(part, np.float32) for part in zip(*exact.line, strict=True))
    keep = scale.has(w)
    figure.add_scatter(
        x=scale.shift(w)[keep],
        y=value[keep],
        name=LAW,
        mode="lines",
        line={"color": palette.exact, "width": 1.6},
        text=[f"{v:.6g}" for v in value[keep]],
        hovertemplate="%{text}",
    )


def _add_exact(figure: go.Figure, exact: ExactMarks, w: Floats, scale: Scale, palette: Palette) -> None:
    if exact.level is not None:
        figure.add_hline(y=exact.level, line={"color": palette.exact, "dash": "dash", "width": 1.4})
    if not exact.points:
        return
    at, values = (np.array(part, np.float32) for part in zip(*exact.points, strict=True))
    keep = scale.has(at)
    if exact.slope is not None and len(w):
        grid = scale.fine(w)
        line = {"color": palette.exact, "dash": "dash", "width": 1.4}
        tangent = (values[0] + np.float32(exact.slope) * (grid - at[0])).astype(np.float32)
        name = "exact tangent"
        figure.add_scatter(x=scale.shift(grid), y=tangent, name=name, mode="lines", line=line, hoverinfo="skip")
    for point, value in zip(at[~keep], values[~keep], strict=True):
        ends = scale.shift(scale.fine(w, 2))
        level = np.full(2, value, np.float32)
        line = {"color": palette.exact, "dash": "dot", "width": 1.4}
        figure.add_scatter(x=ends, y=level, name=f"exact at w = {point:g}", mode="lines", line=line, hoverinfo="skip")
    marker = {"symbol": "diamond-open", "size": 12, "color": palette.exact, "line": {"width": 2, "color": palette.exact}}
    if keep.any():
        figure.add_scatter(
            x=scale.shift(at)[keep],
            y=values[keep],
            name="exact",
            mode="markers",
            marker=marker,
            text=[f"{value:.6g}" for value in values[keep]],
            hovertemplate="%{text}",
        )


def _runs(present: NDArray[np.bool_]) -> list[slice]:
    """Stretches of neighbours that are all present."""
    edges = np.flatnonzero(np.diff(np.r_[False, present, False].astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _words(value: float, half: float) -> str:
    return f"{value:.4g} ± {half:.2g}" if half > 0 else f"{value:.4g}"
