"""Figures of the Digits page: what is drawn is what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdviz.figures.digits import frechet_figure, improved_figure, reciprocal_figure, reward_figure
from gdviz.studies.digit_answers import ImageMeans, RewardRow
from gdviz.studies.digits import shipped_labels, shipped_reward

ANSWER = shipped_labels(6000)


def trace(figure, name):
    (found,) = [each for each in figure.data if each.name == name]
    return found


@pytest.mark.parametrize("label, name", [("all", "all ten, 95 % band"), ("7", "digit 7, 95 % band")])
def test_the_chosen_digit_stands_out_and_the_others_are_thin(label, name):
    rows = [row for row in ANSWER.readings if row.label == label]
    figure = reciprocal_figure(ANSWER.readings, label)
    drawn, band = trace(figure, name), trace(figure, f"95 % band of {name}")
    assert np.allclose(drawn.y, [row.reciprocal.value for row in rows])
    assert np.allclose(band.y[: len(rows)], [row.reciprocal.high for row in rows])
    assert np.allclose(band.y[len(rows) :], [row.reciprocal.low for row in rows][::-1])
    assert figure.layout.yaxis.type == "log"
    thin = [each for each in figure.data if each.legendgroup == "others"]
    assert len(thin) == (10 if label == "all" else 9) and sum(bool(each.showlegend) for each in thin) == 1
    improved = improved_figure(ANSWER.readings, label)
    assert np.allclose(trace(improved, name).y, [row.improved.value for row in rows if row.improved])
    assert np.allclose(trace(improved, "against unrelated samples").y, [row.unrelated.value for row in rows if row.w])


def test_the_distance_stands_over_its_floor():
    figure = frechet_figure(ANSWER.frechet, ANSWER.floor)
    drawn = trace(figure, "samples")
    assert np.allclose(drawn.y, [row.distance for row in ANSWER.frechet])
    assert np.allclose(drawn.error_y.array, [1.96 * row.se for row in ANSWER.frechet])
    lines = {shape.y0 for shape in figure.layout.shapes if shape.type == "line"}
    assert ANSWER.floor.mean in lines


def test_a_reward_is_drawn_beside_the_images():
    rows = tuple(RewardRow(w, 5.0, 0.1, (w / 10, 0.01), None) for w in (0.0, 1.0, 2.0))
    answer = replace(shipped_reward("ink"), rows=rows, images=ImageMeans(0.01, 0.09))
    figure = reward_figure(answer, "ink")
    assert list(trace(figure, "real images reweighted by r").y) == [0.09, 0.09]
    assert np.allclose(trace(figure, "samples").y, [0, 0.1, 0.2])
    assert np.allclose(trace(figure, "95 % band of samples").y[:3], np.array([0, 0.1, 0.2]) + 1.96 * 0.01, atol=1e-6)
