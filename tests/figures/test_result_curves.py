"""The Curves page's figures against the rows they are read off."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from chart_rows import stand_in_rows
from numpy.testing import assert_allclose
from records import read

from gdviz.exact_curves import ExactPoint
from gdviz.figures import result_curves as figures
from gdviz.figures.axes import Scale
from gdviz.figures.result_curves import Curves
from gdviz.metrics import ExactValues, Row
from gdviz.metrics.row import StepChanges
from gdviz.palette import DARK, LIGHT, faded
from gdviz.player.bundle import WEB

EXACT = ExactValues(mean_reciprocal_w0=2.0, slope_mean_reciprocal_w0=-0.1148)

HELD_STILL = (figures.reward_figure, figures.reciprocal_figure, figures.identity_figure, figures.path_kl_figure)


def rows() -> list[Row]:
    found = [dict(row) for row in stand_in_rows()]
    for row in found:
        row["identity"] = {"of": "mean_reciprocal", "value": row["mean_reciprocal"] + 0.01, "se": 0.004}
        row["path_kl"], row["se_path_kl"] = 0.03 * row["w"] ** 2, 0.001 * row["w"] ** 2
        row["improved_independent"], row["se_improved_independent"] = 0.5, 0.004
        row["distances"] = [{"to": "conditional", "energy_distance": 0.1 * row["w"], "se": 0.01, "floor": 0.003}]
        row["step_changes"] = {"mean_reward": 0.002, "mean_reciprocal": 0.007, "improved": 0.001, "identity": 0.0001}
        row["tail"] = {"k_hat": 0.1, "top_share": 0.02, "reliable": True}
    return read(list[Row], found)


def curves(**changes: Any) -> Curves:
    return Curves(**{"rows": rows(), "exact": EXACT, "reward": "p(b | x)", **changes})


def trace(figure: go.Figure | None, name: str) -> Any:
    assert figure is not None
    (found,) = [item for item in figure.data if item.name == name]
    return found


def test_reciprocal_shows_the_rows_the_prediction_the_exact_value_and_the_tangent() -> None:
    figure = figures.reciprocal_figure(curves())
    assert_allclose(trace(figure, "direct estimate").y, [row.mean_reciprocal for row in rows()], rtol=1e-6)
    assert_allclose(trace(figure, "identity's prediction").y, [row.identity.value for row in rows()], rtol=1e-6)
    assert_allclose(trace(figure, "exact").y, [2])
    tangent = trace(figure, "exact tangent")
    assert_allclose(np.diff(tangent.y) / np.diff(tangent.x), -0.1148, rtol=1e-3)


def test_the_papers_sign_turns_everything_over() -> None:
    plain, paper = figures.reciprocal_figure(curves()), figures.reciprocal_figure(curves(paper_sign=True))
    for name in ("direct estimate", "identity's prediction", "exact", "exact tangent"):
        assert_allclose(trace(paper, name).y, -np.asarray(trace(plain, name).y), rtol=1e-6)
    assert_allclose(trace(paper, "direct estimate").error_y.array, trace(plain, "direct estimate").error_y.array)
    assert "−1 / p(b | x)" in paper.layout.yaxis.title.text
    low, high = plain.layout.yaxis.range
    assert_allclose(paper.layout.yaxis.range, (-high, -low), rtol=1e-6)


def test_what_is_not_estimable_has_no_value_and_no_band_and_the_exact_value_stays() -> None:
    heavy = [replace(row, mean_reciprocal=None, se_reciprocal=None, identity=None) for row in rows()]
    figure = figures.reciprocal_figure(curves(rows=heavy))
    assert np.isnan(trace(figure, "direct estimate").y).all()
    assert not [item for item in figure.data if item.fill == "toself"]
    assert_allclose(trace(figure, "exact").y, [2])
    assert trace(figure, "direct estimate").showlegend is False
    assert figures.identity_figure(curves(rows=heavy)) is None
    assert figures.reciprocal_figure(curves(rows=heavy, exact=ExactValues())) is None


def test_improved_has_nothing_to_compare_at_zero() -> None:
    figure = figures.improved_figure(curves())
    same = trace(figure, "same noise")
    at_zero = np.asarray(same.x) == 0
    assert at_zero.sum() == 1 and np.isnan(same.y[at_zero]).all() and np.isfinite(same.y[~at_zero]).all()
    assert np.isfinite(trace(figure, "independent run").y).all()
    assert tuple(figure.layout.yaxis.range) == figures.SHARES


def test_the_identity_is_held_against_the_direct_estimate() -> None:
    gap = trace(figures.identity_figure(curves()), "direct − predicted")
    assert_allclose(gap.y, -0.01, atol=1e-6)
    error = np.hypot([row.se_reciprocal for row in rows()], 0.004)
    assert_allclose(gap.error_y.array, 1.96 * error, rtol=1e-5)


def test_path_kl_is_logarithmic_where_w_is() -> None:
    figure = figures.path_kl_figure(curves(scale=Scale("w", True)))
    assert figure is not None and figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    kl = [row.path_kl for row in rows() if row.w]
    assert 10**low < min(kl) and max(kl) < 10**high


def test_distances_name_their_law_and_show_its_floor() -> None:
    figure = figures.distance_figure(curves(goals={"conditional": "p(x | b)"}))
    assert_allclose(trace(figure, "to p(x | b)").y, [0.1 * row.w for row in rows()], rtol=1e-6)
    assert_allclose(trace(figure, "floor of p(x | b)").y, 0.003, rtol=1e-6)
    partial = [replace(row, distances=()) for row in rows()]
    assert figures.distance_figure(curves(rows=partial)) is None


@pytest.mark.parametrize(
    "make", [figures.reward_figure, figures.reciprocal_figure, figures.identity_figure, figures.path_kl_figure]
)
def test_axes_of_the_first_partial_result_stay(make: Any) -> None:
    wider = "se_reward", "se_reciprocal", "se_path_kl"  # a tenth of the particles
    first = [replace(row, step_changes=StepChanges(), **{name: 3.2 * getattr(row, name) for name in wider}) for row in rows()]
    then, now = make(curves(rows=first, first=first)), make(curves(first=first))
    assert then.layout.yaxis.range == now.layout.yaxis.range
    assert then.layout.xaxis.range == now.layout.xaxis.range
    alone = make(curves())
    assert alone.layout.yaxis.range != now.layout.yaxis.range  # else the test could not fail


def test_colours_are_the_players() -> None:
    script = (WEB / "theme.js").read_text(encoding="utf-8")
    for palette, name in ((LIGHT, "light"), (DARK, "dark")):
        tokens = re.search(rf"{name}: {{(.*?)\n  }}", script, re.S)
        assert tokens is not None
        players = dict(re.findall(r'(\w+): "(#\w{6})"', tokens[1]))
        ours = {"none": palette.no_guidance, "guided": palette.guided, "reward": palette.reward, "exact": palette.exact}
        assert ours == {key: players[key] for key in ours}


def test_faded() -> None:
    assert faded("#d55e00", 0.2) == "rgba(213,94,0,0.2)"


LAW = [
    ExactPoint(w, 0.5 + w / 10, 1e-6, 2 - w / 9 if w else None, 1e-6)
    for w in (0.0, 0.5, 1.0, 2.0)
]


def test_the_guided_law_is_a_solid_line_below_the_samples() -> None:
    for figure, of in ((figures.reward_figure, "mean_reward"), (figures.reciprocal_figure, "mean_reciprocal")):
        drawn = figure(curves(law=LAW))
        line = trace(drawn, "exact law of the guided sampler")
        known = [point for point in LAW if getattr(point, of) is not None]
        assert_allclose(line.x, [point.w for point in known])
        assert_allclose(line.y, [getattr(point, of) for point in known], rtol=1e-6)
        assert line.line.dash is None and line.error_y.array is None
        assert [item.name for item in drawn.data].index(line.name) < [item.name for item in drawn.data].index("direct estimate")
    paper = trace(figures.reciprocal_figure(curves(law=LAW, paper_sign=True)), "exact law of the guided sampler")
    assert_allclose(paper.y, [-(2 - w / 9) for w in (0.5, 1.0, 2.0)], rtol=1e-6)


def test_a_law_far_above_the_samples_does_not_set_the_axis_and_alone_it_does() -> None:
    steep = [replace(point, mean_reciprocal=1e5 / (1 + point.w)) for point in LAW]
    plain, with_law = figures.reciprocal_figure(curves()), figures.reciprocal_figure(curves(law=steep))
    assert_allclose(with_law.layout.yaxis.range, plain.layout.yaxis.range)
    heavy = [replace(row, mean_reciprocal=None, se_reciprocal=None, identity=None) for row in rows()]
    alone = figures.reciprocal_figure(curves(rows=heavy, first=heavy, law=steep))
    assert alone.layout.yaxis.range[1] > 1e5


def test_no_law_no_line() -> None:
    names = [item.name for item in figures.reward_figure(curves()).data]
    assert "exact law of the guided sampler" not in names
