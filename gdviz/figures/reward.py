"""A reward on a target before anything runs: r with the target's law, and the tilted law beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from gdviz.metrics.reward_grid import RewardPicture

HEIGHT = 200
"""Pixels of a line's picture, and about the most of a plane's, whose sides are in scale."""

WIDTH = 340
"""Pixels that a panel is wide, about."""

HELD = (0.5, 0.9)
"""Shares of the target's mass that its contours hold."""

GAP = 0.06
"""Between the two pictures of a plane, as a share of the width."""

LARGEST = 3e38
"""A browser's heat map holds single precision."""

TARGET, TILTED = "target p", "tilted p r / E r"

Floats = NDArray[np.floating]


def reward_figure(picture: RewardPicture, palette: Palette = LIGHT) -> go.Figure:
    """On a line, r as a shade and both densities as lines.

    In the plane two pictures on the same axes, each with the target's contours, which hold 50 and 90 % of it: r as a tint, and
    the tilted law as a tint. Where r is refused there is the first alone, with the line on which r = 0.
    """
    figure = _line_figure(picture, palette) if len(picture.axes) == 1 else _plane_figure(picture, palette)
    return figure.update_layout(hovermode="closest")


def _line_figure(picture: RewardPicture, palette: Palette) -> go.Figure:
    figure, x = go.Figure(), np.float32(picture.axes[0])
    look = {"line": _line(palette.reward, 1), "fill": "tozeroy", "fillcolor": faded(palette.reward, 0.15), "yaxis": "y2"}
    figure.add_scatter(x=x, y=np.float32(picture.reward), name="r", **look)
    figure.add_scatter(x=x, y=np.float32(picture.density), name=TARGET, line=_line(palette.no_guidance))
    if picture.tilted is not None:
        figure.add_scatter(x=x, y=np.float32(picture.tilted), name=TILTED, line=_line(palette.tilted, dash="dash"))
    figure.update_traces(hovertemplate="%{y:.3g} at %{x:.3g}")
    right = {"overlaying": "y", "side": "right", "showgrid": False, "color": palette.reward, "rangemode": "tozero", "nticks": 4}
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    margin = {"l": 30, "r": 34, "t": 4, "b": 20}
    left = {"rangemode": "tozero", "nticks": 4}
    return figure.update_layout(yaxis=left, yaxis2=right, legend=legend, margin=margin, height=HEIGHT)


def _plane_figure(picture: RewardPicture, palette: Palette) -> go.Figure:
    figure = go.Figure()
    target = held(picture.density)
    reward = np.nan_to_num(picture.reward, nan=0.0, posinf=LARGEST, neginf=-LARGEST).clip(-LARGEST, LARGEST)
    _tint(figure, picture, reward, palette.reward, "r %{z:.3g}", "")
    _contours(figure, picture, target, HELD, palette.no_guidance, "")
    shown = [("r on the target", "")]
    if picture.tilted is not None:
        _tint(figure, picture, np.sqrt(picture.tilted), palette.tilted, "", "2")
        _contours(figure, picture, target, HELD, palette.no_guidance, "2")
        shown.append(("the tilted law", "2"))
    elif reward.min() < 0 < reward.max():
        _contours(figure, picture, reward, (0.0, 0.0), palette.exact, "")
    width = (1 - GAP * (len(shown) - 1)) / len(shown)
    for number, (title, axis) in enumerate(shown):
        left = number * (width + GAP)
        sides = {"domain": [left, left + width], "nticks": 5, "constrain": "domain", "anchor": f"y{axis}"}
        figure.update_layout({f"xaxis{axis}": sides | ({"matches": "x"} if axis else {})})
        scale = {"anchor": f"x{axis}", "scaleanchor": f"x{axis}", "constrain": "domain", "nticks": 5, "showticklabels": not axis}
        figure.update_layout({f"yaxis{axis}": scale | ({"matches": "y"} if axis else {})})
        at = {"x": left + width / 2, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
        figure.add_annotation(text=title, showarrow=False, font={"size": 12}, **at)
    wide, high = (float(axis[-1] - axis[0]) for axis in picture.axes)
    height = min(max(width * WIDTH * high / wide, HEIGHT / 2), HEIGHT) + 40
    return figure.update_layout(margin={"l": 24, "r": 4, "t": 20, "b": 20}, showlegend=False, height=height)


def _tint(figure: go.Figure, picture: RewardPicture, z: Floats, colour: str, hover: str, axis: str) -> None:
    x, y = (np.float32(values) for values in picture.axes)
    scale = [[0, faded(colour, 0)], [1, faded(colour, 0.9)]]
    said = {"hovertemplate": f"{hover}<extra></extra>"} if hover else {"hoverinfo": "skip"}
    axes = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    figure.add_heatmap(x=x, y=y, z=np.float32(z), colorscale=scale, showscale=False, zsmooth="best", **axes, **said)


def _contours(figure: go.Figure, picture: RewardPicture, z: Floats, ends: tuple[float, float], colour: str, axis: str) -> None:
    x, y = (np.float32(values) for values in picture.axes)
    levels = {"coloring": "none", "start": ends[0], "end": ends[1], "size": ends[1] - ends[0] or 1}
    figure.add_contour(
        x=x, y=y, z=np.float32(z), contours=levels, line=_line(colour, 1.4), showscale=False, hoverinfo="skip",
        xaxis=f"x{axis}", yaxis=f"y{axis}",
    )  # fmt: skip


def _line(colour: str, width: float = 2, dash: str = "solid") -> dict[str, Any]:
    return {"color": colour, "width": width, "dash": dash}


def held(density: Floats) -> Floats:
    """At each point the share of the mass that lies where the density is higher: its contour at 0.9 holds 90 %, shape kept."""
    order = np.argsort(-density, axis=None)
    mass = np.empty(density.size)
    mass[order] = np.cumsum(density.flat[order])
    return (mass / mass.max()).reshape(density.shape)
