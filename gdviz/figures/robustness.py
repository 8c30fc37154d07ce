"""Guided means under wrong scores beside the exact ones, and what a first-order account says of the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Floats, Range
from gdviz.figures.curves import HEIGHT, ExactMarks, Series, curve_figure, value_range
from gdviz.palette import LIGHT, Palette

if TYPE_CHECKING:
    from gdviz.studies.robustness import Effect

DASHES = ("dot", "dashdot", "solid")
"""From the shortest training or the smallest error to the longest or largest."""

GREYEST = 0.6
"""Share of grey in the first of a family."""


@dataclass(frozen=True)
class Wrong:
    """The runs of one wrong score.

    Attributes
    ----------
    name : str
        As legends say it.
    rows : sequence of Effect
    colour, dash : str
    """

    name: str
    rows: Sequence[Effect]
    colour: str
    dash: str = "solid"


def family(count: int, colour: str, palette: Palette = LIGHT) -> list[tuple[str, str]]:
    """Colours and dashes of a family of `count` curves, from grey and dotted to full and solid."""
    looks = []
    for after in reversed(range(count)):  # how many come after this one
        share = GREYEST * after / max(1, count - 1)
        looks.append((mixed(colour, palette.muted, share), DASHES[max(0, len(DASHES) - 1 - after)]))
    return looks


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another, ``#rrggbb``."""
    parts = [[int(text[k : k + 2], 16) for k in (1, 3, 5)] for text in (colour, other)]
    return "#" + "".join(f"{round((1 - share) * a + share * b):02x}" for a, b in zip(*parts, strict=True))


def mean_figure(
    exact: Sequence[Effect], wrong: Sequence[Wrong], of: str, title: str, y_range: Range | None = None, palette: Palette = LIGHT
) -> go.Figure | None:
    """A mean over w: dashed under exact scores, and under each wrong one. None where nothing is known.

    Parameters
    ----------
    exact : sequence of Effect
        Any answer's rows: the exact run is in all of them.
    of : {"rewards", "reciprocals"}
    title : str
        Of the vertical axis.
    y_range : tuple, optional
        `mean_range` of all scores, so that pictures side by side share their axis.
    """
    series = _means(exact, wrong, of, palette)
    if not _any(series):
        return None
    return curve_figure(series, title, y_range=y_range, palette=palette)


def mean_range(exact: Sequence[Effect], wrong: Sequence[Wrong], of: str) -> Range | None:
    """The axis that holds every mean and its band."""
    return value_range(_means(exact, wrong, of, LIGHT))


def effect_figure(wrong: Sequence[Wrong], title: str, palette: Palette = LIGHT) -> go.Figure | None:
    """How far each error moves the mean: measured with bands, and dotted what first order predicts."""
    series = _effects(wrong)
    return curve_figure(series, title, ExactMarks(level=0.0), palette=palette) if _any(series) else None


def gap_figure(wrong: Sequence[Wrong], title: str, palette: Palette = LIGHT) -> go.Figure | None:
    """The measured effect of each wrong score less what is accounted for along the paths: 0 but for noise and step size."""
    series = [
        Series(item.name, _w(item.rows), _value(item.rows, "gap"), item.colour, _error(item.rows, "gap"), _step(item.rows, "gap"))
        for item in wrong
    ]
    return curve_figure(series, title, ExactMarks(level=0.0), palette=palette) if _any(series) else None


def errors_figure(networks: Sequence[tuple[str, Sequence[tuple[float, float]], str, str]], palette: Palette = LIGHT) -> go.Figure:
    """Relative score error of each network by noise level, logarithmic.

    Parameters
    ----------
    networks : sequence of (name, ((log-SNR, error), ...), colour, dash)
    """
    figure = go.Figure()
    for name, by_level, colour, dash in networks:
        snr, error = np.array(by_level, np.float32).reshape(-1, 2).T
        text = [f"{value:.3g}" for value in error]
        line = {"color": colour, "dash": dash, "width": 2}
        figure.add_scatter(x=snr, y=error, name=name, mode="lines", line=line, text=text, hovertemplate="%{text}")
    figure.add_hline(
        y=1, line={"color": palette.muted, "dash": "dot"}, annotation={"text": "saying nothing", "font": {"color": palette.muted}}
    )
    figure.update_xaxes(title="log-SNR  (left noise, right data)")
    figure.update_yaxes(title="relative score error", type="log", exponentformat="power")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    margin = {"l": 64, "r": 14, "t": 10, "b": 48}
    figure.update_layout(height=HEIGHT, margin=margin, legend=legend, hovermode="x unified", showlegend=True)
    return figure


# ---------------------------------------------------------------------- from rows to series
def _means(exact: Sequence[Effect], wrong: Sequence[Wrong], of: str, palette: Palette) -> list[Series]:
    known = Series("exact score", _w(exact), _value(exact, of, 0), palette.exact, _error(exact, of, 0), dash="dash")
    return [
        known,
        *(
            Series(item.name, _w(item.rows), _value(item.rows, of, 1), item.colour, _error(item.rows, of, 1), dash=item.dash)
            for item in wrong
        ),
    ]


def _effects(wrong: Sequence[Wrong]) -> list[Series]:
    series = []
    for item in wrong:
        w, rows = _w(item.rows), item.rows
        measured, predicted = (_value(rows, name) for name in ("measured", "predicted"))
        step = _step(rows, "measured")
        series.append(Series(item.name, w, measured, item.colour, _error(rows, "measured"), step))
        name = f"first order, {item.name}"
        error = _error(rows, "predicted")
        series.append(Series(name, w, predicted, item.colour, error, dash="dot", markers=False, group=item.name))
    return series


def _w(rows: Sequence[Effect]) -> Floats:
    return np.array([row.w for row in rows], np.float32)


def _value(rows: Sequence[Effect], name: str, which: int | None = None) -> Floats:
    return _part(rows, name, which, 0)


def _error(rows: Sequence[Effect], name: str, which: int | None = None) -> Floats:
    return _part(rows, name, which, 1)


def _part(rows: Sequence[Effect], name: str, which: int | None, part: int) -> Floats:
    """Values (part 0) or standard errors (1) of a mean, or of the exact (0) or wrong (1) one of two."""
    values = [(getattr(row, name) if which is None else getattr(row, name)[which])[part] for row in rows]
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _step(rows: Sequence[Effect], name: str) -> Floats:
    values = [getattr(row.steps, name, None) for row in rows]
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _any(series: Sequence[Series]) -> bool:
    return any(np.isfinite(item.value).any() for item in series)
