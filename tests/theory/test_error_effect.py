"""Effects of a score's error against a Gaussian law, where everything is known in closed form.

p = N(m, v) and r = exp(a x), so p r / E r = N(m + a v, v). Scores are affine in x, errors too, so that Y stays Gaussian: the
mean and the variance of the discrete chain obey two recursions, run here in float64 without any of the program's code.
z is two-sided for a false-alarm rate of 1e-3 over the file, which makes fewer than 200 comparisons.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import ndtri

from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.laws import PairScores
from gdviz.laws import pair as pair_of
from gdviz.scores import Scores, ScoresContext
from gdviz.theory.error_effect import ErrorPaths, ErrorStudy, error_effects

Z = float(-ndtri(1e-3 / 200 / 2))
MEAN, VARIANCE, SLOPE = 0.4, 0.7, 0.6
W = (0.0, 0.5, 1.0, 3.0)
PARTICLES, STEPS, MANY = 4096, 100, 20_000
ERRORS = {"shift": (0.15, 0.0), "pull": (0.0, -0.12), "both": (-0.15, 0.04)}
"""(b, k): the score s becomes s + b + k x."""


class Affine(Scores):
    """Exact scores with b + k x added to the one that is sampled."""

    def __init__(self, b: float, k: float) -> None:
        self.b, self.k = b, k

    def single(self, law, labelled=False):
        return lambda x, t: law.score(x, t) + self.b + self.k * x

    def pair(self, toward, away, base="toward"):
        exact = pair_of(toward, away)

        def pair(x, t):
            score, push, _ = exact(x, t)
            return PairScores(score + self.b + self.k * x, push, None)

        return pair


def experiment(**changes) -> Experiment:
    return Experiment.parse(
        {
            "target": {"kind": "gaussian_mixture", "components": [{"mean": [MEAN], "covariance": [[VARIANCE]]}]},
            "guidance": {
                "kind": "reward",
                "reward": {"kind": "exp", "strength": SLOPE, "of": {"kind": "linear", "direction": [1]}},
            },
            "sampler": {"kind": "ddpm", "steps": STEPS},
            "w": list(W),
            "particles": PARTICLES,
            "seed": 4,
            **changes,
        }
    )


@cache
def built() -> Built:
    return experiment().build()


@cache
def study(name: str) -> ErrorStudy:
    from gdviz.guidance import GuidanceContext

    here = built()
    wrong = experiment().guidance.build(GuidanceContext(here.law, Affine(*ERRORS[name])))
    return ErrorStudy(here.plan, wrong, here.sampler, here.levels, W, 4)


@cache
def paths(name: str, halved: bool = False) -> ErrorPaths:
    return study(name).paths(0, PARTICLES, halved=halved)


@cache
def effects(name: str, halved: bool = False):
    return study(name).effects(paths(name, halved))


def close_in_the_limit(fine, coarse, truth: float) -> None:
    """2 fine - coarse has no error of first order in the step; the rest is below the change from coarse to fine."""
    close(2 * fine.value - coarse.value, truth, 2 * fine.se + coarse.se, also=abs(fine.value - coarse.value))


def close(value: float, truth: float, se: float, also: float = 0.0) -> None:
    assert value == pytest.approx(truth, abs=Z * se + also)


# --- the oracle -----------------------------------------------------------------------------------


@cache
def alpha_bars(steps: int) -> list[float]:
    return experiment(sampler={"kind": "ddpm", "steps": steps}).build().levels.alpha_bar.tolist()


def ends(w: float, b: float = 0.0, k: float = 0.0, steps: int = STEPS) -> tuple[float, float]:
    """Mean and variance of Y at the end of the chain Y' = a^-1/2 (Y + (1 - a) S + sqrt(1 - a) Z), S affine."""
    mean, variance = 0.0, 1.0
    for now, after in pairwise(alpha_bars(steps)):
        t, a = 1 - now, now / after
        size = now * VARIANCE + t  # Var X_t
        slope = -1 / size + k
        constant = math.sqrt(now) * (MEAN + w * SLOPE * VARIANCE) / size + b
        mean = (mean + (1 - a) * (slope * mean + constant)) / math.sqrt(a)
        variance = ((1 + (1 - a) * slope) ** 2 * variance + (1 - a)) / a
    return mean, variance


def mean_reward(w: float, b: float = 0.0, k: float = 0.0, steps: int = STEPS) -> float:
    mean, variance = ends(w, b, k, steps)
    return math.exp(SLOPE * mean + SLOPE**2 * variance / 2)


def derivative(w: float, name: str) -> float:
    """d/dh E r with the error h e, at h = 0, in the limit of small steps."""
    above, below = (mean_reward(w, h * ERRORS[name][0], h * ERRORS[name][1], MANY) for h in (1e-4, -1e-4))
    return (above - below) / 2e-4


# --- measured -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ERRORS)
def test_the_measured_effect_is_that_of_the_closed_form(name):
    for found in effects(name):
        truth = mean_reward(found.w, *ERRORS[name]) - mean_reward(found.w)
        assert abs(truth) > 10 * found.measured.se  # there is something to see
        close(found.measured.value, truth, found.measured.se)
        close(found.exact.value, mean_reward(found.w), found.exact.se)
        close(found.wrong.value, mean_reward(found.w, *ERRORS[name]), found.wrong.se)


