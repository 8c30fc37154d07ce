"""The Curves page's figures, read off the rows of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gdviz.figures.curves import Exact, Floats, Series, curve_figure
from gdviz.figures.palette import NO_GUIDANCE, REWARD, SERIES

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """How the reader wants the curves.

    Attributes
    ----------
    axis : {"w", "gamma"}
    log_w : bool
    paper_sign : bool
        -1/p in place of 1/p, as the paper's Figure 1 plots it.
    """

    axis: str = "w"
    log_w: bool = False
    paper_sign: bool = False


def column(rows: Sequence[Row], *path: str | int) -> Floats:
    """A field of every row as float32, NaN where it is null."""

    def value(row: Any) -> float:
        for step in path:
            row = None if row is None else row[step]
        return np.nan if row is None else float(row)

    return np.array([value(row) for row in rows], np.float32)


def reward_figure(rows: Sequence[Row], exact: Row, name: str, shown: Shown) -> go.Figure:
    """Mean reward over w with band, step bars, exact values and tangent."""
    known = [(w, exact[key]) for w, key in ((0.0, "mean_reward_w0"), (1.0, "mean_reward_w1")) if exact.get(key) is not None]
    series = [_mean(rows, "reward", f"mean of {name}"), *_identity(rows, "mean_reward")]
    return _figure(series, f"mean of {name}", Exact(known, _tangent(exact, "mean_reward")), shown)


def reciprocal_figure(rows: Sequence[Row], exact: Row, name: str, shown: Shown) -> go.Figure:
    """Mean of 1/r over w, or of -1/r; a gap where the tail is too heavy for a mean."""
    sign = -1.0 if shown.paper_sign else 1.0
    title = f"mean of {'-' if shown.paper_sign else ''}1 / {name}"
    tangent = _tangent(exact, "mean_reciprocal")
    at_zero = exact.get("mean_reciprocal_w0")
    known = Exact(
        [] if at_zero is None else [(0.0, sign * at_zero)],
        None if tangent is None else (tangent[0], sign * tangent[1], sign * tangent[2]),
    )
    series = [_mean(rows, "reciprocal", title, sign), *_identity(rows, "mean_reciprocal", sign)]
    return _figure(series, title, known, shown)


def improved_figure(rows: Sequence[Row], shown: Shown) -> go.Figure:
    """Proportion improved: on the same noise, and against unrelated unguided particles."""
    w = column(rows, "w")
    same = np.where(w == 0, np.nan, column(rows, "improved")).astype(np.float32)
    series = [
        Series("same noise", w, same, column(rows, "se_improved"), column(rows, "step_changes", "improved")),
        Series(
            "independent run", w, column(rows, "improved_independent"), column(rows, "se_improved_independent"), colour=NO_GUIDANCE
        ),
    ]
    return _figure(series, "proportion improved", Exact(levels=[("one half", 0.5)]), shown)


def path_kl_figure(rows: Sequence[Row], shown: Shown) -> go.Figure:
    """KL between the guided and the unguided path laws."""
    series = [Series("path KL", column(rows, "w"), column(rows, "path_kl"), column(rows, "se_path_kl"), colour=REWARD)]
    return _figure(series, "KL(guided || unguided paths)", None, shown)


def distance_figure(rows: Sequence[Row], shown: Shown) -> go.Figure:
    """Energy distance to each goal law, with the floor that two samples of the goal show."""
    w, series = column(rows, "w"), []
    names = list(dict.fromkeys(item["to"] for row in rows for item in row["distances"]))
    for name, colour in zip(names, SERIES, strict=False):
        mine = [next((item for item in row["distances"] if item["to"] == name), None) for row in rows]
        read = {key: np.array([np.nan if d is None or d[key] is None else d[key] for d in mine], np.float32) for key in _DISTANCE}
        series.append(Series(f"to the {name} law", w, read["energy_distance"], read["se"], colour=colour))
        series.append(Series(f"floor ({name})", w, read["floor"], colour=colour, dash="dot"))
    return _figure(series, "energy distance", None, shown)


_DISTANCE = ("energy_distance", "se", "floor")


def _mean(rows: Sequence[Row], of: str, title: str, sign: float = 1.0) -> Series:
    value = (sign * column(rows, f"mean_{of}")).astype(np.float32)
    return Series(title, column(rows, "w"), value, column(rows, f"se_{of}"), column(rows, "step_changes", f"mean_{of}"))


def _identity(rows: Sequence[Row], of: str, sign: float = 1.0) -> list[Series]:
    """The improvement identity's prediction of the same mean, where it speaks of it."""
    if not any(row["identity"] and row["identity"]["of"] == of for row in rows):
        return []
    value = (sign * column(rows, "identity", "value")).astype(np.float32)
    return [Series("predicted by the identity", column(rows, "w"), value, column(rows, "identity", "se"), colour=REWARD, dash="dash")]


def _tangent(exact: Row, of: str) -> tuple[float, float, float] | None:
    value, slope = exact.get(f"{of}_w0"), exact.get(f"slope_{of}_w0")
    return None if value is None or slope is None else (0.0, value, slope)


def _figure(series: Sequence[Series], title: str, exact: Exact | None, shown: Shown) -> go.Figure:
    return curve_figure(series, title, exact, axis=shown.axis, log_w=shown.log_w)
