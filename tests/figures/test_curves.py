"""One figure over w: values in are values out, gaps where there is no value, no band where there is no error."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.testing import assert_allclose

from gdviz.figures.axes import Scale
from gdviz.figures.curves import NORMAL_95, ExactMarks, Series, curve_figure, value_range

W = np.array([2.0, 0.0, 0.5, 1.0, 4.0], np.float32)  # a result's rows keep the order they were listed in
VALUE = np.array([1.5, 2.0, 1.9, 1.75, 1.2], np.float32)
ERROR = np.array([0.02, 0.05, 0.04, 0.03, 0.01], np.float32)
GAMMA, LOG, LOG_GAMMA = Scale("gamma"), Scale("w", True), Scale("gamma", True)


def series(**changes: Any) -> Series:
    return Series(**{"name": "mean", "w": W, "value": VALUE, "colour": "#d55e00", "error": ERROR, **changes})


def trace(figure: go.Figure, name: str) -> Any:
    (found,) = [item for item in figure.data if item.name == name]
    return found


def bands(figure: go.Figure) -> list[Any]:
    return [item for item in figure.data if item.fill == "toself"]


def test_values_in_are_values_out_by_rising_w() -> None:
    curve = trace(curve_figure([series()], "y"), "mean")
    assert_allclose(curve.x, [0, 0.5, 1, 2, 4])
    assert_allclose(curve.y, [2, 1.9, 1.75, 1.5, 1.2])
    assert_allclose(curve.error_y.array, NORMAL_95 * np.array([0.05, 0.04, 0.03, 0.02, 0.01]), rtol=1e-6)


def test_the_band_is_the_95_percent_interval() -> None:
    (band,) = bands(curve_figure([series()], "y"))
    half = NORMAL_95 * np.array([0.05, 0.04, 0.03, 0.02, 0.01])
    middle = np.array([2, 1.9, 1.75, 1.5, 1.2])
    assert_allclose(band.x, [0, 0.5, 1, 2, 4, 4, 2, 1, 0.5, 0])
    assert_allclose(band.y, np.r_[middle + half, (middle - half)[::-1]], rtol=1e-6)


def test_a_null_value_is_a_gap_that_no_line_and_no_band_crosses() -> None:
    value = np.where(W == 1, np.nan, VALUE)
    figure = curve_figure([series(value=value)], "y")
    curve = trace(figure, "mean")
    assert np.isnan(curve.y[2]) and np.isfinite(np.delete(curve.y, 2)).all()
    assert curve.connectgaps is False
    assert [sorted(set(band.x.tolist())) for band in bands(figure)] == [[0, 0.5], [2, 4]]


def test_a_null_error_has_no_band_and_no_bar_but_keeps_its_value() -> None:
    figure = curve_figure([series(error=np.where(W >= 2, np.nan, ERROR))], "y")
    (band,) = bands(figure)
    assert band.x.max() == 1
    curve = trace(figure, "mean")
    assert_allclose(curve.y, [2, 1.9, 1.75, 1.5, 1.2])
    assert_allclose(curve.error_y.array[3:], 0)
    assert curve.text[3] == "1.5" and curve.text[2] == "1.75 ± 0.059"
    assert bands(curve_figure([series(error=None)], "y")) == []


def test_the_step_change_is_a_second_thinner_bar() -> None:
    step = np.array([0.2, np.nan, 0.1, 0.1, 0.3], np.float32)
    figure = curve_figure([series(step=step)], "y")
    whiskers, curve = trace(figure, "step change of mean"), trace(figure, "mean")
    assert_allclose(whiskers.x, [0.5, 1, 2, 4])  # none at w = 0, where it is null
    assert_allclose(whiskers.error_y.array, [0.1, 0.1, 0.2, 0.3])
    assert whiskers.error_y.thickness < curve.error_y.thickness


@pytest.mark.parametrize("scale", [Scale(), GAMMA, LOG, LOG_GAMMA], ids=str)
def test_the_tangent_passes_the_exact_value_with_the_exact_slope(scale: Scale) -> None:
    figure = curve_figure([series()], "y", ExactMarks([(0.0, 2.0)], slope=-0.1148), scale=scale)
    tangent = trace(figure, "exact tangent")
    w = np.asarray(tangent.x, float) - (1 if scale.axis == "gamma" else 0)
    assert_allclose(tangent.y, 2 - 0.1148 * w, atol=1e-5)
    assert w.min() >= (0.5 if scale == LOG else 0) - 1e-6 and w.max() <= 4 + 1e-5  # only where there are values


def test_gamma_is_one_plus_w() -> None:
    figure = curve_figure([series()], "y", ExactMarks([(0.0, 2.0)]), scale=GAMMA)
    assert_allclose(trace(figure, "mean").x, [1, 1.5, 2, 3, 5])
    assert_allclose(trace(figure, "exact").x, [1])
    assert "gamma = 1 + w" in figure.layout.xaxis.title.text


def test_a_logarithmic_axis_leaves_out_what_is_not_positive() -> None:
    negative = series(w=np.array([2.0, 0.0, -0.5, 1.0, 4.0], np.float32))
    figure = curve_figure([negative], "y", ExactMarks([(0.0, 2.0)]), scale=LOG)
    assert_allclose(trace(figure, "mean").x, [1, 2, 4])
    assert all(item.x.min() > 0 for item in figure.data)
    assert figure.layout.xaxis.type == "log"
    level = trace(figure, "exact at w = 0")  # the value has no place on the axis: it is a level
    assert_allclose(level.y, 2)
    assert_allclose(level.x, [1, 4])
    assert_allclose(trace(curve_figure([negative], "y", scale=LOG_GAMMA), "mean").x, [0.5, 1, 2, 3, 5])


def test_no_positive_w_makes_an_empty_logarithmic_axis() -> None:
    lone = Series("mean", np.zeros(1, np.float32), np.ones(1, np.float32), "#d55e00")
    figure = curve_figure([lone], "y", ExactMarks([(0.0, 1.0)], slope=1.0), scale=LOG)
    assert len(trace(figure, "mean").x) == 0


def test_axes_hold_still_and_hold_everything() -> None:
    step = np.full(5, 0.4, np.float32)
    exact = ExactMarks([(0.0, 2.9)])
    low, high = value_range([series(step=step)], exact) or (0, 0)
    assert low < VALUE.min() - 0.4 and high > 2.9
    figure = curve_figure([series()], "y", exact, y_range=(low, high))
    assert tuple(figure.layout.yaxis.range) == (low, high)
    left, right = figure.layout.xaxis.range
    assert left < 0 and right > 4
    assert value_range([series(value=np.full(5, np.nan, np.float32))]) is None


def test_arrays_travel_as_float32_never_as_lists() -> None:
    figure = curve_figure([series(step=ERROR)], "y", ExactMarks([(0.0, 2.0)], slope=-1.0))
    for item in json.loads(figure.to_json())["data"]:
        parts = [item["x"], item["y"], *([item["error_y"]["array"]] if "error_y" in item else [])]
        assert all(part["dtype"] == "f4" for part in parts), item["name"]


def test_no_latex_in_a_figure() -> None:
    assert "$" not in curve_figure([series()], "y", ExactMarks([(0.0, 2.0)], slope=-1.0)).to_json()
