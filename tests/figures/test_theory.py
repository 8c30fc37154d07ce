"""The laboratory's figures: what is drawn comes from the answer, with gaps where nothing is known, on axes that hold still."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from records import filled

from gdviz.figures import particles, theory
from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.palette import DARK, LIGHT
from gdviz.studies.theory.martingale import MartingaleAnswer
from gdviz.studies.theory.slope import SlopeAnswer
from gdviz.studies.theory.steps import StepsAnswer
from gdviz.studies.titles import Titles
from gdviz.theory.martingale import Along
from gdviz.theory.running import Running
from gdviz.theory.slope import SlopePoint
from gdviz.theory.step_size import Limit, Resolution
from gdviz.theory.winners import Side, Winners

NAMES = filled(Titles, reward="p(b | x)", of="mean_reciprocal")


def means(*pairs: tuple[float, float]) -> tuple[Mean, ...]:
    return tuple(Mean(*pair) for pair in pairs)


ALONG = filled(
    MartingaleAnswer,
    names=NAMES,
    baseline=2.0,
    log_snr=(-4.0, 0.0, 4.0),
    ends={"1": 1.5},
    rows=tuple(
        filled(
            Along,
            w=w,
            value=(Mean(2.0, 0.01), Mean(2 - w / 4, 0.02), Mean(2 - w / 2, 0.03) if w < 5 else UNKNOWN),
            predicted=means((2.0, 0.0), (2 - w / 4, 0.001), (2 - w / 2, 0.001)),
            gap=means((0.0, 0.01), (0.01, 0.01), (0.02, 0.01)),
            rate=means((0.1, 0.01), (0.05, 0.01)),
            step=(0.0, 0.1, 0.2) if w else (),
        )
        for w in (0.0, 1.0, 5.0)
    ),
)


def trace(figure, name):
    (found,) = [item for item in figure.data if item.name == name]
    return found


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_means_on_the_way_stand_beside_the_dotted_identity(palette):
    figure = theory.along_figure(ALONG, palette)
    free, guided = trace(figure, "w = 0"), trace(figure, "w = 1")
    assert free.line.color == palette.no_guidance.lower() and trace(figure, "w = 5").line.color == palette.guided.lower()
    np.testing.assert_allclose(guided.y, [2, 1.75, 1.5])
    identity = trace(figure, "identity, w = 1")
    assert identity.line.dash == "dot" and identity.line.color == guided.line.color
    assert trace(figure, "exact law").y.tolist() == [1.5] and trace(figure, "exact law").x.tolist() == [4]
    assert [shape.y0 for shape in figure.layout.shapes] == [2]
    assert max(trace(figure, "95 % band of w = 1").y) == pytest.approx(2 + 1.96 * 0.01)


def test_a_curve_ends_where_its_tail_begins():
    heavy = trace(theory.along_figure(ALONG), "w = 5")
    assert np.isnan(heavy.y).tolist() == [False, False, True]


def test_the_gap_is_held_against_zero_with_step_bars_where_they_were_measured():
    figure = theory.gap_figure(ALONG)
    assert [shape.y0 for shape in figure.layout.shapes] == [0]
    names = [item.name for item in figure.data]
    assert "step change of w = 1" in names and "step change of w = 0" not in names
    low, high = figure.layout.yaxis.range
    assert low < 0 and high > 0.02 + 1.96 * 0.01


def test_the_gain_lies_between_the_levels():
    found = trace(theory.rate_figure(ALONG), "w = 1")
    assert found.x.tolist() == [-2, 2]
    np.testing.assert_allclose(found.y, [0.1, 0.05], rtol=1e-6)


def test_slopes_lie_on_fixed_axes_and_unknown_ones_nowhere():
    known = {"mean": 2.0, "divergence": 0.1, "exact": 0.4, "measured": Mean(0.41, 0.01), "step": 0.02}
    point = SlopePoint(kind="label", dimension=1, **known)
    unknown = dataclasses.replace(point, kind="reward", dimension=2, measured=UNKNOWN)
    figure = theory.slope_figure(filled(SlopeAnswer, points=(point, unknown)))
    assert trace(figure, "label, line").y.tolist() == pytest.approx([0.41])
    assert len(trace(figure, "reward, plane").x) == 0
    np.testing.assert_allclose(trace(figure, "label, line").error_y.array, [0.0196], rtol=1e-5)
    ratio = theory.ratio_figure(filled(SlopeAnswer, points=(point,)))
    np.testing.assert_allclose(trace(ratio, "label, line").y, [0.41 / 0.4], rtol=1e-6)
    np.testing.assert_allclose(trace(ratio, "step change label, line").error_y.array, [0.02 / 0.4], rtol=1e-6)
    empty = theory.slope_figure(filled(SlopeAnswer))
    assert empty.layout.xaxis.range == figure.layout.xaxis.range == figure.layout.yaxis.range


def test_running_means_are_relative_to_the_exact_value():
    runs = means((1.0, 0.1), (1.5, 0.1), (1.9, 0.1)), means((4.0, 1), (3.0, 1), (2.5, 1))
    row = filled(Running, exact=2.0, n=(20, 200, 2000), means=runs)
    held = theory.running_range([row])
    figure = theory.running_figure(row, held)
    np.testing.assert_allclose(trace(figure, "one run, its usual 95 % band").y, [0.5, 0.75, 0.95], rtol=1e-6)
    assert held[0] < 0.5 and held[1] > 2 and tuple(figure.layout.yaxis.range) == pytest.approx(held)
    assert theory.running_range([dataclasses.replace(row, means=(means((100.0, 1)),))])[1] == 3


STEPS = filled(
    StepsAnswer,
    names=NAMES,
    w=(0.0, 2.0),
    rows=(
        Resolution(100, means((2.0, 0.1), (1.5, 0.1)), means((0, 0), (0, 0))),
        Resolution(50, (Mean(1.9, 0.1), UNKNOWN), (Mean(-0.1, 0.01), UNKNOWN)),
        Resolution(25, (Mean(1.7, 0.1), UNKNOWN), (Mean(-0.3, 0.01), UNKNOWN)),
    ),
    limits=(Limit(0.0, 2.0, 0.0), Limit(2.0, None, None)),
)


def test_step_sizes_have_their_limit_dashed_and_their_shift_on_first_order():
    figure = theory.steps_figure(STEPS)
    assert [shape.y0 for shape in figure.layout.shapes] == [2]
    assert np.isnan(trace(figure, "w = 2").y).tolist() == [False, True, True]
    shift = theory.shift_figure(STEPS)
    np.testing.assert_allclose(trace(shift, "w = 0").y, [0.1, 0.3], rtol=1e-6)
    np.testing.assert_allclose(trace(shift, "first order in the step").y, [0.1, 0.3], rtol=1e-5)  # 1/n - 1/100


def side(d: int) -> Side:
    return Side(np.array([7]), np.array([[[0.0] * d, [1.0] * d]]), np.array([[[0.0] * d, [2.0] * d]]))


@pytest.mark.parametrize("d", [1, 2])
def test_paths_are_dotted_without_guidance_on_axes_common_to_both_sides(d):
    nothing = Side(np.zeros(0, int), np.zeros((0, 2, d)), np.zeros((0, 2, d)))
    found = filled(Winners, w=3.0, log_snr=np.array([-4.0, 4.0]), losers=side(d), winners=nothing)
    figure = particles.paths_figure(found, found.losers, particles.paths_extent(found))
    assert trace(figure, "without guidance").line.dash == "dot"
    assert trace(figure, "w = 3").y.tolist() == [0, 2]
    assert trace(figure, "w = 3").x.tolist() == ([-4, 4] if d == 1 else [0, 2])
    assert figure.layout.yaxis.range[1] > 2


def test_pairs_are_counted_on_each_side_of_the_line():
    before, after = np.array([-1.0, -1.0, -2.0, np.nan]), np.array([-0.5, -0.4, -3.0, -1.0])
    figure = particles.pairs_figure(filled(Winners, w=3.0, before=before, after=after), NAMES.reward)
    names = [item.name for item in figure.data]
    assert names == ["unchanged", "rose: 2 of 4", "fell: 1 of 4"]
    assert figure.data[2].y.tolist() == pytest.approx([np.exp(-3)], rel=1e-5)
