"""Winners and losers: single particles on the same noise, with and without guidance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Range, padded
from gdviz.figures.theory import LOG_SNR
from gdviz.palette import LIGHT, Palette, faded

if TYPE_CHECKING:
    from gdviz.theory.winners import Side, Winners

HEIGHT = 420
MARGIN = {"l": 64, "r": 14, "t": 10, "b": 48}
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}


def paths_figure(winners: Winners, side: Side, extent: tuple[Range, Range] | None = None, palette: Palette = LIGHT) -> go.Figure:
    """Paths of one side, dashed without guidance and solid with it: over log-SNR on a line, in the plane otherwise.

    Parameters
    ----------
    winners : Winners
    side : Side
        One of its two.
    extent : pair of ranges, optional
        The axes, common to both sides (`paths_extent`).
    """
    figure = go.Figure()
    snr = winners.log_snr.astype(np.float32)
    looks = (
        (side.before, "without guidance", palette.no_guidance, "dot", "x"),
        (side.after, f"w = {winners.w:g}", palette.guided, "solid", "circle"),
    )
    for paths, name, colour, dash, symbol in looks:
        for k, path in enumerate(paths):
            points = np.array(path, np.float32)  # [F, d]
            x, y = (snr, points[:, 0]) if points.shape[1] == 1 else (points[:, 0], points[:, 1])
            line = {"color": faded(colour, 0.85), "width": 1.4, "dash": dash}
            figure.add_scatter(
                x=x, y=y, name=name, mode="lines", line=line, legendgroup=name, showlegend=k == 0, hoverinfo="skip"
            )
            figure.add_scatter(
                x=x[-1:], y=y[-1:], mode="markers", marker={"color": colour, "size": 8, "symbol": symbol},
                name=f"end, {name}", legendgroup=name, showlegend=False, text=[f"particle {side.particle[k]}"],
                hovertemplate="%{text}",
            )  # fmt: skip
    plane = side.after.ndim == 3 and side.after.shape[2] == 2
    titles = ("x", "y") if plane else (LOG_SNR, "x")
    ranges = extent or paths_extent(winners)
    figure.update_xaxes(title=titles[0], range=ranges[0])
    figure.update_yaxes(title=titles[1], range=ranges[1])
    figure.update_layout(margin=MARGIN, height=HEIGHT, legend=LEGEND, hovermode="closest")
    return figure


def paths_extent(winners: Winners) -> tuple[Range, Range]:
    """Axes that hold the paths of both sides."""
    paths = [paths.astype(float) for side in (winners.losers, winners.winners) for paths in (side.before, side.after)]
    points = np.concatenate([part.reshape(-1, part.shape[-1]) for part in paths if part.size])  # [M, d]
    if points.shape[1] == 1:
        return padded([winners.log_snr]) or (0, 1), padded([points]) or (0, 1)
    return padded([points[:, 0]]) or (0, 1), padded([points[:, 1]]) or (0, 1)


def pairs_figure(winners: Winners, reward: str, palette: Palette = LIGHT) -> go.Figure:
    """Reward without guidance against reward with it, one point a particle on the same noise, logarithmic."""
    before, after = (values / np.log(10) for values in (winners.before, winners.after))
    figure = go.Figure()
    held = np.concatenate([before, after])
    held = held[np.isfinite(held)]
    low, high = (max(float(np.quantile(held, 0.002)), float(held.max()) - 4), float(held.max())) if len(held) else (-1.0, 0.0)
    ends = padded([np.array([low, high])]) or (-1.0, 0.0)
    line = np.array([10 ** ends[0], 10 ** ends[1]], np.float32)
    figure.add_scatter(
        x=line,
        y=line,
        mode="lines",
        name="unchanged",
        line={"color": palette.exact, "dash": "dash", "width": 1.2},
        hoverinfo="skip",
    )
    for name, keep, colour, symbol in (
        ("rose", after > before, palette.reward, "circle"),
        ("fell", after < before, palette.conditional, "x"),
    ):
        title = f"{name}: {int(keep.sum()):,} of {len(before):,}"
        figure.add_scatter(
            x=np.float32(10 ** before[keep]), y=np.float32(10 ** after[keep]), name=title,
            mode="markers", marker={"color": faded(colour, 0.7), "size": 5, "symbol": symbol}, hoverinfo="skip",
        )  # fmt: skip
    figure.update_xaxes(title=f"{reward} without guidance", type="log", range=ends, exponentformat="none")
    figure.update_yaxes(title=f"{reward} at w = {winners.w:g}", type="log", range=ends, exponentformat="none")
    figure.update_layout(margin=MARGIN, height=HEIGHT, legend=LEGEND, hovermode="closest")
    return figure
