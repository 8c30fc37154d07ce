"""Samples from anywhere over the exact laws: a histogram under densities, or points over contours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gdviz.palette import Palette, faded

if TYPE_CHECKING:
    from gdviz.facts.picture import SamplePicture

BINS = 60
HEIGHT = 420


def sample_figure(picture: SamplePicture, palette: Palette) -> go.Figure:
    """The picture of `gdviz.facts.picture`, drawn.

    Parameters
    ----------
    picture : SamplePicture
        In one or two dimensions.
    palette : Palette
    """
    axes = [np.asarray(axis, np.float32) for axis in picture.axes]
    figure = _line(picture, axes[0], palette) if len(axes) == 1 else _plane(picture, axes, palette)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 50, "r": 10, "t": 10, "b": 40},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        xaxis={"range": [float(axes[0][0]), float(axes[0][-1])], "title": "x"},
    )
    return figure


def _line(picture: SamplePicture, axis: np.ndarray, palette: Palette) -> go.Figure:
    figure = go.Figure()
    edges = np.linspace(axis[0], axis[-1], BINS + 1)
    x = np.asarray(picture.samples, float)[:, 0]
    heights = np.histogram(x, edges)[0] / (len(x) * (edges[1] - edges[0]))
    centers = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    figure.add_bar(x=centers, y=heights.astype(np.float32), name="samples", marker={"color": faded(palette.guided, 0.55)})
    for law in picture.laws:
        density = np.asarray(law.density, np.float32)
        figure.add_scatter(x=axis, y=density, mode="lines", name=law.title, line={"color": _colour(law.name, palette)})
    if picture.atoms is not None:
        places = np.asarray(picture.atoms, np.float32)[:, 0]
        marks = {"symbol": "line-ns-open", "size": 14, "color": palette.exact}
        figure.add_scatter(x=places, y=np.zeros_like(places), mode="markers", name="points of the target", marker=marks)
    figure.update_layout(bargap=0, yaxis={"title": "density", "rangemode": "tozero"})
    return figure


def _plane(picture: SamplePicture, axes: list[np.ndarray], palette: Palette) -> go.Figure:
    figure = go.Figure()
    x = np.asarray(picture.samples, np.float32)
    figure.add_scatter(
        x=x[:, 0], y=x[:, 1], mode="markers", name="samples", marker={"size": 3, "color": palette.guided, "opacity": 0.4}
    )
    for law in picture.laws:
        figure.add_contour(
            x=axes[0],
            y=axes[1],
            z=np.asarray(law.density, np.float32).T,
            name=law.title,
            showlegend=True,
            showscale=False,
            ncontours=10,
            contours={"coloring": "none"},
            line={"color": _colour(law.name, palette), "width": 1.5},
            hoverinfo="skip",
        )
    if picture.atoms is not None:
        places = np.asarray(picture.atoms, np.float32)
        marks = {"size": 7, "symbol": "circle-open", "color": palette.exact}
        figure.add_scatter(x=places[:, 0], y=places[:, 1], mode="markers", name="points of the target", marker=marks)
    figure.update_layout(
        yaxis={"range": [float(axes[1][0]), float(axes[1][-1])], "title": "y", "scaleanchor": "x"}, xaxis={"constrain": "domain"}
    )
    return figure


def _colour(name: str, palette: Palette) -> str:
    return palette.no_guidance if name == "plain" else palette.goal(name)
