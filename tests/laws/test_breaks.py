"""Means of rewards that jump or bend: exact wherever the jump lies, however narrow the band; against closed forms and scipy."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from laws.reference import LINE, mixture, reward
from scipy import integrate, stats

from gdviz.laws import Mixture
from gdviz.laws.breaks import crossings
from gdviz.laws.quadrature import Expectation, expectation

UNIT, ROUND = mixture([[0.0]], [[[1.0]]]), mixture([[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]])

EXACT = 1e-8
"""Relative: a hundred thousand times below the 0.1 % that is promised."""


def above(x: float) -> float:
    return float(stats.norm.sf(x))


def band(a: float, b: float) -> float:
    return above(a) - above(b)


def ring(a: float, b: float) -> float:
    """P(a < |X| < b) in the plane."""
    return math.exp(-(a**2) / 2) - math.exp(-(b**2) / 2)


def found(law: Mixture, expression: str) -> Expectation:
    r = reward(expression, law)
    mean = expectation(law, lambda x: (r.log(x), 1.0), r.breaks())
    assert mean is not None
    return mean


ON_THE_LINE = {
    "0.01 + (x > 1)": 0.01 + above(1),
    "0.01 + (x > 1.003)": 0.01 + above(1.003),
    "1/(0.01 + (x > 1))": above(1) / 1.01 + 100 * above(-1),
    "0.01 + 50*(1 < x < 1.0001)": 0.01 + 50 * band(1, 1.0001),
    "0.01 + 50*(abs(x - 1) < 1e-4)": 0.01 + 50 * band(0.9999, 1.0001),
    "0.01 + 50*((x - 1)**2 < 1e-8)": 0.01 + 50 * band(0.9999, 1.0001),
    "0.001 + abs(x)": 0.001 + math.sqrt(2 / math.pi),
    "0.001 + sqrt(x**2)": 0.001 + math.sqrt(2 / math.pi),
    "0.001 + radius": 0.001 + math.sqrt(2 / math.pi),
    "1e-6 + 1e9*(x > 6)": 1e-6 + 1e9 * above(6),
    "exp(60*(x > 9))": 1 + math.expm1(60) * above(9),
    "0.01 + sigmoid(1e6*(x - 1.003))": 0.01 + above(1.003),
    "1.01 + (sin(20*x) > 0)": 1.51,
    "1 + ((x > 0) + (x > 1) > 1.5)": 1 + above(1),
    "where(x < -1, 0.2, where(x < 0.3, 1, where(x < 2, 3, 9)))": 0.2 * above(1) + band(-1, 0.3) + 3 * band(0.3, 2) + 9 * above(2),
}
IN_THE_PLANE = {
    "0.1 + (y > abs(x))": 0.35,
    "1/(0.1 + (y > abs(x)))": 7.5 + 0.25 / 1.1,
    "0.1 + (y > x**3 - x)": 0.6,
    "0.1 + (y > sin(x))": 0.6,
    "0.01 + (x > 1)": 0.01 + above(1),
    "0.01 + (x + y > 1)": 0.01 + above(1 / math.sqrt(2)),
    "0.01 + (radius < 1)": 0.01 + ring(0, 1),
    "0.01 + 20*(1 < radius < 1.01)": 0.01 + 20 * ring(1, 1.01),
    "0.1 + (x*y > 0)": 0.6,
    "1.1 + (sin(3*x)*sin(3*y) > 0)": 1.6,
    "0.01 + max(x, y)**2": 1.01,
    "0.1 + abs(x - y)": 0.1 + 2 / math.sqrt(math.pi),
    "0.1 + max(abs(x), abs(y))": 0.1 + 2 / math.sqrt(math.pi),  # max(|x|, |y|) = (|x + y| + |x - y|) / 2
    "5 + theta": 5.0,
}


@pytest.mark.parametrize(
    ("law", "expression", "truth"),
    [(UNIT, *row) for row in ON_THE_LINE.items()] + [(ROUND, *row) for row in IN_THE_PLANE.items()],
    ids=[*(f"line {e}" for e in ON_THE_LINE), *(f"plane {e}" for e in IN_THE_PLANE)],
)
def test_closed_forms(law: Mixture, expression: str, truth: float) -> None:
    mean = found(law, expression)
    assert mean.value == pytest.approx(truth, rel=EXACT)
    assert abs(mean.value - truth) <= 2 * mean.error + 1e-13 * truth
    assert mean.error <= EXACT * truth


def test_a_mixture_against_scipy_with_break_points() -> None:
    def density(x: float) -> float:
        parts = zip(LINE.weights.numpy(), (0, 2, -3), (1, 0.3, 0.2), strict=True)
        return float(sum(weight * stats.norm.pdf(x, mean, variance**0.5) for weight, mean, variance in parts))

    def r(x: float) -> float:
        return 0.1 + abs(x - 1.9) if x < 2.2 else 3.0

    edges = [-14, -3, 0, 1.9, 2.2, 4, 14]
    truth = sum(
        integrate.quad(lambda x: r(x) * density(x), a, b, epsabs=1e-14, epsrel=1e-12, limit=200)[0] for a, b in pairwise(edges)
    )
    assert found(LINE, "0.1 + abs(x - 1.9) if x < 2.2 else 3").value == pytest.approx(truth, rel=1e-10)


def test_composites_and_potentials_hand_on_where_they_bend() -> None:
    step = {"kind": "expression", "expression": "x > 1"}
    jump = {"kind": "shift", "constant": 0.01, "of": step}
    for description, truth in (
        (jump, 0.01 + above(1)),
        ({"kind": "exp", "strength": -2, "of": step}, 1 + math.expm1(-2) * above(1)),
        ({"kind": "sum", "of": [jump, jump]}, 0.02 + 2 * above(1)),
        ({"kind": "product", "of": [jump, jump]}, 1.01**2 * above(1) + 1e-4 * above(-1)),
        (
            {"kind": "exp", "of": {"kind": "half_plane", "normal": [1], "offset": 1.003, "sharpness": 1e7}},
            1 + math.expm1(1) * above(1.003),
        ),
    ):
        r = reward(description, UNIT)
        mean = expectation(UNIT, lambda x, r=r: (r.log(x), 1.0), r.breaks())  # type: ignore[misc]
        assert mean is not None
        assert mean.value == pytest.approx(truth, rel=EXACT)
    away = {"kind": "exp", "of": {"kind": "ring_distance", "center": [0.3], "radius": 1, "width": 0.5}}
    r = reward(away, UNIT)
    mean = expectation(UNIT, lambda x: (r.log(x), 1.0), r.breaks())
    truth = sum(
        integrate.quad(lambda x: math.exp(-2 * (abs(x - 0.3) - 1) ** 2) * stats.norm.pdf(x), *ends, epsabs=1e-13)[0]
        for ends in ((-12, 0.3), (0.3, 12))
    )
    assert mean is not None and mean.value == pytest.approx(truth, rel=EXACT)


def test_crossings_of_circles_that_barely_touch_a_line() -> None:
    """Chords down to a thousandth of the spacing at which a line is looked at, and a line that only touches."""
    heights = torch.tensor([0.0, 0.99, 1 - 1e-9, 1.0, 1.1], dtype=torch.float64)

    def lines(k: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        return torch.stack([s, heights[k]], -1)

    rows = crossings([lambda x: x.square().sum(-1) - 1], lines, 5, -3.0, 3.01, 50)
    for height, row in zip(heights.tolist(), rows.numpy(), strict=True):
        places = np.unique(row[row < 3.01].round(6))
        half = math.sqrt(max(0.0, 1 - height**2))
        if height < 1:
            np.testing.assert_allclose(places, [-half, half], atol=2e-6)
        elif height > 1:
            assert not len(places)
        else:
            np.testing.assert_allclose(places, 0, atol=1e-5)
