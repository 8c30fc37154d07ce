"""The Curves page's figures, read off the rows of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.axes import Floats, Range, Scale
from gdviz.figures.curves import ExactMarks, Series, curve_figure, value_range
from gdviz.palette import LIGHT, Palette

if TYPE_CHECKING:
    from gdviz.exact_curves import ExactPoint
    from gdviz.metrics import ExactValues, Row

PLAIN = Scale()
SHARES = -0.02, 1.02
"""The axis of a proportion."""


@dataclass(frozen=True)
class Curves:
    """Rows to be drawn, and how the reader wants them.

    Attributes
    ----------
    rows : sequence of Row
        A result's.
    exact : ExactValues
        Its exact values.
    reward : str
        How r is written, e.g. ``p(b | x)``.
    first : sequence of Row
        The rows of the first partial result: they set the axes, so that nothing jumps while bars shrink.
    goals : mapping
        Goal name -> how its law is written.
    scale : Scale
    paper_sign : bool
        -1/p in place of 1/p, as the paper's Figure 1 plots it.
    palette : Palette
    law : sequence of ExactPoint
        Of the guided law; empty where it is not known.
    beside : sequence of Row
        Rows of the same run on exact scores, drawn dashed where `rows` come from a network's.
    """

    rows: Sequence[Row]
    exact: ExactValues
    reward: str = "r(x)"
    first: Sequence[Row] = ()
    goals: Mapping[str, str] | None = None
    scale: Scale = PLAIN
    paper_sign: bool = False
    palette: Palette = LIGHT
    law: Sequence[ExactPoint] = ()
    beside: Sequence[Row] = ()

    @property
    def sign(self) -> float:
        return -1.0 if self.paper_sign else 1.0

    @property
    def reciprocal(self) -> str:
        """How 1/r is written, with its sign."""
        return f"{'−' if self.paper_sign else ''}1 / {self.reward}"

    @property
    def identity_of(self) -> str | None:
        """The mean that the improvement identity predicts; None where it holds for none."""
        return next((row.identity.of for row in self.rows if row.identity), None)


def column(rows: Sequence[Any], *path: str) -> Floats:
    """A field of every record as float32, NaN where it is None."""

    def value(row: Any) -> float:
        for step in path:
            row = None if row is None else getattr(row, step)
        return np.nan if row is None else float(row)

    return np.array([value(row) for row in rows], np.float32)


def reward_figure(curves: Curves) -> go.Figure | None:
    """Mean reward: band, step bars, the identity's prediction, exact values at w = 0 and 1, tangent, guided law."""
    exact = _exact(curves, "mean_reward")
    return _figure(curves, lambda rows: _mean_and_prediction(curves, rows, "mean_reward"), f"mean of {curves.reward}", exact)


def reciprocal_figure(curves: Curves) -> go.Figure | None:
    """Mean of 1/r, or of -1/r: a gap and no band where the tail is too heavy for a mean."""
    exact = _exact(curves, "mean_reciprocal", curves.sign)
    title = f"mean of {curves.reciprocal}"
    return _figure(curves, lambda rows: _mean_and_prediction(curves, rows, "mean_reciprocal", curves.sign), title, exact)


def improved_figure(curves: Curves) -> go.Figure | None:
    """Proportion improved on the same noise, and against unrelated unguided particles."""

    def read(rows: Sequence[Row]) -> list[Series]:
        w, colour = column(rows, "w"), curves.palette.guided
        nothing_to_compare = w == 0  # every particle is its own pair there
        same, error, step = (
            np.where(nothing_to_compare, np.float32(np.nan), column(rows, *path))
            for path in (("improved",), ("se_improved",), ("step_changes", "improved"))
        )
        apart, apart_error = column(rows, "improved_independent"), column(rows, "se_improved_independent")
        return [
            Series("same noise", w, same, colour, error, step),
            Series("independent run", w, apart, curves.palette.no_guidance, apart_error, dash="dash"),
        ]

    return _figure(curves, read, "proportion improved", fixed=SHARES)


