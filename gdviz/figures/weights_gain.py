"""What learned guidance weights gain: samples beside the truth, distances over seeds, reward against distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gdviz.figures.axes import Floats, Range, padded
from gdviz.figures.curves import NORMAL_95
from gdviz.figures.weights import HEIGHT, LEGEND, MARGIN, SYMBOLS, class_colours, move_slider
from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gdviz.studies.weights.reward import RewardAnswer, RewardPoint

    Clouds = NDArray[np.float64]  # [C, n, d]

PANEL = 230
"""Height of a scatter panel."""

THOUSAND = 1000
"""Energy distances are shown times this."""


def extent(clouds: Sequence[Clouds]) -> tuple[Range, Range]:
    """Axes that hold all but the farthest percent of each panel's points: one stray point shall not shrink the others."""
    points = [panel.reshape(-1, panel.shape[-1]) for panel in clouds]  # [C n, 2] each
    ends = np.concatenate([np.quantile(each, (0.005, 0.995), axis=0) for each in points])  # [2 P, 2]
    return padded([ends[:, 0]]) or (-1, 1), padded([ends[:, 1]]) or (-1, 1)


def cloud_figure(clouds: Clouds, labels: Sequence[str], box: tuple[Range, Range], palette: Palette = LIGHT) -> go.Figure:
    """A panel of samples [C][n][2], a colour and a symbol a class."""
    figure = go.Figure()
    for k, (points, colour) in enumerate(zip(clouds, class_colours(len(labels), palette), strict=True)):
        x = points.astype(np.float32)  # [n, 2]
        marker = {"color": faded(colour, 0.75), "size": 4, "symbol": SYMBOLS[k % len(SYMBOLS)]}
        figure.add_scatter(x=x[:, 0], y=x[:, 1], name=f"class {labels[k]}", mode="markers", marker=marker, hoverinfo="skip")
    figure.update_xaxes(range=box[0], constrain="domain", showticklabels=False, zeroline=False)
    figure.update_yaxes(range=box[1], scaleanchor="x", constrain="domain", showticklabels=False, zeroline=False)
    figure.update_layout(height=PANEL, margin={"l": 4, "r": 4, "t": 4, "b": 4}, showlegend=False, dragmode=False)
    return figure


def distances_figure(
    rows: Sequence[tuple[str, Sequence[float], tuple[float, float]]], floor: float, palette: Palette = LIGHT
) -> go.Figure:
    """Energy distance x 1000 to the truth by method: every seed, the mean, and its 95 % interval over the seeds.

    Parameters
    ----------
    rows : sequence of (method, energy distance of each seed, (low, high) of the mean's interval)
    floor : float
        95 % quantile between two samples of the truth.
    """
    figure = go.Figure()
    colours = {"none": palette.no_guidance, "learned": palette.guided}
    means, seeds = [], []
    for name, energy, (low, high) in rows:
        mean = float(np.mean(energy))
        known = math.isfinite(low) and math.isfinite(high)
        means.append((name, mean, (high - low) / 2 if known else 0.0))
        seeds += [(name, value) for value in energy]
    marker = {"symbol": "x-thin", "size": 8, "line": {"width": 1.6, "color": palette.muted}}
    y = np.array([THOUSAND * value for _, value in seeds], np.float32)
    figure.add_scatter(x=[name for name, _ in seeds], y=y, mode="markers", marker=marker, name="one seed", hoverinfo="y")
    y = np.array([THOUSAND * mean for _, mean, _ in means], np.float32)
    bars = np.array([THOUSAND * half for _, _, half in means], np.float32)
    error = {"type": "data", "array": bars, "thickness": 2, "width": 8, "color": palette.muted}
    marker = {"size": 12, "color": [colours.get(name, palette.conditional) for name, _, _ in means], "symbol": "diamond"}
    figure.add_scatter(x=[name for name, _, _ in means], y=y, mode="markers", marker=marker, error_y=error, name="mean, 95 %")
    figure.add_hline(y=THOUSAND * floor, line={"color": palette.exact, "dash": "dot", "width": 1.4})
    figure.add_scatter(
        x=[means[0][0]], y=[None], mode="lines", line={"color": palette.exact, "dash": "dot"}, name="floor: truth against truth"
    )
    figure.update_yaxes(title="energy distance x 1000", rangemode="tozero")
    figure.update_layout(height=HEIGHT, margin=MARGIN, legend=LEGEND)
    return figure


