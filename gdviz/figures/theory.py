"""The laboratory's figures: one function a figure, read off the answers of the Theory page's runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.figures.axes import Floats, Range, padded
from gdviz.figures.curves import HEIGHT, NORMAL_95
from gdviz.figures.robustness import mixed
from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from gdviz.studies.theory.martingale import MartingaleAnswer
    from gdviz.studies.theory.slope import SlopeAnswer
    from gdviz.studies.theory.steps import StepsAnswer
    from gdviz.theory.running import Running
    from gdviz.theory.slope import SlopePoint

LOG_SNR = "log-SNR  (left noise, right data)"
DASHES = ("solid", "dash", "dashdot", "dot", "longdash", "longdashdot")
SHOWN_RATE = 2e-3
"""The axis of the rate leaves out levels at which none reaches this share of the largest."""


def colours(count: int, palette: Palette = LIGHT) -> list[str]:
    """From no guidance's colour to guidance's, one for each of several w."""
    return [mixed(palette.no_guidance, palette.guided, k / max(1, count - 1)) for k in range(count)]


# ---------------------------------------------------------------------- along the denoising
def along_figure(answer: MartingaleAnswer, palette: Palette = LIGHT) -> go.Figure:
    """E f_t(Y_t) against log-SNR for each w with its 95 % band, and dotted the running integral of the identity."""
    figure, v = go.Figure(), _floats(answer.log_snr)
    f = answer.names.f
    held: list[NDArray[np.floating]] = [np.array([answer.baseline])]
    rows = answer.rows
    for k, (row, colour) in enumerate(zip(rows, colours(len(rows), palette), strict=True)):
        value, half = _means(row.value)
        predicted, _ = _means(row.predicted)
        name = f"w = {row.w:g}"
        _band(figure, v, value, half, colour, name)
        _curve(figure, v, value, half, colour, name)
        line = {"color": colour, "dash": "dot", "width": 2.4}
        text = [f"identity {value:.4g}" for value in predicted]
        figure.add_scatter(
            x=v, y=predicted, name=f"identity, w = {row.w:g}", mode="lines", line=line, text=text, hovertemplate="%{text}",
            legendgroup=name, showlegend=k == len(rows) - 1,
        )  # fmt: skip
        held += [value - half, value + half, predicted]
    figure.add_hline(y=answer.baseline, line={"color": palette.exact, "dash": "dash", "width": 1.2})
    _ends(figure, answer, float(v[-1]), palette)
    return _finished(figure, LOG_SNR, padded([v]), f"mean of {f} on the way", padded(held))


def _ends(figure: go.Figure, answer: MartingaleAnswer, at: float, palette: Palette) -> None:
    """What the guided law itself says of the end."""
    known = list(answer.ends.items())
    if not known:
        return
    marker = {"symbol": "diamond-open", "size": 11, "color": palette.exact, "line": {"width": 2}}
    values = _floats([value for _, value in known])
    text = [f"exact law, w = {w}: {value:.6g}" for w, value in known]
    x = np.full(len(known), at, np.float32)
    figure.add_scatter(x=x, y=values, name="exact law", mode="markers", marker=marker, text=text, hovertemplate="%{text}")


def gap_figure(answer: MartingaleAnswer, palette: Palette = LIGHT) -> go.Figure:
    """The mean less the identity's prediction, particle by particle: 0 but for noise and step size."""
    figure, v = go.Figure(), _floats(answer.log_snr)
    held: list[NDArray[np.floating]] = [np.zeros(1)]
    rows = answer.rows
    for row, colour in zip(rows, colours(len(rows), palette), strict=True):
        value, half = _means(row.gap)
        name = f"w = {row.w:g}"
        _band(figure, v, value, half, colour, name)
        _curve(figure, v, value, half, colour, name)
        step = _floats(row.step) if row.step else np.full(len(v), np.nan, np.float32)
        there = np.isfinite(step) & np.isfinite(value)
        there[np.arange(len(v)) % 5 != 0] = False  # a bar at every fifth level
        if there.any():
            bars = {"type": "data", "array": step[there], "thickness": 1, "width": 3, "color": palette.muted}
            figure.add_scatter(
                x=v[there], y=value[there], name=f"step change of {name}", mode="markers", marker={"size": 1}, error_y=bars,
                hoverinfo="skip", showlegend=False, legendgroup=name,
            )  # fmt: skip
        held += [value - half, value + half, value[there] - step[there], value[there] + step[there]]
    figure.add_hline(y=0, line={"color": palette.exact, "dash": "dash", "width": 1.2})
    return _finished(figure, LOG_SNR, padded([v]), "mean − identity", padded(held))


