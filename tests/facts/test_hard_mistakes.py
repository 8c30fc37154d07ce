"""Wrong samplers that are hard to see, and right ones that are not ours to the letter: gdviz.check tells them apart."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from own_samplers import sampler
from scipy.stats import kurtosistest

import gdviz
from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.facts.own_levels import own_levels, uneven
from gdviz.facts.problem import Gaussian
from gdviz.facts.sample_shape import farthest, kurtosis, kurtosis_p, repeats


def guided(problem, x, t, w):
    cond, uncond = problem.cond(x, t), problem.uncond(x, t)
    return cond + w * (cond - uncond)


# --- DPM-Solver++(2M), and what is right on even levels only --------------------------------------


def multistep(length=lambda h, last: h, lean=lambda h, last: h / (2 * last)):
    """DPM-Solver++(2M): the step that the data are pulled over, and the weight of their change."""

    def run(problem, w):
        half = 0.5 * np.log(problem.alpha_bar / problem.t)  # half the log-SNR
        x, before, last = problem.start, None, None
        for k in range(problem.steps):
            t, ab = problem.t[k], problem.alpha_bar[k]
            data, h = (x + t * guided(problem, x, t, w)) / np.sqrt(ab), half[k + 1] - half[k]
            used, over = data, h
            if before is not None:
                used, over = data + lean(h, last) * (data - before), length(h, last)
            x = np.sqrt(problem.t[k + 1] / t) * x + np.sqrt(problem.alpha_bar[k + 1]) * (1 - np.exp(-over)) * used
            before, last = data, h
        return x

    return run


UNEVEN = {"last length": {"length": lambda h, last: last}, "ratio turned": {"lean": lambda h, last: last / (2 * h)}}


def test_the_right_one_passes():
    assert gdviz.check(multistep(), rule="dpmpp_2m", particles=4000).passed
    assert gdviz.check(multistep(), particles=500).passed


@pytest.mark.parametrize("name", UNEVEN)
def test_what_is_right_on_even_levels_only_fails(name):
    wrong = multistep(**UNEVEN[name])
    assert not gdviz.check(wrong, rule="dpmpp_2m", particles=4000).passed
    found = gdviz.check(wrong, particles=2000)
    assert not found.passed and "On even levels what you return follows DPM-Solver++(2M)" in found.sentence


# --- w that is not the w ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "used", "words"),
    [
        ("cfg", round, "rounded or cut down"),
        ("reward", abs, "|w| is used"),
        ("cfg", lambda w: max(w, 0.0), ""),
        ("reward", lambda w: round(2 * w) / 2, ""),
    ],
)
def test_w_is_taken_as_it_is(method, used, words):
    def wrong(problem, x, t, w):
        return problem.base(x, t) + used(w) * (problem.toward(x, t) - problem.away(x, t))

    found = gdviz.check(wrong, method=method, particles=4000)
    assert not found.passed and words in found.sentence


# --- noise and particles --------------------------------------------------------------------------


def with_noise(draw, after=lambda x, problem: x):
    def run(problem, w):
        rng = np.random.default_rng([3, round(1000 * (w + 2))])
        x = rng.standard_normal(problem.start.shape)
        for k in range(problem.steps):
            beta = 1 - problem.alpha_bar[k] / problem.alpha_bar[k + 1]
            x = (x + beta * guided(problem, x, problem.t[k], w) + np.sqrt(beta) * draw(rng, x.shape)) / np.sqrt(1 - beta)
            x = after(x, problem)
        return x

    return run


def normal(rng, shape):
    return rng.standard_normal(shape)


def cut(bits):
    """Numbers that keep so many bits of their fraction."""

    def rounded(x, problem=None):
        share, exponent = np.frexp(x)
        return np.ldexp(np.round(share * 2.0 ** (bits + 1)), exponent - bits - 1)

    return rounded


def stuck(problem, w):
    x = with_noise(normal)(problem, w)
    x[7] = problem.start[7]
    return x


WRONG = {
    "uniform": (with_noise(lambda rng, shape: rng.uniform(-math.sqrt(3), math.sqrt(3), shape)), "kurtosis"),
    "+-1": (with_noise(lambda rng, shape: rng.choice([-1.0, 1.0], shape)), "kurtosis"),
    "one particle is never denoised": (stuck, "farthest particle"),
    "bfloat16": (with_noise(normal, cut(7)), "values that repeat"),
    "float16": (with_noise(normal, cut(10)), "values that repeat"),
}


@pytest.mark.parametrize("name", WRONG)
def test_noise_of_another_shape_and_a_single_particle_are_seen(name):
    wrong, fact = WRONG[name]
    found = gdviz.check(wrong, rule="ddpm", w=(-1, 0, 0.35, 10) if fact == "farthest particle" else (0, 3))
    assert any(fact in failure.fact for failure in found.failures)


def test_float32_is_enough():
    assert gdviz.check(with_noise(normal, lambda x, problem: x.astype(np.float32)), rule="ddpm", w=(0, 10)).passed


def test_kurtosis_is_anscombe_and_glynns():
    y = np.random.default_rng(0).standard_normal((3000, 2))
    np.testing.assert_allclose(kurtosis_p(kurtosis(y), 3000), np.minimum(1, kurtosistest(y).pvalue * (1 + 2000 / 3000)))


def test_the_three_facts_of_single_particles_keep_their_rate():
    """Of 1,000 clouds of 500 Gaussian points, at 0.02: at most 0.02, and not far below for the farthest (Bonferroni is sharp)."""
    rng, law, alarms = np.random.default_rng(1), Gaussian(np.zeros(2), np.eye(2)), np.zeros(3)
    for _ in range(1000):
        x = rng.standard_normal((500, 2)).astype(np.float32).astype(float)
        p = min(kurtosis_p(kurtosis(x[:, :1]), 500)), farthest(x).p_value, repeats(x, law).p_value
        alarms += np.array(p) <= 0.02
    sd = math.sqrt(1000 * 0.02 * 0.98)
    assert (alarms <= 20 + 4 * sd).all()
    assert alarms[1] >= 20 - 4 * sd


# --- right, and not ours to the letter -------------------------------------------------------------


def ho(problem, w):
    rng = np.random.default_rng([5, round(1000 * (w + 2))])
    x = rng.standard_normal(problem.start.shape)
    for k in range(problem.steps):
        beta = 1 - problem.alpha_bar[k] / problem.alpha_bar[k + 1]
        x = (x + beta * guided(problem, x, problem.t[k], w)) / np.sqrt(1 - beta) + np.sqrt(beta) * rng.standard_normal(x.shape)
    return x


def test_the_variance_of_ho_et_al_is_an_option():
    assert not gdviz.check(ho, rule="ddpm", particles=4000).passed
    assert gdviz.check(ho, rule="ddpm", variance="beta", particles=4000).passed
    assert gdviz.check(sampler("ancestral", 1), rule="ddpm", variance="posterior", particles=4000).passed
    found = gdviz.check(sampler("ddpm", 1), rule="ddpm", variance="beta", particles=4000)
    assert not found.passed and "rule='ddpm' would pass" in found.sentence


def edm(grid, corrected=True):
    """EDM's algorithm 1 on sigma = sqrt(t / alpha_bar); `grid` makes the sigmas from the problem's."""

    def run(problem, w):
        sigma = grid(np.sqrt(problem.t / problem.alpha_bar))

        def slope(y, s):
            t = s**2 / (1 + s**2)
            return -np.sqrt(t) * guided(problem, y * np.sqrt(1 - t), t, w)

        y = problem.start * np.sqrt(1 + sigma[0] ** 2)
        for s, after in pairwise(sigma):
            one = slope(y, s)
            trial = y + (after - s) * one
            y = y + (after - s) * (one + slope(trial, after)) / 2 if corrected else trial
        return y / np.sqrt(1 + sigma[-1] ** 2)

    return run


def karras(sigma):
    """18 of EDM's levels between the same ends, however many are asked for."""
    share = np.arange(19) / 18
    return (sigma[0] ** (1 / 7) + share * (sigma[-1] ** (1 / 7) - sigma[0] ** (1 / 7))) ** 7


