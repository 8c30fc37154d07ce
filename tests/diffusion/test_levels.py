"""The time grids: their ends, their order and their digits."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gdviz.diffusion import LEVELS, Levels
from gdviz.diffusion.spacings.cosine import Cosine
from gdviz.diffusion.spacings.edm import EdmRho
from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.diffusion.spacings.logit import Logit
from gdviz.errors import GdvizError

VARIANCES = st.floats(1e-12, 1 - 1e-12)
SPACINGS = st.one_of(
    st.builds(Logit, c0=st.floats(0.1, 3), c1=st.floats(0.1, 16)),
    st.builds(EdmRho, rho=st.floats(1, 100)),
    st.just(LinearBeta()),
    st.just(Cosine()),
)


def check(levels: Levels, steps: int) -> None:
    """A usable grid: noisiest first, strictly ordered in both numbers wherever float64 can tell."""
    assert levels.steps == steps
    for values in (levels.alpha_bar, levels.t):
        assert values.dtype == np.float64
        assert bool(np.all((values > 0) & (values <= 1)))  # beside 1e-12, 1 is the nearest number to 1 - 1e-17
    assert bool(np.all(np.abs(levels.alpha_bar + levels.t - 1) < 1e-11))
    smaller = np.minimum(levels.alpha_bar, levels.t)
    assert bool(np.all(np.diff(levels.alpha_bar) >= 0))
    assert bool(np.all(np.diff(levels.t) <= 0))
    assert bool(np.all(np.diff(levels.log_snr) > 0)), smaller
    for moment in levels.moments():
        assert 0 < moment.beta < 1
        assert moment.du > 0
        assert 0 < moment.sigma_ratio < 1
        assert 0 < moment.sigma_drop < 1


def test_every_spacing_is_tried_here():
    assert set(LEVELS.kinds) == {"logit", "edm", "linear_beta", "cosine"}


@pytest.mark.parametrize("kind", LEVELS.kinds.values(), ids=LEVELS.kinds)
@pytest.mark.parametrize("steps", [*range(2, 21), 1000, 20_000])
def test_any_number_of_steps_gives_a_usable_grid(kind, steps):
    check(kind().build(steps), steps)


@given(SPACINGS, st.integers(2, 200))
def test_any_parameters_give_a_usable_grid(spacing, steps):
    try:
        levels = spacing.build(steps)
    except GdvizError as error:
        log_n = math.log(steps)
        steep = -steps * math.log1p(-spacing.c1 * log_n / steps) if spacing.c1 * log_n < steps else math.inf
        assert max(spacing.c1 * log_n, steep) - spacing.c0 * log_n > math.log(1e12)
        assert "at least 1e-12 is allowed" in str(error)
        return
    check(levels, steps)


@given(SPACINGS, st.integers(2, 200), VARIANCES, VARIANCES)
def test_given_ends_are_met_whatever_the_steps(spacing, steps, one, other):
    ends = {"start": max(one, other), "stop": min(one, other)}
    if ends["start"] == ends["stop"]:
        return
    spacing = type(spacing).model_validate({**spacing.model_dump(), **ends})
    try:
        levels = spacing.build(steps)
    except GdvizError as error:
        gap = math.log(ends["start"] / ends["stop"]) - math.log1p(-ends["start"]) + math.log1p(-ends["stop"])
        assert gap < 2e-6
        assert "start must be the larger" in str(error)
        return
    check(levels, steps)
    assert levels.t[0] == pytest.approx(ends["start"], rel=1e-14)
    assert levels.t[-1] == pytest.approx(ends["stop"], rel=1e-9)
    assert levels.alpha_bar[0] == pytest.approx(1 - ends["start"], rel=1e-3 if ends["start"] > 1 - 1e-10 else 1e-5)


@pytest.mark.parametrize("kind", LEVELS.kinds.values(), ids=LEVELS.kinds)
def test_given_ends_do_not_depend_on_the_number_of_steps(kind):
    spacing = kind(start=0.999, stop=1e-5)
    grids = [spacing.build(steps) for steps in (2, 7, 400)]
    assert len({(grid.t[0], grid.t[-1]) for grid in grids}) == 1
    # and a grid of twice the steps holds every level of the coarse one
    assert np.allclose(spacing.build(8).halved().log_snr, spacing.build(4).log_snr, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("kind", LEVELS.kinds.values(), ids=LEVELS.kinds)
def test_the_coordinate_and_its_inverse_agree(kind):
    spacing = kind()
    for log_snr in np.linspace(-12, 25, 40):
        assert float(spacing.log_snr(np.array([spacing.coordinate(log_snr)]))[0]) == pytest.approx(log_snr, abs=1e-7)


# --- the formulas ---------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [10, 400, 4000])
def test_the_default_grid_to_forty_digits(steps):
    """MATH section 1: a_0 = N^-c0, a <- a + c1 a (1 - a) log N / N, in decimal arithmetic."""
    levels = Logit().build(steps)
    with decimal.localcontext(prec=40):
        n = Decimal(steps)
        rate, a = 4 * n.ln() / n, n**-2
        for k in range(steps + 1):
            assert float(Decimal(float(levels.alpha_bar[k])) / a - 1) == pytest.approx(0, abs=1e-11)
            assert float(Decimal(float(levels.t[k])) / (1 - a) - 1) == pytest.approx(0, abs=1e-11)
            a += rate * a * (1 - a)


def test_no_digit_is_lost_near_either_end():
    """1 / (1 + e^l) and 1 / (1 + e^-l) against decimal arithmetic, 60 units of log-SNR either way."""
    log_snr = np.linspace(-60, 60, 241)
    levels = Levels.from_log_snr(log_snr)
    with decimal.localcontext(prec=60):
        for l, alpha_bar, t in zip(log_snr.tolist(), levels.alpha_bar.tolist(), levels.t.tolist(), strict=True):
            assert abs(float(Decimal(alpha_bar) * (1 + Decimal(-l).exp()) - 1)) < 1e-15
            assert abs(float(Decimal(t) * (1 + Decimal(l).exp()) - 1)) < 1e-15


@pytest.mark.parametrize("centre", [-25.0, -5.0, 0.0, 5.0, 25.0])
def test_a_step_is_not_formed_by_cancellation(centre):
    """beta = 1 - a, du and 1 - sigma'/sigma of a short step, against decimal arithmetic."""
    l, l_next = centre, centre + 1e-3
    (moment,) = Levels.from_log_snr(np.array([l, l_next])).moments()
    with decimal.localcontext(prec=60):
        alpha_bar, alpha_bar_next = (1 / (1 + Decimal(-v).exp()) for v in (l, l_next))
        a = alpha_bar / alpha_bar_next
        assert moment.beta == pytest.approx(float(1 - a), rel=1e-10)
        assert moment.du == pytest.approx(float(-a.ln()), rel=1e-10)
        assert moment.sigma_drop == pytest.approx(float(1 - ((Decimal(l) - Decimal(l_next)) / 2).exp()), rel=1e-10)
        assert moment.sigma == pytest.approx(float((-Decimal(l) / 2).exp()), rel=1e-14)


