"""Winners and losers: single particles on the same noise, with and without guidance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Floats, Range, padded
from gdviz.figures.theory import LOG_SNR
from gdviz.palette import LIGHT, Palette, faded

Answer = Mapping[str, Any]

HEIGHT = 420
MARGIN = {"l": 64, "r": 14, "t": 10, "b": 48}
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}


def paths_figure(answer: Answer, side: str, extent: tuple[Range, Range] | None = None, palette: Palette = LIGHT) -> go.Figure:
    """Paths of one side, dashed without guidance and solid with it: over log-SNR on a line, in the plane otherwise.

    Parameters
    ----------
    side : {"losers", "winners"}
    extent : pair of ranges, optional
        The axes, common to both sides (`paths_extent`).
    """
    figure, group = go.Figure(), answer[side]
    snr = np.array(answer["log_snr"], np.float32)
    looks = (
        ("before", "without guidance", palette.no_guidance, "dot", "x"),
        ("after", f"w = {answer['w']:g}", palette.guided, "solid", "circle"),
    )
    for key, name, colour, dash, symbol in looks:
        for k, path in enumerate(group[key]):
            points = np.array(path, np.float32)  # [F, d]
            x, y = (snr, points[:, 0]) if points.shape[1] == 1 else (points[:, 0], points[:, 1])
            line = {"color": faded(colour, 0.85), "width": 1.4, "dash": dash}
            figure.add_scatter(
                x=x, y=y, name=name, mode="lines", line=line, legendgroup=name, showlegend=k == 0, hoverinfo="skip"
            )
            figure.add_scatter(
                x=x[-1:], y=y[-1:], mode="markers", marker={"color": colour, "size": 8, "symbol": symbol},
                name=f"end, {name}", legendgroup=name, showlegend=False, text=[f"particle {group['particle'][k]}"],
                hovertemplate="%{text}",
            )  # fmt: skip
    plane = bool(group["after"]) and len(group["after"][0][0]) == 2
    titles = ("x", "y") if plane else (LOG_SNR, "x")
    ranges = extent or paths_extent(answer)
    figure.update_xaxes(title=titles[0], range=ranges[0])
    figure.update_yaxes(title=titles[1], range=ranges[1])
    figure.update_layout(margin=MARGIN, height=HEIGHT, legend=LEGEND, hovermode="closest")
    return figure


def paths_extent(answer: Answer) -> tuple[Range, Range]:
    """Axes that hold the paths of both sides."""
    paths = [np.array(answer[side][key], float) for side in ("losers", "winners") for key in ("before", "after")]
    points = np.concatenate([part.reshape(-1, part.shape[-1]) for part in paths if part.size])  # [M, d]
    if points.shape[1] == 1:
        return padded([np.array(answer["log_snr"])]) or (0, 1), padded([points]) or (0, 1)
    return padded([points[:, 0]]) or (0, 1), padded([points[:, 1]]) or (0, 1)


def pairs_figure(answer: Answer, palette: Palette = LIGHT) -> go.Figure:
    """Reward without guidance against reward with it, one point a particle on the same noise, logarithmic."""
    before, after = (
        np.array([np.nan if v is None else v for v in answer[key]], float) / np.log(10) for key in ("before", "after")
    )
    figure = go.Figure()
    reward = answer["names"]["reward"]
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
    figure.update_yaxes(title=f"{reward} at w = {answer['w']:g}", type="log", range=ends, exponentformat="none")
    figure.update_layout(margin=MARGIN, height=HEIGHT, legend=LEGEND, hovermode="closest")
    return figure


def _log10(log_r: Sequence[float | None]) -> Floats:
    return np.array([np.nan if v is None else v / np.log(10) for v in log_r], np.float64).astype(np.float32)