def test_edm_to_the_letter_passes_under_heun():
    found = gdviz.check(edm(lambda sigma: sigma), rule="heun", particles=4000)
    assert found.passed and "EDM's algorithm 1" in found.sentence


@pytest.mark.parametrize(("corrected", "rule"), [(True, "heun"), (False, "ddim")])
def test_timesteps_of_its_own_are_told(corrected, rule):
    """Whether or not a rule is named, though `problem.steps` is not heeded."""
    own = edm(karras, corrected)
    found = gdviz.check(own, rule=rule, particles=4000)
    assert found.passed and found.subject.endswith("on levels of its own") and "18 " in found.subject
    unnamed = gdviz.check(own, particles=4000)
    assert unnamed.passed and f"rule='{rule}'" in unnamed.sentence
    other = gdviz.check(own, rule="dpmpp_2m", particles=4000)
    assert not other.passed and f"rule='{rule}' would pass" in other.sentence


def test_a_wrong_sampler_on_timesteps_of_its_own_fails():
    def push(problem, w):
        return edm(karras)(problem, w + 1)

    found = gdviz.check(push, rule="heun", particles=4000)
    assert not found.passed
    with pytest.raises(GdvizError, match="None of our rules on the 18 levels"):
        gdviz.check(push, particles=4000)


