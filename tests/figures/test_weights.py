"""Figures of learned weights: what is drawn comes from the answer, and sliders hold all that they move between."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gdviz.figures import weights as figures
from gdviz.figures import weights_gain as gain
from gdviz.palette import DARK, LIGHT
from gdviz.studies.weights.learned import StepProfile, WeightMap
from gdviz.studies.weights.reward import LearnedPoint, RewardAnswer
from gdviz.theory.weights import LossProfile

TIMES = [0.1, 0.3, 0.5, 0.7, 0.9]
NAN = math.nan
FIRST, LAST = np.full((2, 5), 0.5), np.array([[NAN, 0.0, 0.1, 0.4, 1.0], [NAN, 0.2, 0.3, 0.6, 2.0]])
PUSHES = np.array([[0.3, 0.4, 0.3, 0.06, 0.01], [0.2, 0.3, 0.2, 0.04, 0.02]])


def trace(figure, name):
    (found,) = [item for item in figure.data if item.name == name]
    return found


def test_curves_show_the_last_form_and_the_slider_goes_back():
    figure = figures.curves_figure(TIMES, [(0, FIRST), (600, LAST)], ["a", "b"], PUSHES)
    np.testing.assert_allclose(trace(figure, "class b").y[1:], LAST[1][1:], rtol=1e-6)
    assert np.isnan(trace(figure, "class a").y[0])
    assert trace(figure, "class a").line.dash != trace(figure, "class b").line.dash  # not by colour alone
    (slider,) = figure.layout.sliders
    assert [step.label for step in slider.steps] == ["0", "600"] and slider.active == 1
    change, traces = slider.steps[0].args
    assert change["y"] == FIRST.tolist() and list(traces) == [0, 1]
    assert slider.steps[1].args[0]["y"][0][0] is None  # plain lists: plotly.js unpacks no arrays here
    assert len(figures.curves_figure(TIMES, [(600, LAST)], ["a", "b"]).layout.sliders) == 0


def test_the_closed_form_stands_beside_the_average_of_the_classes():
    closed = [None, 1.0, 1.0, 0.5, 0.1]
    figure = figures.curves_figure(TIMES, [(0, FIRST), (9, LAST)], ["a", "b"], None, closed, [0.25, 0.75])
    np.testing.assert_allclose(trace(figure, "average of the classes").y[1:], [0.15, 0.25, 0.55, 1.75], rtol=1e-6)
    assert trace(figure, "closed form, exact scores").line.dash == "dash"
    assert figure.layout.sliders[0].steps[0].args[0]["y"][2] == pytest.approx([0.5] * 5)


def test_only_where_every_class_is_quiet_is_shaded():
    assert figures.quiet_parts(TIMES, PUSHES) == [(pytest.approx(0.8), 1.0)]
    assert figures.quiet_parts(TIMES, np.zeros((1, 5))) == [(0.0, 1.0)]
    assert figures.quiet_parts(TIMES, np.array([[0.01, 1, 1, 1, 0.01]])) == [(0.0, pytest.approx(0.2)), (pytest.approx(0.8), 1.0)]
    shaded = figures.curves_figure(TIMES, [(1, LAST)], ["a", "b"], PUSHES)
    assert [(shape.x0, shape.x1) for shape in shaded.layout.shapes] == [(pytest.approx(0.8), 1.0)]
    assert trace(shaded, "not identified") is not None


def test_the_map_has_a_slider_over_the_classes_on_one_scale():
    table = WeightMap((0.2, 0.4), (0.4, 0.6), np.array([[[1.0, 2.0], [NAN, 3.0]], [[0.0, 0.0], [NAN, 5.0]]]))
    figure = figures.map_figure(table, ["a", "b"], palette=DARK)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 5)
    assert [step.label for step in figure.layout.sliders[0].steps] == ["a", "b"]
    change, traces = figure.layout.sliders[0].steps[1].args
    assert change == {"z": [[[0.0, 0.0], [None, 5.0]]]} and list(traces) == [0]


def profile(t: float, at: float) -> StepProfile:
    omega = (-1.0, 0.0, 1.0, 2.0, 3.0)
    each = LossProfile(omega, tuple((w - at) ** 2 + 7 for w in omega), at, 0.1)
    return StepProfile(t, t - 0.1, {"one": each, "other": replace(each, least=0.0)})


def test_losses_run_from_0_to_1_with_their_minima_marked():
    figure = figures.profiles_figure([profile(0.5, 1.0), profile(0.7, 0.0)], exact=True)
    curve, mark = (each for each in figure.data if each.name == "one")
    assert (curve.y.min(), curve.y.max(), curve.y[2]) == (0, 1, 0)
    assert mark.x[0] == 1 and mark.error_x.array[0] == pytest.approx(0.196)
    np.testing.assert_allclose(trace(figure, "closed form of l2").x, [2.0, 2.0], rtol=1e-6)  # .5 * .4 / .1
    change = figure.layout.sliders[0].steps[1].args[0]
    assert change["x"][1] == [0.0] and change["x"][-1] == pytest.approx([1.8, 1.8])
    assert "closed form of l2" not in [each.name for each in figures.profiles_figure([profile(0.5, 1.0)], False).data]


def test_distances_show_every_seed_the_mean_and_what_is_known_of_it():
    rows = [("none", [0.5, 0.7], (0.5, 0.7)), ("learned", [0.2], (-math.inf, math.inf))]
    figure = gain.distances_figure(rows, 0.001)
    mean = trace(figure, "mean, 95 %")
    np.testing.assert_allclose(mean.y, [600, 200], rtol=1e-6)
    np.testing.assert_allclose(mean.error_y.array, [100, 0], rtol=1e-5)
    np.testing.assert_allclose(trace(figure, "one seed").y, [500, 700, 200], rtol=1e-6)
    assert figure.layout.shapes[0].y0 == pytest.approx(1)


def test_the_search_is_drawn_beside_what_was_learned():
    figure = gain.constants_figure([0, 1, 2], [[0.4, 0.1, 0.3], [0.6, 0.3, 0.5]], 0.15, 0.5)
    np.testing.assert_allclose(trace(figure, "constant, mean").y, [500, 200, 400], rtol=1e-6)
    np.testing.assert_allclose(trace(figure, "learned").y, [150, 150], rtol=1e-6)


def test_a_panel_has_a_symbol_a_class_and_common_axes():
    clouds = np.array([[[0.0, 0.0], [1.0, 1.0]], [[2.0, 2.0], [3.0, 3.0]]])
    box = gain.extent([clouds, np.array([[[-5.0, 0.0], [-5.0, 1.0]]])])
    assert box[0][0] < -5 + 0.1 and box[0][1] > 2.9
    figure = gain.cloud_figure(clouds, ["a", "b"], box)
    assert tuple(figure.layout.xaxis.range) == box[0]
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol


def entry(at: float, reward: float, energy: float) -> LearnedPoint:
    cloud = np.array([[[at, 0.0], [at, 1.0], [at + 1, 0.5]]] * 2)
    return LearnedPoint(at, (reward, 0.1), (energy, 0.01), cloud, {})


def test_the_slider_over_gamma_moves_mark_and_samples_together():
    learned, constant, tilt = (entry(0.0, -1.0, 0.1), entry(0.3, -0.5, 0.2)), entry(1.0, -0.8, 0.9), entry(1.0, -0.4, 0.05)
    answer = RewardAnswer(("a", "b"), (), learned, (constant,), (tilt,), np.zeros(0))
    figure = gain.tradeoff_figure(answer, "log r", LIGHT)
    curve = trace(figure, "learned, over gamma_R")
    np.testing.assert_allclose(curve.y, [100, 200], rtol=1e-6)
    np.testing.assert_allclose(curve.error_x.array, [0.196, 0.196], rtol=1e-6)
    (slider,) = figure.layout.sliders
    change, traces = slider.steps[1].args
    assert [step.label for step in slider.steps] == ["0", "0.3"]
    assert change["x"][0] == [-0.5] and change["y"][0] == [200.0] and change["x"][2] == pytest.approx([0.3, 0.3, 1.3])
    assert [figure.data[k].name for k in traces[1:]] == ["class a", "class b"]
    assert max(figure.layout.yaxis.range) < 900, "a far constant does not squeeze the rest"