def test_a_long_first_step_has_the_right_length_in_u():
    (moment,) = Levels.from_log_snr(np.array([-40.0, 2.0])).moments()
    assert moment.du == pytest.approx(40 + math.log1p(math.exp(-40)) - math.log1p(math.exp(-2)), rel=1e-13)


def test_edm_levels_are_karras():
    steps, rho = 17, 7
    i = np.arange(steps + 1)
    sigma = (80 ** (1 / rho) + i / steps * (0.002 ** (1 / rho) - 80 ** (1 / rho))) ** rho
    levels = EdmRho().build(steps)
    assert np.sqrt(levels.t / levels.alpha_bar) == pytest.approx(sigma, rel=1e-10)


def test_linear_beta_levels_are_the_product_of_ddpm():
    """The continuous schedule against DDPM's own product of 1000 factors."""
    product = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    levels = LinearBeta().build(999)
    assert np.log(levels.alpha_bar[::-1][[99, 499, 999]]) == pytest.approx(np.log(product[[99, 499, 999]]), rel=0.01)


def test_cosine_levels_are_nichol_and_dhariwals():
    steps = 100
    tau = np.linspace(0.999, 0, steps + 1)
    assert Cosine().build(steps).alpha_bar == pytest.approx(np.cos((tau + 0.008) / 1.008 * np.pi / 2) ** 2, rel=1e-9)


# --- coarser grids and frames ---------------------------------------------------------------------


@given(st.integers(2, 60))
def test_halved_keeps_every_second_level_and_both_ends(steps):
    levels = Logit().build(steps)
    half = levels.halved()
    assert half.steps == math.ceil(steps / 2)
    assert half.t[0] == levels.t[0]
    assert half.t[-1] == levels.t[-1]
    assert set(half.t) <= set(levels.t)
    assert np.array_equal(half.t[:-1], levels.t[:-1:2])


@given(
    st.one_of(st.just(Logit()), st.builds(EdmRho, rho=st.floats(1, 100)), st.just(LinearBeta())),
    st.integers(2, 300),
    st.integers(2, 100),
)
def test_frames_are_uniform_in_log_snr_and_end_at_both_ends(spacing, steps, frames):
    levels = spacing.build(steps)
    index = levels.uniform_frames(frames)
    assert index[0] == 0
    assert index[-1] == steps
    assert len(index) <= min(frames, steps + 1)
    assert bool(np.all(np.diff(index) > 0))
    wanted = np.linspace(levels.log_snr[0], levels.log_snr[-1], min(frames, steps + 1))
    nearest = np.abs(levels.log_snr[None] - wanted[:, None]).min(1)
    found = np.abs(levels.log_snr[index][None] - wanted[:, None]).min(1)
    assert found == pytest.approx(nearest, abs=1e-9)


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"start": 0.1, "stop": 0.5},
        {"start": 0.5, "stop": 0.5},
        {"start": 1.0},
        {"stop": 0.0},
        {"start": math.nan},
        {"c0": 0},
        {"c1": -1},
    ],
)
def test_bad_ends_and_constants_are_refused(value):
    with pytest.raises(ValidationError):
        Logit.model_validate(value)


@pytest.mark.parametrize("value", [{"start": 1e-11}, {"stop": 1 - 1e-11}, {"start": 0.5, "stop": 0.4999999999}])
def test_ends_that_meet_are_refused_with_both_named(value):
    with pytest.raises(GdvizError, match=r"levels: found start .* and stop .*; start must be the larger noise variance"):
        Logit.model_validate(value).build(400)