def test_own_levels_are_told_from_a_wrong_time():
    even = Levels.from_log_snr(np.linspace(-9, 5, 31))
    given = uneven(even)
    assert given.steps == 30 and given.t[0] == pytest.approx(even.t[0]) and given.t[-1] == pytest.approx(even.t[-1])
    steps = np.diff(given.log_snr)
    assert steps.max() / steps.min() == pytest.approx(4)
    assert own_levels(given, given.t[:-1].tolist()) is None
    assert own_levels(given, given.t.tolist()) is None
    assert own_levels(given, given.t[1:].tolist()) is None  # the next step's time
    assert own_levels(given, (0.5 * given.t).tolist()) is None  # other ends
    assert own_levels(given, np.float32(given.t).astype(float).tolist()) is None
    found = own_levels(given, [t for t in even.t[:-1].tolist() for _ in range(4)])
    assert found is not None and np.allclose(found.t, even.t)


def partly(eta):
    def run(problem, w):
        rng = np.random.default_rng([8, round(1000 * (w + 2))])
        x = rng.standard_normal(problem.start.shape)
        for k in range(problem.steps):
            t, after = problem.t[k], problem.t[k + 1]
            ab, ab_after = problem.alpha_bar[k], problem.alpha_bar[k + 1]
            eps = -np.sqrt(t) * guided(problem, x, t, w)
            fresh = eta**2 * (1 - ab / ab_after) * after / t
            clean = (x - np.sqrt(t) * eps) / np.sqrt(ab)
            x = np.sqrt(ab_after) * clean + np.sqrt(after - fresh) * eps + np.sqrt(fresh) * rng.standard_normal(x.shape)
        return x

    return run


def test_part_of_the_noise_is_neither_limit():
    found = gdviz.check(partly(0.5), particles=2000)
    assert found.passed and "neither the SDE's limit nor the ODE's" in found.sentence and "'eta': 0.5" in found.sentence
    other = gdviz.check(partly(0.6), particles=2000)
    assert not other.passed and "lies between the SDE's limit and the ODE's" in other.sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "ddim", "variance": "beta"}, "variance: found 'beta' for ddim"),
        ({"variance": "beta"}, "without a rule"),
        ({"rule": "ddpm", "variance": "alpha"}, "variance: found 'alpha'; allowed: beta/alpha, beta, posterior"),
    ],
)
def test_a_variance_is_ddpms(options, words):
    with pytest.raises(GdvizError) as refused:
        gdviz.check(ho, **options)
    assert words in str(refused.value) and len(str(refused.value)) < 500
