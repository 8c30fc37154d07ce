"""Figures of the effects of scores' errors: what is drawn comes from the rows, and nothing where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest
from records import filled

from gdviz.figures import robustness as figures
from gdviz.figures.robustness import Wrong
from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.palette import DARK, LIGHT
from gdviz.studies.robustness import Effect, StepChange


def row(w: float, effect: float = 0.1, **changes) -> Effect:
    known = {
        "rewards": (Mean(1 + w, 0.01), Mean(1 + w + effect, 0.02)),
        "reciprocals": (Mean(2 - w, 0.03), Mean(2 - w - effect, 0.04)),
        "measured": Mean(effect, 0.005),
        "predicted": Mean(effect / 2, 0.001),
        "accounted": Mean(1 + w, 0.002),
        "gap": Mean(0.003, 0.004),
        "steps": StepChange(0.006, 0.007),
    }
    return filled(Effect, w=w, of="mean_reward", **known | changes)


ROWS = [row(0.0), row(1.0, 0.2)]
WRONG = [
    Wrong("inward error, 10 %", ROWS, LIGHT.conditional),
    Wrong("network, 300 steps", [row(0.0, -0.3), row(1.0, -0.2)], LIGHT.guided),
]


def trace(figure, name):
    (found,) = [item for item in figure.data if item.name == name]
    return found


def test_means_stand_beside_the_dashed_exact_one():
    figure = figures.mean_figure(ROWS, WRONG, "rewards", "mean of r(x)")
    exact, inward = trace(figure, "exact score"), trace(figure, "inward error, 10 %")
    assert exact.line.dash == "dash" and exact.line.color == LIGHT.exact
    np.testing.assert_allclose(exact.y, [1, 2])
    np.testing.assert_allclose(inward.y, [1.1, 2.2], rtol=1e-6)
    np.testing.assert_allclose(inward.error_y.array, 1.96 * np.array([0.02, 0.02]), rtol=1e-6)
    band = trace(figure, "95 % band of inward error, 10 %")
    assert max(band.y) == pytest.approx(2.2 + 1.96 * 0.02)


def test_there_is_no_value_and_no_band_where_the_tail_forbids_them():
    heavy = [row(0.0, reciprocals=(UNKNOWN, UNKNOWN)), row(1.0), row(2.0)]
    figure = figures.mean_figure(heavy, [Wrong("a", heavy, LIGHT.guided)], "reciprocals", "mean of 1 / r(x)")
    assert np.isnan(trace(figure, "a").y).tolist() == [True, False, False]
    assert min(trace(figure, "95 % band of a").x) == 1
    nothing = [row(0.0, reciprocals=(UNKNOWN, UNKNOWN))]
    assert figures.mean_figure(nothing, [Wrong("a", nothing, LIGHT.guided)], "reciprocals", "1 / r") is None


def test_pictures_side_by_side_share_an_axis_that_holds_everything():
    held = figures.mean_range(ROWS, WRONG, "rewards")
    low, high = held
    assert low < 0.7 - 1.96 * 0.02 and high > 2.2 + 1.96 * 0.02
    assert tuple(figures.mean_figure(ROWS, WRONG[:1], "rewards", "r", held).layout.yaxis.range) == held


def test_effects_are_measured_and_predicted_in_one_colour():
    figure = figures.effect_figure(WRONG, "change of r(x)")
    measured, predicted = trace(figure, "network, 300 steps"), trace(figure, "first order, network, 300 steps")
    np.testing.assert_allclose(measured.y, [-0.3, -0.2], rtol=1e-6)
    np.testing.assert_allclose(predicted.y, [-0.15, -0.1], rtol=1e-6)
    assert predicted.line.dash == "dot" and predicted.line.color == measured.line.color
    assert predicted.legendgroup == measured.name
    np.testing.assert_allclose(trace(figure, "step change of network, 300 steps").error_y.array, 0.006, rtol=1e-6)


def test_the_account_is_held_against_zero():
    figure = figures.gap_figure(WRONG, "effect - accounted for")
    np.testing.assert_allclose(trace(figure, "inward error, 10 %").y, 0.003, rtol=1e-6)
    assert [shape.y0 for shape in figure.layout.shapes] == [0]
    unfinished = [row(0.0, steps=None)]
    assert len(figures.gap_figure([Wrong("a", unfinished, LIGHT.guided)], "gap").data) == 2  # the band and the curve
    unknown = [row(0.0, gap=UNKNOWN)]
    assert figures.gap_figure([Wrong("a", unknown, LIGHT.guided)], "gap") is None


def test_score_errors_by_noise_level():
    levels = ((-4.0, 0.02), (0.0, 0.1), (4.0, 0.5))
    figure = figures.errors_figure(
        [("300 steps", levels, LIGHT.guided, "dot"), ("1,000 steps", levels[:2], LIGHT.guided, "solid")]
    )
    np.testing.assert_allclose(trace(figure, "300 steps").y, [0.02, 0.1, 0.5], rtol=1e-6)
    np.testing.assert_allclose(trace(figure, "1,000 steps").x, [-4, 0])
    assert figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_family_goes_from_grey_and_dotted_to_full_and_solid(palette):
    looks = figures.family(3, palette.guided, palette)
    assert [dash for _, dash in looks] == ["dot", "dashdot", "solid"]
    assert looks[-1][0] == palette.guided.lower()
    assert len({colour for colour, _ in looks}) == 3
    assert figures.family(1, palette.guided, palette) == [(palette.guided.lower(), "solid")]
    assert figures.family(0, palette.guided, palette) == []
    assert figures.mixed("#000000", "#ffffff", 0.5) == "#808080"
