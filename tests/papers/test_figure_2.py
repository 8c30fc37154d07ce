"""Figure 2's stand-in on digits, small: what is written, and its numbers by a second way from the samples themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.papers import figure_2
from gdviz.papers.digit_readings import ALL, ClassReading, Estimate, falls, largest_reciprocal, read_classes
from gdviz.papers.digit_runs import LABELS
from gdviz.papers.files import write
from gdviz.papers.make import FigureSize
from gdviz.papers.paper_figure import PaperFigure
from gdviz.result import Result, run
from gdviz.targets.digits import digit_classifier

pytestmark = pytest.mark.slow

SIZE = FigureSize(steps=10, particles=200)


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return {label: run(experiment, device="cpu", distances=False) for label, experiment in figure_2.experiments(SIZE).items()}


@pytest.fixture(scope="module")
def readings(results) -> list[ClassReading]:
    return read_classes(results)


def log_p(results: dict[str, Result], label: str, w: float) -> np.ndarray:
    result = results[label]
    x = torch.from_numpy(result.samples[result.experiment.all_w.index(w)]).double()
    return digit_classifier()(x)[:, int(label)].numpy()


def test_every_digit_and_all_of_them_are_read_at_every_w(readings):
    assert [(each.label, each.w) for each in readings] == [
        (label, w) for w in figure_2.QUICK_W for label in (*LABELS, ALL)
    ]


def test_the_numbers_are_those_of_the_samples(results, readings):
    most = 10 / (1 / 901)
    assert largest_reciprocal() == pytest.approx(most)
    for each in readings:
        labels = LABELS if each.label == ALL else (each.label,)
        now, before = (np.stack([log_p(results, label, w) for label in labels]) for w in (each.w, 0.0))
        assert each.reciprocal.value == pytest.approx(np.exp(-now).mean(), rel=1e-9)
        assert 1 <= each.reciprocal.low <= each.reciprocal.value <= each.reciprocal.high <= most
        # even with no failure at all the interval reaches so far: nobody knows of rarer ones
        assert each.reciprocal.high > 1 + 0.99 * (most - 1) * -math.expm1(-math.log(40) / SIZE.particles)
        assert each.recognised == pytest.approx((now > math.log(0.5)).mean())
        if each.w == 0:
            assert each.improved is None and each.unrelated is None
            continue
        assert each.improved.value == pytest.approx((now > before).mean())
        half = SIZE.particles // 2
        wins = [[a > b for a in mine[:half] for b in other[half:]] for mine, other in zip(now, before, strict=True)]
        assert each.unrelated.value == pytest.approx(np.mean(wins))


def test_a_class_row_of_the_result_says_the_same_where_it_says_anything(results, readings):
    rows = {(label, row.w): row for label, result in results.items() for row in result.rows}
    for each in readings:
        if each.label == ALL:
            continue
        row = rows[each.label, each.w]
        assert row.identity is None and row.off_support is None
        if row.mean_reciprocal is not None:
            assert row.mean_reciprocal == pytest.approx(each.reciprocal.value, rel=1e-6)
        if each.improved is not None:
            assert row.improved == pytest.approx(each.improved.value)
            assert row.improved_independent == pytest.approx(each.unrelated.value)


def test_digits_fall_where_the_intervals_part():
    def reading(label: str, w: float, low: float, high: float) -> ClassReading:
        return ClassReading(label, w, Estimate((low + high) / 2, low, high, 0.1), None, None, 1.0)

    parts, meets = [reading("1", 0, 5, 9), reading("1", 2, 1, 4.9)], [reading("2", 0, 5, 9), reading("2", 2, 1, 5.1)]
    assert falls([*parts, *meets, reading(ALL, 0, 9, 9)]) == (["1"], ["2"])


def test_the_figure_is_written_and_says_that_it_stands_in(results, tmp_path):
    reading = figure_2.read(results)
    words = f"{reading.agrees} {reading.ours}"
    assert "stands in for the paper's panels on ImageNet" in words and "of 10 digits" in words
    figure = PaperFigure(2, True, words, reading.picture, reading.values, {k: r.summary() for k, r in results.items()})
    assert PaperFigure.from_json(figure.to_json()) == figure
    assert {path.suffix for path in write(figure, tmp_path)} == {".png", ".svg", ".html", ".json", ".csv"}
    (row,) = figure.picture.rows
    assert row[0].y_title == figure_2.IMPROVED
    assert all(value.kind == "estimated" and value.standard_error is not None for value in figure.values)


def test_the_sizes():
    assert figure_2.FULL.particles == 8_000 and max(figure_2.W) >= 2
    assert set(figure_2.QUICK_W) <= set(figure_2.W)
    full = figure_2.experiments(figure_2.FULL)
    assert set(full) == set(LABELS) and {each.w for each in full.values()} == {figure_2.W}
    assert len({each.seed for each in full.values()}) == 1
