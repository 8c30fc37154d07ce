"""Energy distances against a matrix of all pairs, the coverage of their error bars, and what the floor promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from coverage_of import coverage_is_nominal
from scipy import stats
from scipy.spatial.distance import cdist

from gdviz.guidance import Goal
from gdviz.metrics.distances import Distances
from gdviz.metrics.energy import distance_sums, energy_distance, energy_floor


def samples(n: int, d: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + shift


@pytest.mark.parametrize("d", [1, 2, 3, 7])
def test_energy_distance_against_all_pairs(d):
    x, y = samples(150, d, 0), samples(130, d, 1, shift=0.4)
    xy, xx, yy = (cdist(a, b) for a, b in ((x, y), (x, x), (y, y)))
    off = lambda table: table.sum() / (len(table) * (len(table) - 1))  # noqa: E731
    assert energy_distance(x, y).value == pytest.approx(2 * xy.mean() - off(xx) - off(yy), abs=1e-6)
    over_y, over_x = distance_sums(x, y)
    np.testing.assert_allclose(over_y, xy.sum(1), rtol=1e-6)
    np.testing.assert_allclose(over_x, xy.sum(0), rtol=1e-6)


def test_energy_distance_on_a_line_against_scipy():
    """scipy's is the root of half of ours, with the diagonal counted (a V-statistic)."""
    x, y = samples(200, 1, 2), samples(180, 1, 3, shift=1.0)
    spread = [cdist(a, a).sum() / len(a) ** 2 / (len(a) - 1) for a in (x, y)]  # what the diagonal takes away
    theirs = stats.energy_distance(x[:, 0], y[:, 0]) ** 2
    assert energy_distance(x, y).value == pytest.approx(theirs - sum(spread), rel=1e-9)


def folded(mean: float, sd: float) -> float:
    """E|N(mean, sd^2)|."""
    return sd * math.sqrt(2 / math.pi) * math.exp(-(mean**2) / (2 * sd**2)) + mean * math.erf(mean / (sd * math.sqrt(2)))


@pytest.mark.parametrize("shift", [0.7, 2.0])
def test_coverage_of_the_energy_distance(shift):
    truth = 2 * folded(shift, math.sqrt(2)) - 2 * folded(0, math.sqrt(2))
    covered = []
    for k in range(400):
        found = energy_distance(samples(400, 1, 2 * k), samples(400, 1, 2 * k + 1, shift))
        covered.append(abs(found.value - truth) < 1.96 * found.se)
    coverage_is_nominal(covered)


@pytest.mark.parametrize("d", [1, 2])
def test_equal_laws_stay_below_the_floor(d):
    """In 95 % of pairs; the floor of one sample of the law is itself an estimate, averaged over here."""
    floor = np.mean([energy_floor(samples(1000, d, 10_000 + k), 300) for k in range(20)])
    coverage_is_nominal([energy_distance(samples(300, d, 2 * k), samples(300, d, 2 * k + 1)).value < floor for k in range(400)])


def test_goals_that_stay_are_drawn_once():
    drawn: list[tuple[str, float]] = []

    def goal(name: str, depends: bool, gives: bool = True) -> Goal:
        def draw(w, n, generator):
            drawn.append((name, w))
            return torch.randn(n, 2, generator=generator, dtype=torch.float64) if gives else None

        return Goal(name, name, draw, depends_on_w=depends)

    distances = Distances((goal("fixed", False), goal("moving", True), goal("unknown", False, gives=False)), seed=0)
    first, second = distances(0.0, samples(100, 2, 0).float()), distances(1.0, samples(100, 2, 1).float())
    assert drawn == [("fixed", 0.0), ("moving", 0.0), ("unknown", 0.0), ("moving", 1.0)]
    assert [d.to for d in first] == ["fixed", "moving", "unknown"]
    assert first[0].floor == second[0].floor
    assert first[2].energy_distance is None and first[2].floor is None


@pytest.mark.parametrize("d", [1, 2])
def test_the_step_change_of_a_distance_is_the_difference_of_two(d):
    y = samples(300, d, 2)
    goal = Goal("here", "p", lambda w, n, generator: y[:n])
    fine, coarse = samples(300, d, 3), samples(300, d, 3) * 1.2 + 0.1
    (change,) = Distances((goal,), seed=0).changes(0.0, fine, coarse)
    assert change == pytest.approx(abs(energy_distance(fine, y).value - energy_distance(coarse, y).value), rel=1e-5)
    assert Distances((goal,), seed=0).changes(0.0, fine[:1], coarse[:1]) == (None,)


def test_too_few_points_have_no_distance():
    assert energy_distance(samples(1, 2, 0), samples(50, 2, 1)).value is None
    assert energy_floor(samples(10, 2, 0), 10) is None