def rate_figure(answer: MartingaleAnswer, palette: Palette = LIGHT) -> go.Figure:
    """What a unit of w gains per unit of log-SNR, for each w; the area under a curve is the whole gain."""
    figure, v = go.Figure(), _floats(answer.log_snr)
    middle, rows = ((v[1:] + v[:-1]) / 2).astype(np.float32), answer.rows
    means = [_means(row.rate) for row in rows]
    largest = max((float(np.nanmax(np.nan_to_num(value))) for value, _ in means), default=0.0)
    seen = np.zeros(len(middle), bool)
    for row, colour, (value, half) in zip(rows, colours(len(rows), palette), means, strict=True):
        name = f"w = {row.w:g}"
        _band(figure, middle, value, half, colour, name)
        _curve(figure, middle, value, half, colour, name)
        seen |= ~(value < SHOWN_RATE * largest)  # an unknown one is not small
    x_range = padded([middle[seen]]) if seen.any() else padded([middle])
    held = [np.zeros(1), *(side for value, half in means for side in (value - half, value + half))]
    return _finished(figure, LOG_SNR, x_range, "gain per unit of w and log-SNR", padded(held))


# ---------------------------------------------------------------------- slope against divergence
SLOPE = "exact: 2 E f KL"
SLOPES: Range = (-2.5, 0.8)
"""Exponents of the axes of slopes: fixed, so that points come into a picture that holds still."""


def slope_figure(answer: SlopeAnswer, palette: Palette = LIGHT) -> go.Figure:
    """Measured slope against 2 E f KL by quadrature, logarithmic, with the line on which they agree."""
    figure = go.Figure()
    line = {"color": palette.exact, "dash": "dash", "width": 1.4}
    ends = np.array([10 ** SLOPES[0], 10 ** SLOPES[1]], np.float32)
    figure.add_scatter(x=ends, y=ends, name="equal", mode="lines", line=line, hoverinfo="skip")
    for name, colour, symbol, points in _slope_groups(answer, palette):
        exact = _floats([p.exact for p in points])
        value, half = _means([p.measured for p in points])
        step = _floats([p.step for p in points])
        text = [
            f"E f = {p.mean:.3g}, KL = {p.divergence:.4g}: exact {p.exact:.4g}, measured {m:.4g} ± {h:.2g}, step {s:.2g}"
            for p, m, h, s in zip(points, value, half, step, strict=True)
        ]
        figure.add_scatter(
            x=exact, y=value, mode="markers", marker={"size": 1}, showlegend=False, hoverinfo="skip", legendgroup=name,
            name=f"step change {name}",
            error_y={"type": "data", "array": step, "thickness": 1, "width": 3, "color": palette.muted},
        )  # fmt: skip
        figure.add_scatter(
            x=exact, y=value, name=name, mode="markers", marker={"color": colour, "size": 7, "symbol": symbol}, text=text,
            hovertemplate="%{text}", legendgroup=name,
            error_y={"type": "data", "array": half, "thickness": 3, "width": 0, "color": faded(colour, 0.45)},
        )  # fmt: skip
    figure = _finished(figure, SLOPE, SLOPES, "measured slope at w = 0", SLOPES)
    figure.update_xaxes(type="log", dtick=1, exponentformat="none")
    figure.update_yaxes(type="log", dtick=1, exponentformat="none")
    figure.update_layout(hovermode="closest", height=420)
    return figure


RATIOS: Range = (0.75, 1.25)


