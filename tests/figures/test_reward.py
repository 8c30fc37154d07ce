"""The picture of a reward: contours hold the mass that they say, on one pair of axes, with y upward."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.figures.reward import held, reward_figure
from gdviz.metrics.reward_grid import RewardPicture
from gdviz.palette import DARK, LIGHT

AXIS = np.linspace(-4, 4, 81)
NORMAL = np.exp(-(AXIS[:, None] ** 2 + (AXIS[None, :] / 0.5) ** 2) / 2)  # [n_y, n_x], narrow in x


def plane(tilted: bool = True) -> RewardPicture:
    reward = np.broadcast_to(AXIS, NORMAL.shape)
    return RewardPicture((AXIS, AXIS), reward, NORMAL, NORMAL * np.exp(reward) if tilted else None)


def test_a_contour_holds_the_mass_that_it_says() -> None:
    """Of a Gaussian: the ellipse at distance sqrt(-2 log(1 - q)) holds a share q."""
    y, x = np.meshgrid(AXIS, AXIS, indexing="ij")
    for q in (0.5, 0.9):
        inside = held(NORMAL) <= q
        radius = np.sqrt(y**2 + (x / 0.5) ** 2)
        edge = np.sqrt(-2 * np.log(1 - q))
        step = (AXIS[1] - AXIS[0]) / 0.5
        assert inside[radius < edge - step].all() and not inside[radius > edge + step].any()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_in_the_plane_the_tilted_law_stands_beside_r_on_the_same_axes(palette) -> None:
    figure = reward_figure(plane(), palette)
    heat = [trace for trace in figure.data if trace.type == "heatmap"]
    lines = [trace for trace in figure.data if trace.type == "contour"]
    assert [trace.xaxis for trace in heat] == [trace.xaxis for trace in lines] == ["x", "x2"]
    assert figure.layout.xaxis2.matches == "x" and figure.layout.yaxis2.matches == "y"
    assert heat[0].z.shape == NORMAL.shape and heat[0].z[0, -1] == 4, "x runs along the second axis"
    assert heat[1].colorscale[1][1] != heat[0].colorscale[1][1] and {line.line.color for line in lines} == {palette.no_guidance}
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]


def test_where_r_is_refused_its_zero_is_drawn_and_no_tilted_law() -> None:
    figure = reward_figure(plane(tilted=False))
    target, zero = (trace for trace in figure.data if trace.type == "contour")
    assert zero.contours.start == zero.contours.end == 0 and (target.contours.start, target.contours.end) == (0.5, 0.9)
    assert {trace.xaxis for trace in figure.data} == {"x"}


def test_on_a_line_r_has_an_axis_of_its_own() -> None:
    density = np.exp(-(AXIS**2) / 2)
    figure = reward_figure(RewardPicture((AXIS,), np.exp(AXIS), density, density * np.exp(AXIS)))
    assert [trace.name for trace in figure.data] == ["r", "target p", "tilted p r / E r"]
    assert [trace.yaxis for trace in figure.data] == ["y2", None, None]


def test_numbers_that_a_browser_cannot_hold_are_cut() -> None:
    reward = np.where(NORMAL > 0.5, np.inf, 1.0)
    figure = reward_figure(RewardPicture((AXIS, AXIS), reward, NORMAL, None))
    assert np.isfinite(figure.data[0].z).all()
