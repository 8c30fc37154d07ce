"""Learned guidance weights to look at: curves over flow time as they form, maps over the step, what each loss asks for.

Sliders inside a figure move between arrays that are all there: they ask nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Floats, padded
from gdviz.figures.curves import NORMAL_95
from gdviz.palette import LIGHT, Palette, faded
from gdviz.record import finite, significant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gdviz.studies.weights.learned import StepProfile, WeightMap

    Rows = NDArray[np.float64]  # a row a class, NaN where nothing is known

HEIGHT = 380
MARGIN = {"l": 60, "r": 14, "t": 40, "b": 48}
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
FLOW_TIME = "flow time t  (0 = data, 1 = noise)"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star")

CLOSED = "closed form of l2"

QUIET = 0.05
"""Where the two noise predictions differ by less than this share of a noise's size, in root mean square and in every class, a
weight multiplies next to nothing: it is not identified."""


def class_colours(count: int, palette: Palette = LIGHT) -> list[str]:
    """One for each class; dashes and symbols tell them apart as well."""
    known = (palette.predicted, palette.reward, palette.conditional, palette.tilted, palette.powered, palette.muted)
    return [known[k % len(known)] for k in range(count)]


def quiet_parts(flow_times: Sequence[float], pushes: Rows) -> list[tuple[float, float]]:
    """Intervals of flow time in which weights are not identified: the push of every class is below `QUIET`.

    Parameters
    ----------
    flow_times : sequence of float, length T
        Ascending.
    pushes : array [C, T]
        Of `gdviz.theory.weights.push_sizes`.
    """
    quiet = _floats(pushes).max(0) < QUIET  # [T]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(flow_times)), 1.0]
    parts: list[tuple[float, float]] = []
    for k, is_quiet in enumerate(quiet):
        if not is_quiet:
            continue
        if parts and parts[-1][1] == edges[k]:
            parts[-1] = parts[-1][0], edges[k + 1]
        else:
            parts.append((edges[k], edges[k + 1]))
    return parts


def curves_figure(
    flow_times: Sequence[float],
    forms: Sequence[tuple[int, Rows]],
    labels: Sequence[str],
    pushes: Rows | None = None,
    closed: Sequence[float | None] | None = None,
    shares: Sequence[float] | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """omega(t - step, t) over t, a curve a class; with several forms a slider over the optimiser steps, at the last at first.

    Parameters
    ----------
    flow_times : sequence of float, length T
    forms : sequence of (optimiser step, array [C, T])
    labels : sequence of str, length C
    pushes : array [C, T], optional
        Shades where weights are not identified.
    closed : sequence of length T, optional
        The closed form of the class average, where the loss has one.
    shares : sequence of float, length C, optional
        p(c): with `closed`, the average of the curves is drawn beside it.
    """
    figure, t = go.Figure(), np.array(flow_times, np.float32)
    _, last = forms[-1]
    lines = [(f"class {label}", row) for label, row in zip(labels, last, strict=True)]
    for k, ((name, row), colour) in enumerate(zip(lines, class_colours(len(labels), palette), strict=True)):
        line = {"color": colour, "width": 2.4, "dash": DASHES[k % len(DASHES)]}
        figure.add_scatter(x=t, y=_floats(row), name=name, mode="lines", line=line, text=_told(row), hovertemplate="%{text}")
    moving = len(labels)
    if closed is not None:
        if shares is not None:
            line = {"color": palette.guided, "width": 3}
            figure.add_scatter(x=t, y=_average(last, shares), name="average of the classes", mode="lines", line=line)
            moving += 1
        line = {"color": palette.exact, "width": 1.6, "dash": "dash"}
        figure.add_scatter(x=t, y=_floats(closed), name="closed form, exact scores", mode="lines", line=line)
    if pushes is not None:
        _shade(figure, quiet_parts(flow_times, pushes), palette)
    held = [_floats(rows) for _, rows in forms] + ([] if closed is None else [_floats(closed)])
    _, high = padded([np.nan_to_num(item) for item in held] + [np.zeros(1)]) or (0.0, 1.0)
    figure.update_xaxes(title=FLOW_TIME, range=[0, 1])
    figure.update_yaxes(title="weight omega", range=[-0.04 * max(high, 0.25), max(high, 0.25)])
    figure.update_layout(height=HEIGHT, margin=MARGIN, legend=LEGEND, hovermode="x unified")
    if len(forms) > 1:
        moves = []
        for at, rows in forms:
            y = [_floats(row) for row in rows] + ([_average(rows, shares)] if moving > len(labels) and shares is not None else [])
            moves.append((f"{at:,}", {"y": y}, list(range(moving))))
        move_slider(figure, "Optimiser step: ", moves, len(moves) - 1, palette)
    return figure


def map_figure(
    table: WeightMap,
    labels: Sequence[str],
    flow_times: Sequence[float] = (),
    pushes: Rows | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """omega(c, s, t) over t and s < t as a heat map, with a slider over the classes.

    Parameters
    ----------
    table : WeightMap
    """
    maps = [_floats(each) for each in table.omega]
    high = max(0.01, *(float(np.nanmax(each)) for each in maps))
    x, y = _floats(table.t), _floats(table.s)
    figure = go.Figure(
        go.Heatmap(
            x=x,
            y=y,
            z=maps[0],
            zmin=0,
            zmax=high,
            colorscale="Viridis",
            hoverongaps=False,
            hovertemplate="from t = %{x:.3g} down to s = %{y:.3g}: omega = %{z:.3g}<extra></extra>",
            colorbar={"title": {"text": "omega"}, "thickness": 12},
        )
    )
    if pushes is not None:
        _shade(figure, quiet_parts(flow_times, pushes), palette)
    shortest = {"color": palette.guided, "dash": "dot", "width": 1.6}
    figure.add_scatter(x=[0.11, 0.99], y=[0.01, 0.89], mode="lines", name="shortest step in training", line=shortest)
    figure.update_xaxes(title=FLOW_TIME, range=[0, 1])
    figure.update_yaxes(title="to flow time s", range=[0, 1])
    figure.update_layout(height=HEIGHT, margin=MARGIN, legend=LEGEND, showlegend=True)
    if len(maps) > 1:
        moves = [(label, {"z": [each]}, [0]) for label, each in zip(labels, maps, strict=True)]
        move_slider(figure, "Class: ", moves, 0, palette)
    return figure


def profiles_figure(profiles: Sequence[StepProfile], exact: bool, palette: Palette = LIGHT) -> go.Figure:
    """Losses over one weight for all classes, each from its least (0) to its largest in the picture (1), with its minimum
    marked; a slider over the step.

    Parameters
    ----------
    profiles : sequence of StepProfile
    exact : bool
        Whether the scores are exact, so that the closed form of l2 says where its minimum lies.
    """
    figure = go.Figure()
    start = len(profiles) // 2 - 1 if len(profiles) > 1 else 0
    looks = (palette.predicted, palette.reward, palette.guided, palette.muted)
    everything = [_profile_arrays(profile, exact) for profile in profiles]
    for k, (name, x, y, error) in enumerate(everything[start]):
        colour, dash = looks[(k // 2) % len(looks)], DASHES[(k // 2) % len(DASHES)]
        if name == CLOSED:
            style: dict[str, Any] = {"mode": "lines", "line": {"color": palette.exact, "dash": "dash", "width": 1.4}}
        elif error is not None:
            marker = {"color": colour, "size": 11, "symbol": SYMBOLS[(k // 2) % len(SYMBOLS)]}
            bar = {"type": "data", "array": error}
            style = {"mode": "markers", "marker": marker, "error_x": bar, "showlegend": False}
        else:
            style = {"mode": "lines", "line": {"color": colour, "dash": dash, "width": 2.2}}
        figure.add_scatter(x=x, y=y, name=name, **style)
    figure.add_vrect(x0=-1, x1=0, fillcolor=faded(palette.muted, 0.18), line_width=0, layer="below")
    moves = []
    for profile, arrays in zip(profiles, everything, strict=True):
        # Several arrays of one attribute are a list, one for each trace.
        errors = [error for _, _, _, error in arrays]
        change = {"x": [x for _, x, _, _ in arrays], "y": [y for _, _, y, _ in arrays], "error_x.array": errors}
        moves.append((f"{profile.t:g}", change, list(range(len(arrays)))))
    figure.update_xaxes(title="omega, one for all classes  (shaded: not allowed)", range=[-1, 3])
    figure.update_yaxes(title="loss, least = 0, largest = 1", range=[-0.06, 1.03])
    figure.update_layout(height=HEIGHT + 40, margin=MARGIN, legend=LEGEND)
    if len(moves) > 1:
        move_slider(figure, "Step of 0.1 from t = ", moves, start, palette)
    return figure


def _profile_arrays(profile: StepProfile, exact: bool) -> list[tuple[str, Floats, Floats, list[float] | None]]:
    """Curve and minimum of each loss, and the closed form: name, x, y and error of x of one trace each."""
    traces: list[tuple[str, Floats, Floats, list[float] | None]] = []
    for name, each in profile.losses.items():
        loss = _floats(each.loss)
        scaled = (loss - loss.min()) / max(float(loss.max() - loss.min()), 1e-12)
        traces.append((name, _floats(each.omega), scaled, None))
        traces.append((name, _floats([each.least]), np.zeros(1, np.float32), [NORMAL_95 * each.se]))
    if exact:
        s, t = profile.s, profile.t
        at = (1 - t) * s / (t - s)
        traces.append((CLOSED, _floats([at, at]), _floats([-0.06, 1.03]), None))
    return traces


# ---------------------------------------------------------------------- shared
def move_slider(
    figure: go.Figure, prefix: str, moves: Sequence[tuple[str, Mapping[str, Any], list[int]]], start: int, palette: Palette
) -> None:
    """A slider inside the figure: each move is its label, the new values of the traces, and which traces those are."""
    steps = [  # plain lists: plotly decodes packed arrays in traces, not in a slider
        {"label": label, "method": "restyle", "args": [finite(significant(change, 4)), traces]} for label, change, traces in moves
    ]
    font = {"color": palette.muted, "size": 12}
    figure.update_layout(
        sliders=[
            {
                "active": start,
                "steps": steps,
                "currentvalue": {"prefix": prefix, "font": {"color": palette.exact, "size": 13}},
                "font": font,
                "pad": {"t": 58, "b": 4},
                "bgcolor": faded(palette.muted, 0.25),
                "activebgcolor": palette.guided,
                "bordercolor": palette.muted,
                "tickcolor": palette.muted,
            }
        ],
        height=figure.layout.height + 90,
        margin={**MARGIN, "b": 118},
    )


def _shade(figure: go.Figure, parts: Sequence[tuple[float, float]], palette: Palette) -> None:
    """Bands where weights are not identified, and their entry in the legend."""
    for low, high in parts:
        figure.add_vrect(x0=low, x1=high, fillcolor=faded(palette.muted, 0.28), line_width=0)
    if parts:
        marker = {"symbol": "square", "size": 12, "color": faded(palette.muted, 0.45)}
        figure.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name="not identified")


def _average(rows: Rows, shares: Sequence[float]) -> Floats:
    """Average of the classes with weights p(c), [T]."""
    weight = np.array(shares, np.float64) / sum(shares)  # [C]
    return (weight[:, None] * _floats(rows)).sum(0).astype(np.float32)


def _told(row: NDArray[np.float64]) -> list[str]:
    return [f"{value:.3g}" if value == value else "" for value in row.tolist()]


def _floats(values: Sequence[float] | Sequence[float | None] | NDArray[np.float64]) -> Floats:
    """float32 with NaN for None."""
    return np.asarray(values, np.float64).astype(np.float32)