def ratio_figure(answer: SlopeAnswer, palette: Palette = LIGHT) -> go.Figure:
    """Measured over exact slope, where bars can be seen: 95 % intervals, and thin the change against half as many steps."""
    figure = go.Figure()
    for name, colour, symbol, points in _slope_groups(answer, palette):
        exact, step = _floats([p.exact for p in points]), _floats([p.step for p in points])
        value, half = (part / exact for part in _means([p.measured for p in points]))
        steps = {"type": "data", "array": step / exact, "thickness": 1, "width": 3, "color": palette.muted}
        figure.add_scatter(
            x=exact, y=value, mode="markers", marker={"size": 1}, showlegend=False, hoverinfo="skip", error_y=steps,
            name=f"step change {name}", legendgroup=name,
        )  # fmt: skip
        text = [f"{v:.4g} ± {h:.2g}" for v, h in zip(value, half, strict=True)]
        bars = {"type": "data", "array": half, "thickness": 4, "width": 0, "color": faded(colour, 0.45)}
        figure.add_scatter(
            x=exact, y=value, name=name, mode="markers", marker={"color": colour, "size": 6, "symbol": symbol}, error_y=bars,
            text=text, hovertemplate="%{text}", legendgroup=name,
        )  # fmt: skip
    figure.add_hline(y=1, line={"color": palette.exact, "dash": "dash", "width": 1.2})
    figure = _finished(figure, SLOPE, SLOPES, "measured / exact", RATIOS)
    figure.update_xaxes(type="log", dtick=1, exponentformat="none")
    figure.update_layout(hovermode="closest", height=420)
    return figure


def _slope_groups(answer: SlopeAnswer, palette: Palette) -> Iterator[tuple[str, str, str, list[SlopePoint]]]:
    """Name, colour, symbol and the estimated points of labels and rewards, on a line and in the plane."""
    places = (1, "line", palette.no_guidance, "circle"), (2, "plane", palette.guided, "square")
    for kind, filled in (("label", ""), ("reward", "-open")):
        for dimension, place, colour, symbol in places:
            chosen = [p for p in answer.points if (p.kind, p.dimension) == (kind, dimension)]
            yield f"{kind}, {place}", colour, symbol + filled, [p for p in chosen if p.measured[0] is not None]


# ---------------------------------------------------------------------- heavy tails
def running_figure(row: Running, y_range: Range, palette: Palette = LIGHT) -> go.Figure:
    """Running means of independent runs over the number of samples, the first with its usual 95 % band, and the exact value.

    Parameters
    ----------
    row : Running
    y_range : tuple
        Common to all of them, relative to the exact value.
    """
    figure, n = go.Figure(), _floats(row.n)
    for k, means in reversed(list(enumerate(row.means))):
        value, half = (part / row.exact for part in _means(means))
        colour = palette.no_guidance if k == 0 else palette.muted
        if k == 0:
            _band(figure, n, value, half, colour, "run 1")
        text = [f"{v:.4g} ± {h:.2g}" for v, h in zip(value, half, strict=True)]
        line = {"color": colour if k == 0 else faded(colour, 0.6), "width": 2.2 if k == 0 else 1.2}
        name = "one run, its usual 95 % band" if k == 0 else "other runs"
        figure.add_scatter(
            x=n, y=value, name=name, mode="lines", line=line, text=text, hovertemplate="%{text}", showlegend=k <= 1,
            legendgroup="run 1" if k == 0 else "others",
        )  # fmt: skip
    line = {"color": palette.exact, "dash": "dash", "width": 1.4}
    figure.add_hline(y=1, line=line)
    figure = _finished(figure, "samples", padded([n], log=True), "running mean / exact value", y_range)
    figure.update_xaxes(type="log", dtick=1, exponentformat="none")
    figure.update_layout(hovermode="closest", height=260)
    return figure


def running_range(rows: Sequence[Running]) -> Range:
    """An axis for all: what the runs show, between 0 and 3 times the exact value."""
    held = [_means(means)[0] / row.exact for row in rows for means in row.means]
    low, high = padded([*held, np.ones(1)]) or (0.0, 2.0)
    return max(0.0, low), min(3.0, high)


# ---------------------------------------------------------------------- step size
def steps_figure(answer: StepsAnswer, palette: Palette = LIGHT) -> go.Figure:
    """The mean against the number of steps for each w, dashed the guided law, their limit."""
    figure, rows = go.Figure(), answer.rows
    n, held = _floats([row.steps for row in rows]), []
    limits = {limit.w: limit.value for limit in answer.limits}
    for k, (w, colour) in enumerate(zip(answer.w, colours(len(answer.w), palette), strict=True)):
        value, half = _means([row.mean[k] for row in rows])
        name = f"w = {w:g}"
        _band(figure, n, value, half, colour, name)
        _curve(figure, n, value, half, colour, name, markers=True)
        held += [value - half, value + half]
        if limits.get(w) is not None:
            figure.add_hline(y=limits[w], line={"color": colour, "dash": "dash", "width": 1.4})
            held.append(np.array([limits[w]]))
    return _steps_axis(_finished(figure, "steps", padded([n], log=True), f"mean of {answer.names.f}", padded(held)))