def test_means_of_the_reciprocal_are_log_normal_too():
    for found in effects("shift"):
        mean, variance = ends(found.w, *ERRORS["shift"])
        value, se = found.reciprocals[1]
        close(value, math.exp(-SLOPE * mean + SLOPE**2 * variance / 2), se)


# --- predicted ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ERRORS)
def test_without_guidance_the_prediction_is_the_derivative_in_the_size_of_the_error(name):
    fine, coarse = (effects(name, halved)[0].predicted for halved in (False, True))
    close_in_the_limit(fine, coarse, derivative(0.0, name))


def test_under_guidance_the_prediction_leaves_out_that_the_moved_path_meets_another_push():
    """For r = exp(a x) the push is the same everywhere, but grad r_t grows with r_t, and the error has moved that."""
    fine, coarse = (effects("shift", halved)[3].predicted for halved in (False, True))
    assert derivative(3.0, "shift") - fine.value > 10 * Z * fine.se + abs(fine.value - coarse.value)


def test_exact_scores_have_no_effect():
    here = built()
    for found in error_effects(here.plan, here.plan, here.sampler, here.levels, W, 1024, 4):
        assert found.measured == found.predicted == (0.0, 0.0)


# --- accounted ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ERRORS)
def test_push_and_error_along_the_wrong_path_account_for_the_whole_mean(name):
    for found, coarse in zip(effects(name), effects(name, halved=True), strict=True):
        close(found.gap.value, 0.0, found.gap.se, also=abs(found.gap.value - coarse.gap.value))
        wrong, exact = (mean_reward(found.w, *error, MANY) for error in (ERRORS[name], (0.0, 0.0)))
        close_in_the_limit(found.accounted, coarse.accounted, wrong)
        close_in_the_limit(found.accounted_effect, coarse.accounted_effect, wrong - exact)
        assert found.gap.se < found.exact.se / 2  # the particles' common noise has gone


def test_leaving_the_error_out_of_the_account_would_be_seen():
    fine, coarse = (effects("shift", halved)[0] for halved in (False, True))
    without = fine.wrong.value - study("shift").baseline  # at w = 0 there is nothing else
    assert abs(without) > 2 * (Z * fine.wrong.se + abs(fine.wrong.value - coarse.wrong.value))


# --- errors drawn afresh --------------------------------------------------------------------------


def kind_of_error(kind: str, seed: int) -> float:
    """The effect on E r at w = 0 of an error of 30 %."""
    score = {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": kind, "size": 0.3, "seed": seed}}
    here = built()
    wrong = experiment(score=score).build().plan
    found = ErrorStudy(here.plan, wrong, here.sampler, here.levels, [0.0], 4).paths(0, 256)
    return float((np.exp(found.wrong) - np.exp(found.exact)).mean())


def test_errors_drawn_afresh_at_each_step_average_out():
    """Steps k of log r move by c_k; always the same way they add up to sum c_k, with random signs to about sqrt(sum c_k^2)."""
    alpha = np.array(built().levels.alpha_bar)
    now, after = alpha[:-1], alpha[1:]
    size = now * VARIANCE + 1 - now
    step = 0.3 / np.sqrt((1 - now) * size / (1 - now)) * (1 - now / after)  # [K] |e| / sqrt(t) (1 - a), rms eps = sqrt(t / size)
    carried = np.sqrt(after) * VARIANCE / (after * VARIANCE + 1 - after)  # [K] d E[X_0 | X_t'] / d X_t'
    moves = SLOPE * step / np.sqrt(now / after) * carried  # [K]
    reward = mean_reward(0.0)
    spread = reward * math.sqrt(float((moves**2).sum()))
    afresh = np.array([kind_of_error("per_step", seed) for seed in range(4)])
    systematic = kind_of_error("constant", 0)
    assert abs(systematic) > reward * float(moves.sum()) / 3
    # a sum of four squares of about normal numbers: chi square, of which 1e-5 lies above 28.5
    assert float((afresh**2).sum()) < 28.5 * (1.2 * spread) ** 2
    assert np.abs(afresh).max() < abs(systematic) / 2


# --- what is refused, and joined ------------------------------------------------------------------


def test_ranges_of_particles_join_to_the_whole():
    parts = [study("shift").paths(first, 1024) for first in (0, 1024)]
    whole = ErrorPaths.joined(parts)
    np.testing.assert_allclose(whole.wrong, paths("shift").first(2048).wrong, rtol=1e-4, atol=1e-4)
    assert whole.first(10).wrong_whole.shape == (len(W), 10)


def test_a_particle_that_overflows_is_counted_and_left_out():
    few = paths("shift").first(100)
    wrong = few.wrong.copy()
    wrong[2, 5] = np.nan
    found = study("shift").effects(replace(few, wrong=wrong))
    assert [item.nonfinite for item in found] == [0, 0, 1, 0]
    assert all(math.isfinite(item.measured.value) for item in found)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sampler": {"kind": "ddim", "steps": 10}}, "ddim"),
        ({"guidance": {"kind": "none"}}, "improvement identity"),
    ],
)
def test_what_has_no_account_is_refused(changes, says):
    here = experiment(**changes).build(ScoresContext())
    with pytest.raises(GdvizError, match=says):
        error_effects(here.plan, here.plan, here.sampler, here.levels, [0.0], 64, 0)


def test_progress_ends_at_the_whole():
    here, said = built(), []
    error_effects(here.plan, here.plan, here.sampler, here.levels, [0.0], 64, 0, said.append)
    assert said == sorted(said) and said[-1] == 1.0 and len(said) == STEPS  # each other step of two runs