def constants_figure(
    w: Sequence[float], tried: Sequence[Sequence[float]], learned: float, none: float, palette: Palette = LIGHT
) -> go.Figure:
    """Energy distance x 1000 over a constant weight, each seed thin and their mean thick, beside that of the learned weights.

    Parameters
    ----------
    w : sequence of float, length W
    tried : rows [S][W]
        What the search saw.
    learned, none : float
        Means over the seeds.
    """
    figure, at = go.Figure(), np.array(w, np.float32)
    every = THOUSAND * np.array(tried, np.float64)  # [S, W]
    for number, row in enumerate(every):
        line = {"color": faded(palette.conditional, 0.35), "width": 1}
        name, first = "constant, one seed", number == 0
        figure.add_scatter(x=at, y=row.astype(np.float32), mode="lines", line=line, name=name, showlegend=first, legendgroup=name)
    mean = every.mean(0)
    text = [f"{value:.3g}" for value in mean]
    style: dict[str, Any] = {"mode": "lines+markers", "line": {"color": palette.conditional, "width": 2.4}, "text": text}
    figure.add_scatter(x=at, y=mean.astype(np.float32), name="constant, mean", hovertemplate="%{text}", **style)
    ends = np.array([at.min(), at.max()], np.float32)
    for name, value, colour, dash in (("learned", learned, palette.guided, "solid"), ("none", none, palette.no_guidance, "dot")):
        y = np.full(2, THOUSAND * value, np.float32)
        text = [f"{THOUSAND * value:.3g}"] * 2
        figure.add_scatter(x=ends, y=y, mode="lines", name=name, line={"color": colour, "dash": dash, "width": 2}, text=text)
    figure.update_xaxes(title="constant guidance scale w", range=padded([at.astype(float)]))
    figure.update_yaxes(
        title="energy distance x 1000", type="log", range=padded([every, np.array([THOUSAND * learned])], log=True)
    )
    figure.update_layout(height=HEIGHT, margin=MARGIN, legend=LEGEND)
    return figure


def tradeoff_figure(answer: RewardAnswer, reward: str, palette: Palette = LIGHT) -> go.Figure:
    """Reward against distance for learned weights over gamma_R, constants over w and exact tilts over k, and below the samples at
    one gamma_R: a slider over it moves a mark above and the samples below.

    Parameters
    ----------
    answer : RewardAnswer
    reward : str
        How log r is written.
    """
    figure = make_subplots(rows=2, cols=1, row_heights=[0.45, 0.55], vertical_spacing=0.13)
    rows = (
        (answer.learned, "learned, over gamma_R", "γ", palette.guided, "solid", "circle"),
        (answer.constant, "constant, over w", "w", palette.conditional, "dash", "square"),
        (answer.tilt, "exact tilt p(x | c) r^k", "k", palette.exact, "dot", "diamond"),
    )
    for entries, name, letter, colour, dash, symbol in rows:
        if not entries:
            continue
        x, y, x_bar, y_bar = _pairs(entries)
        figure.add_scatter(
            x=x, y=y, name=name, mode="lines+markers", line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 7}, error_x={"array": x_bar, "width": 2}, error_y={"array": y_bar, "width": 2},
            text=[f"{letter} = {each.at:g}" for each in entries], hovertemplate="%{text}: %{x:.3g}, %{y:.3g}",
            row=1, col=1,
        )  # fmt: skip
    learned, labels = answer.learned, answer.labels
    marker = {"symbol": "circle-open", "size": 18, "color": palette.guided, "line": {"width": 3}}
    x, y, _, _ = _pairs(learned)
    mark = len(figure.data)
    figure.add_scatter(x=x[:1], y=y[:1], mode="markers", marker=marker, showlegend=False, hoverinfo="skip", row=1, col=1)
    for k, (points, colour) in enumerate(zip(learned[0].samples, class_colours(len(labels), palette), strict=True)):
        cloud = points.astype(np.float32)  # [n, 2]
        dots = {"color": faded(colour, 0.75), "size": 4, "symbol": SYMBOLS[k % len(SYMBOLS)]}
        figure.add_scatter(
            x=cloud[:, 0], y=cloud[:, 1], mode="markers", marker=dots, name=f"class {labels[k]}", hoverinfo="skip", row=2, col=1
        )
    box = extent([each.samples for each in learned])
    across, up = _near(answer)
    figure.update_xaxes(title=f"reward, mean of {reward}", range=across, row=1, col=1)
    figure.update_yaxes(title="energy distance x 1000", range=up, row=1, col=1)
    figure.update_xaxes(range=box[0], constrain="domain", row=2, col=1)
    figure.update_yaxes(range=box[1], scaleanchor="x2", constrain="domain", row=2, col=1)
    figure.update_layout(height=2 * HEIGHT + 80, margin=MARGIN, legend={**LEGEND, "y": 1.01})
    moves = []
    for number, each in enumerate(learned):
        clouds = each.samples.astype(np.float32)  # [C, n, 2]
        change = {
            "x": [x[number : number + 1], *(cloud[:, 0] for cloud in clouds)],
            "y": [y[number : number + 1], *(cloud[:, 1] for cloud in clouds)],
        }
        moves.append((f"{each.at:g}", change, list(range(mark, mark + 1 + len(clouds)))))
    move_slider(figure, "gamma_R = ", moves, 0, palette)
    return figure


def _pairs(entries: Sequence[RewardPoint]) -> tuple[Floats, Floats, Floats, Floats]:
    """Reward and distance x 1000, and half their 95 % intervals."""
    table = np.array([[*each.reward, *each.energy] for each in entries], float)  # [n, 4]
    table[:, 2:] *= THOUSAND
    table[:, [1, 3]] *= NORMAL_95
    x, x_bar, y, y_bar = table.astype(np.float32).T
    return x, y, x_bar, y_bar


def _near(answer: RewardAnswer) -> tuple[Range, Range]:
    """Axes that hold learned weights and tilts, with air: large constants are far away and leave the picture."""
    held = [*answer.learned, *answer.tilt]
    high = 1.3 * THOUSAND * max(each.energy[0] for each in held)
    seen = held + [each for each in answer.constant if THOUSAND * each.energy[0] < high]
    across = padded([np.array([each.reward[0] for each in seen])]) or (-1.0, 0.0)
    return across, (-0.04 * high, high)