def shift_figure(answer: StepsAnswer, palette: Palette = LIGHT) -> go.Figure:
    """Size of the change against the finest run, logarithmic, with a line of first order."""
    figure, rows = go.Figure(), [row for row in answer.rows[1:]]
    n, held = _floats([row.steps for row in rows]), []
    for k, (w, colour) in enumerate(zip(answer.w, colours(len(answer.w), palette), strict=True)):
        value, half = _means([row.shift[k] for row in rows])
        size, low = np.abs(value), np.minimum(half, 0.999 * np.abs(value))
        text = [f"{v:+.3g} ± {h:.2g}" for v, h in zip(value, half, strict=True)]
        figure.add_scatter(
            x=n, y=size, name=f"w = {w:g}", mode="lines+markers", text=text, hovertemplate="%{text}",
            line={"color": colour, "width": 2}, marker={"color": colour, "size": 6},
            error_y={"type": "data", "array": half, "arrayminus": low, "thickness": 3, "width": 0, "color": faded(colour, 0.4)},
        )  # fmt: skip
        held.append(size[size > 0])
    finest = float(answer.rows[0].steps)
    first = [size for size in held if len(size)]
    if first and len(n):
        start = float(max(size.max() for size in first))
        order = (start * (1 / n - 1 / finest) / (1 / n[-1] - 1 / finest)).astype(np.float32)  # [G - 1]
        line = {"color": palette.muted, "dash": "dot"}
        figure.add_scatter(x=n, y=order, name="first order in the step", mode="lines", line=line, hoverinfo="skip")
        held.append(order)
    y_range = padded(held, log=True)
    figure = _steps_axis(_finished(figure, "steps", padded([n], log=True), f"|change against {finest:g} steps|", y_range))
    figure.update_yaxes(type="log", dtick=1, exponentformat="power")
    return figure


def _steps_axis(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(type="log", tickmode="array", tickvals=[25, 50, 100, 200, 400, 800, 1600], exponentformat="none")
    return figure


# ---------------------------------------------------------------------- parts
def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _means(pairs: Sequence[Sequence[float | None]]) -> tuple[Floats, Floats]:
    """Values and half-widths of the 95 % intervals of (value, standard error)."""
    return _floats([value for value, _ in pairs]), NORMAL_95 * _floats([se for _, se in pairs])


def _band(figure: go.Figure, x: Floats, value: Floats, half: Floats, colour: str, name: str) -> None:
    keep = np.isfinite(value) & np.isfinite(half)
    edges = np.flatnonzero(np.diff(np.r_[False, keep, False].astype(int)))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        part = slice(int(a), int(b))
        figure.add_scatter(
            x=np.r_[x[part], x[part][::-1]], y=np.r_[(value + half)[part], (value - half)[part][::-1]], fill="toself",
            fillcolor=faded(colour, 0.18), mode="none", hoverinfo="skip", showlegend=False, legendgroup=name,
            name=f"95 % band of {name}",
        )  # fmt: skip


def _curve(figure: go.Figure, x: Floats, value: Floats, half: Floats, colour: str, name: str, markers: bool = False) -> None:
    text = [f"{v:.4g} ± {h:.2g}" for v, h in zip(value, half, strict=True)]
    figure.add_scatter(
        x=x, y=value, name=name, mode="lines+markers" if markers else "lines", line={"color": colour, "width": 2}, text=text,
        hovertemplate="%{text}", legendgroup=name, connectgaps=False, showlegend=bool(np.isfinite(value).any()),
    )  # fmt: skip


def _finished(figure: go.Figure, x_title: str, x_range: Range | None, y_title: str, y_range: Range | None) -> go.Figure:
    figure.update_xaxes(title=x_title, range=x_range)
    figure.update_yaxes(title=y_title, range=y_range)
    figure.update_layout(
        margin={"l": 64, "r": 14, "t": 10, "b": 48},
        height=HEIGHT,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}},
        hovermode="x unified",
    )
    return figure
