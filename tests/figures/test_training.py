"""Figures of a training: what is drawn is what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.figures.training import Field, error_figure, field_figure, loss_figure, samples_figure

HISTORY = {
    "step": [10, 20, 30],
    "loss": [1.0, 0.5, None],
    "ema_loss": [1.0, 0.8, 0.7],
    "score_error": [None, 0.4, None],
}


def trace(figure, name):
    (found,) = [each for each in figure.data if each.name == name]
    return found


def arrays_of(figure):
    return [values for each in figure.data for values in (each.x, each.y) if values is not None and len(values) > 2]


def grid(d: int, n: int = 9) -> np.ndarray:
    side = np.linspace(-2, 2, n, dtype=np.float32)
    return np.stack(np.meshgrid(*[side] * d), -1).reshape(-1, d)


def gaussian(d: int, wrong: float) -> Field:
    """A standard normal law, whose eps at t = 1/2 is x sqrt(1/2), and a network that is wrong by a share."""
    x = grid(d)
    exact = x * np.float32(0.5**0.5)
    density = np.exp(-0.5 * (x**2).sum(-1))
    return Field(0.5, x, exact * np.float32(1 + wrong), exact, density)


def test_the_loss_keeps_its_axis_and_leaves_out_what_was_not_looked_at():
    figure = loss_figure(HISTORY, 400)
    assert tuple(figure.layout.xaxis.range) == (0, 400)
    assert list(trace(figure, "loss, smoothed").y) == pytest.approx([1.0, 0.8, 0.7])
    assert np.isnan(trace(figure, "loss of a batch").y[-1])
    assert (list(trace(figure, "score error").x), list(trace(figure, "score error").y)) == ([20], pytest.approx([0.4]))
    never = loss_figure({**HISTORY, "score_error": [None] * 3}, 400)
    assert "score error" not in [each.name for each in never.data]


def test_the_error_stands_beside_that_of_a_network_that_says_nothing():
    figure = error_figure([(-8.0, 0.001), (0.0, 0.1), (4.0, 0.5)])
    assert list(trace(figure, "score error").y) == pytest.approx([0.001, 0.1, 0.5])
    assert set(trace(figure, "a network that says nothing").y) == {1}
    low, high = figure.layout.yaxis.range
    assert 10**low < 0.001 and 10**high > 1


@pytest.mark.parametrize("d", [1, 2])
def test_the_relative_error_of_a_field_is_the_share_it_is_wrong_by(d):
    assert gaussian(d, 0.2).error == pytest.approx(0.2, rel=1e-5)
    assert gaussian(d, 0.0).error == 0


def test_curves_hold_the_score_itself_where_samples_come():
    field = gaussian(1, 0.2)
    figure = field_figure(field)
    seen = field.seen
    assert seen.all() and list(trace(figure, "exact").y) == pytest.approx(list(-field.exact[:, 0]))
    assert list(trace(figure, "learned").y) == pytest.approx(list(-1.2 * field.exact[:, 0]), rel=1e-5)
    assert trace(figure, "exact").line.dash == "dash" and trace(figure, "learned").line.dash == "solid"  # not by colour alone


def test_arrows_point_down_eps_on_one_scale_and_nothing_is_drawn_where_no_samples_come():
    field = gaussian(2, 1.0)
    far = Field(field.t, field.x, field.learned, field.exact, np.where(field.x[:, 0] > 0, field.density, 0))
    figure = field_figure(far)
    shafts = {}
    for name in ("exact", "learned"):
        x, y = (np.asarray(part).reshape(-1, 6) for part in (trace(figure, name).x, trace(figure, name).y))
        assert (x[:, 0] > 0).all() and len(x) == far.seen.sum()
        shafts[name] = np.stack([x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]], -1)
    assert shafts["learned"] == pytest.approx(2 * shafts["exact"], abs=1e-5)
    assert (np.einsum("nk,nk->n", shafts["exact"], far.exact[far.seen]) <= 0).all()


@pytest.mark.parametrize("d", [1, 2])
def test_samples_lie_over_the_target(d):
    rng = np.random.default_rng(0)
    target, samples = (rng.normal(size=(500, d)).astype(np.float32) for _ in range(2))
    figure = samples_figure(samples, target)
    if d == 2:
        assert np.array_equal(trace(figure, "network").x, samples[:, 0])
        assert np.array_equal(trace(figure, "target").y, target[:, 1])
        assert trace(figure, "network").marker.symbol != trace(figure, "target").marker.symbol
    else:
        heights, centres = np.asarray(trace(figure, "target").y), np.asarray(trace(figure, "target").x)
        assert heights.sum() * (centres[1] - centres[0]) == pytest.approx(1, abs=0.01)


def test_arrays_travel_as_float32():
    figures = [loss_figure(HISTORY, 400), field_figure(gaussian(1, 0.1)), field_figure(gaussian(2, 0.1))]
    assert all(np.asarray(values).dtype == np.float32 for figure in figures for values in arrays_of(figure))
