"""Points as they were read from somebody's file: a mark a label, or a histogram on a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gdviz.palette import Palette

HEIGHT = 220
SYMBOLS = ("circle", "x", "triangle-up", "square", "diamond", "cross", "star", "triangle-down")
"""Labels are told apart by shape as well as by colour."""

MOST_NAMED = 8
"""Labels with a mark of their own; the others share the last."""


def points_figure(x: NDArray[np.float64], labels: Sequence[str | None], palette: Palette) -> go.Figure | None:
    """The points [n, d]; None in more than two dimensions."""
    if x.shape[1] > 2:
        return None
    colours = (palette.no_guidance, palette.guided, palette.reward, palette.predicted, palette.conditional, palette.tilted)
    names = list(dict.fromkeys(labels))
    figure = go.Figure()
    for number, name in enumerate(names[:MOST_NAMED]):
        here = np.array([label == name or (number == MOST_NAMED - 1 and label in names[MOST_NAMED:]) for label in labels])  # [n]
        title = "no label" if name is None else name if number < MOST_NAMED - 1 or len(names) == MOST_NAMED else "others"
        colour = colours[number % len(colours)]
        if x.shape[1] == 1:
            figure.add_histogram(x=np.float32(x[here, 0]), name=title, marker={"color": colour}, opacity=0.7, hoverinfo="skip")
            continue
        marker = {"color": colour, "size": 5, "symbol": SYMBOLS[number % len(SYMBOLS)]}
        chosen = x[here].astype(np.float32)  # [m, 2]
        figure.add_scatter(x=chosen[:, 0], y=chosen[:, 1], name=title, mode="markers", marker=marker, hoverinfo="skip")
    if x.shape[1] == 2:
        figure.update_yaxes(scaleanchor="x")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    figure.update_layout(
        margin={"l": 30, "r": 4, "t": 4, "b": 24}, height=HEIGHT, barmode="overlay", legend=legend, showlegend=len(names) > 1
    )
    return figure
