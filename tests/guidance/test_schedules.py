"""Weight schedules: their shapes, their means, and where they meet the constant."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from gdviz.diffusion.spacings.edm import EdmRho
from gdviz.diffusion.spacings.logit import Logit
from gdviz.errors import GdvizError
from gdviz.guidance import SCHEDULES
from gdviz.guidance.schedules.beta import Beta
from gdviz.guidance.schedules.clamped import Clamped
from gdviz.guidance.schedules.constant import Constant
from gdviz.guidance.schedules.cosine import CosineWeight
from gdviz.guidance.schedules.interval import Interval
from gdviz.guidance.schedules.linear import Linear
from gdviz.guidance.schedules.table import Table


def omegas(schedule, steps=40, spacing=None):
    return np.array([schedule.omega(moment) for moment in (spacing or Logit()).build(steps).moments()])


def table(*lines):
    return Table(lines=tuple({"progress": progress, "weight": weight} for progress, weight in lines))


FORMULAS = {name: kind for name, kind in SCHEDULES.kinds.items() if name != "learned"}  # learned weights are tested with training
EVERY = [pytest.param(kind(**e), id=f"{name}-{k}") for name, kind in FORMULAS.items() for k, e in enumerate(kind.examples)]


@pytest.mark.parametrize("schedule", EVERY)
def test_weights_are_never_negative(schedule):
    assert bool(np.all(omegas(schedule) >= 0))


@pytest.mark.parametrize("steps", [2, 3, 40, 1001])
@pytest.mark.parametrize("spacing", [Logit(), EdmRho()], ids=lambda s: s.kind)
@pytest.mark.parametrize("schedule", [s for s in EVERY if not isinstance(s.values[0], Interval)])
def test_the_mean_over_the_steps_is_one(schedule, steps, spacing):
    assert omegas(schedule, steps, spacing).mean() == pytest.approx(1, rel=1e-12)


def test_the_published_shapes():
    tau = (np.arange(40) + 0.5) / 40
    assert omegas(Linear()) == pytest.approx(2 * tau)
    assert omegas(Linear(direction="falling")) == pytest.approx(2 * (1 - tau))
    assert omegas(CosineWeight()) == pytest.approx(1 - np.cos(np.pi * tau))
    assert omegas(CosineWeight(direction="falling")) == pytest.approx(1 + np.cos(np.pi * tau))
    clamped = np.maximum(2 * tau, 0.5)
    assert omegas(Clamped()) == pytest.approx(clamped / clamped.mean())
    density = tau**2 * (1 - tau) ** 0.5
    assert omegas(Beta(a=3, b=1.5)) == pytest.approx(density / density.mean())


def test_a_table_is_linear_between_its_lines_and_flat_beyond():
    tau = (np.arange(40) + 0.5) / 40
    wanted = np.where(tau < 0.25, 1, np.where(tau < 0.75, 1 + 4 * (tau - 0.25), 3))  # 1 up to 1/4, 3 from 3/4 on
    assert omegas(table((0.25, 1), (0.75, 3))) == pytest.approx(wanted / wanted.mean())
    assert omegas(table((0, 0), (1, 1))) == pytest.approx(omegas(Linear()))


def test_a_table_that_misses_every_step_is_refused():
    with pytest.raises(GdvizError, match=r"0 at each of the 2 steps; take more steps or wider lines\.$"):
        omegas(table((0.4, 0), (0.5, 1), (0.6, 0)), 2)


def test_flat_cases_are_the_constant():
    ones = omegas(Constant())
    assert bool(np.all(ones == 1))
    for flat in (Beta(a=1, b=1), Clamped(floor=2), table((0.3, 7)), Interval(low=0, high=1)):
        assert omegas(flat) == pytest.approx(ones, rel=1e-12)


def test_falling_mirrors_rising():
    for kind in (Linear, CosineWeight, Clamped):
        assert omegas(kind(direction="falling")) == pytest.approx(omegas(kind())[::-1], rel=1e-12)


def test_the_interval_is_one_inside_and_zero_outside():
    levels = Logit().build(200)
    before = levels.t[:-1]
    assert np.array_equal(omegas(Interval(low=0.2, high=0.8), 200), ((before > 0.2) & (before <= 0.8)).astype(float))


def test_the_interval_defaults_are_the_papers_sigmas():
    """sigma in (0.28, 5.42], as t = sigma^2 / (1 + sigma^2)."""
    for sigma, t in ((0.28, Interval().low), (5.42, Interval().high)):
        assert sigma**2 / (1 + sigma**2) == pytest.approx(t, abs=5e-4)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Interval, {"low": 0.5, "high": 0.5}),
        (Interval, {"high": 2}),
        (Beta, {"a": 0.5}),
        (Clamped, {"floor": -1}),
        (Linear, {"direction": "up"}),
    ],
)
def test_bad_shapes_are_refused(kind, value):
    with pytest.raises(ValidationError):
        kind.model_validate(value)


@pytest.mark.parametrize("lines", [[], [(0, 0), (1, 0)], [(0.5, 1), (0.5, 2)], [(0, -1), (1, 2)], [(0, 1), (2, 1)]])
def test_bad_tables_are_refused(lines):
    with pytest.raises(ValidationError):
        table(*lines)