def identity_figure(curves: Curves) -> go.Figure | None:
    """The direct estimate less the improvement identity's prediction, which is 0 but for noise and steps."""
    of = curves.identity_of
    if of is None:
        return None

    def read(rows: Sequence[Row]) -> list[Series]:
        gap = column(rows, of) - column(rows, "identity", "value")
        error = np.hypot(column(rows, f"se_{of.removeprefix('mean_')}"), column(rows, "identity", "se"))
        step = column(rows, "step_changes", of) + column(rows, "step_changes", "identity")
        return [Series("direct − predicted", column(rows, "w"), gap, curves.palette.guided, error, step)]

    return _figure(curves, read, "direct − predicted", ExactMarks(level=0.0))


def path_kl_figure(curves: Curves) -> go.Figure | None:
    """KL between the guided and the unguided path laws; logarithmic where w is."""

    def read(rows: Sequence[Row]) -> list[Series]:
        return [Series("path KL", column(rows, "w"), column(rows, "path_kl"), curves.palette.guided, column(rows, "se_path_kl"))]

    return _figure(curves, read, "KL(guided || unguided)", log_y=curves.scale.log)


def distance_figure(curves: Curves) -> go.Figure | None:
    """Energy distance to each goal law, with the floor that two samples of the goal itself show."""

    def read(rows: Sequence[Row]) -> list[Series]:
        w, series = column(rows, "w"), []
        for name in dict.fromkeys(item.to for row in rows for item in row.distances):
            law, colour = (curves.goals or {}).get(name, f"the {name} law"), curves.palette.goal(name)
            distances = [next((item for item in row.distances if item.to == name), None) for row in rows]
            distance, error, floor = (column(distances, key) for key in _DISTANCE)
            series.append(Series(f"to {law}", w, distance, colour, error))
            series.append(Series(f"floor of {law}", w, floor, colour, dash="dot", markers=False, group=f"to {law}"))
        return series

    return _figure(curves, read, "energy distance")


_DISTANCE = ("energy_distance", "se", "floor")


def _mean_and_prediction(curves: Curves, rows: Sequence[Row], of: str, sign: float = 1.0) -> list[Series]:
    """A mean, and the improvement identity's prediction of it where it speaks of it."""
    w, short = column(rows, "w"), of.removeprefix("mean_")
    value, step = sign * column(rows, of), column(rows, "step_changes", of)
    series = [Series("direct estimate", w, value, curves.palette.guided, column(rows, f"se_{short}"), step)]
    if curves.identity_of == of:
        predicted = sign * column(rows, "identity", "value")
        error = column(rows, "identity", "se")
        name, colour = "identity's prediction", curves.palette.predicted
        series.append(Series(name, w, predicted, colour, error, dash="dot", markers=False))
    return series


def _exact(curves: Curves, of: str, sign: float = 1.0) -> ExactMarks:
    known = [(w, sign * value) for w in (0.0, 1.0) if (value := getattr(curves.exact, f"{of}_w{w:g}", None)) is not None]
    slope = getattr(curves.exact, f"slope_{of}_w0", None)
    line = [(point.w, sign * getattr(point, of)) for point in curves.law if getattr(point, of) is not None]
    return ExactMarks(known, sign * slope if slope is not None and known and known[0][0] == 0 else None, line=line)


def _dashed(series: Sequence[Series]) -> list[Series]:
    """The main curves of the run on exact scores; what is already an aside there stays away."""
    main = [item for item in series if item.dash == "solid" and not item.group]
    return [replace(item, name=f"{item.name}, exact score", dash="dash", step=None) for item in main]


def _figure(
    curves: Curves,
    read: Callable[[Sequence[Row]], list[Series]],
    title: str,
    exact: ExactMarks | None = None,
    *,
    log_y: bool = False,
    fixed: Range | None = None,
) -> go.Figure | None:
    """The figure of what `read` takes from the rows; None where there is no value to show."""
    series = [*read(curves.rows), *_dashed(read(curves.beside) if curves.beside else [])]
    if not any(np.isfinite(item.value).any() for item in series) and not (exact and (exact.points or exact.line)):
        return None
    y_range = fixed or value_range([*series, *read(curves.first)], exact, log=log_y)
    return curve_figure(series, title, exact, scale=curves.scale, log_y=log_y, y_range=y_range, palette=curves.palette)
