"""Weight schedules: their shapes, their means, and where they meet the constant."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from gdviz.diffusion.spacings.edm import EdmRho
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import SCHEDULES
from gdviz.guidance.schedules.beta import Beta
from gdviz.guidance.schedules.clamped import Clamped
from gdviz.guidance.schedules.constant import Constant
from gdviz.guidance.schedules.cosine import CosineWeight
from gdviz.guidance.schedules.interval import Interval
from gdviz.guidance.schedules.linear import Linear


def omegas(schedule, steps=40, spacing=None):
    return np.array([schedule.omega(moment) for moment in (spacing or Logit()).build(steps).moments()])


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


def test_flat_cases_are_the_constant():
    ones = omegas(Constant())
    assert bool(np.all(ones == 1))
    for flat in (Beta(a=1, b=1), Clamped(floor=2), Interval(low=0, high=1)):
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
