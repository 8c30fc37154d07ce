"""The figures of a comparison: a panel a method, and quality against cost."""

from __future__ import annotations

import pytest

import gdviz
from gdviz.figures.comparison import clouds_figure, cost_figure

PLANE = {"kind": "gaussian_mixture", "components": [{"mean": [0, 0], "covariance": [[1, 0], [0, 1]]}]}
LINE = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}


def answer(target, budgets):
    reward = {"kind": "exp", "of": {"kind": "linear", "direction": [1] * len(target["components"][0]["mean"])}}
    scene = {"target": target, "guidance": {"kind": "reward", "reward": reward}, "w": [1]}
    return gdviz.compare(["none", "reward", "exact"], experiment=scene, evaluations=budgets, particles=256, seeds=2)


@pytest.mark.parametrize("target", [PLANE, LINE], ids=["plane", "line"])
def test_a_panel_for_each_method_with_the_goal_under_it(target):
    found = answer(target, (16,))
    figure = clouds_figure(found)
    assert [note.text for note in figure.layout.annotations] == [entry.title for entry in found.entries]
    assert [trace.name for trace in figure.data] == [name for entry in found.entries for name in ("goal", entry.title)]
    assert cost_figure(found, "sliced_w2", "sliced W2") is None  # one budget makes no curve


def test_quality_over_cost_has_a_curve_and_a_bar_for_each_method():
    found = answer(LINE, (16, 32))
    figure = cost_figure(found, "sliced_w2", "sliced W2")
    assert figure is not None and len(figure.data) == 3
    assert len({trace.marker.symbol for trace in figure.data}) == 3
    assert [list(trace.x) for trace in figure.data] == [[16, 32]] * 3
    assert [trace.line.dash for trace in figure.data] == ["dot", "solid", "solid"]
    assert len(figure.layout.shapes) == 1  # the floor
