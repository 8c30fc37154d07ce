"""gdviz.check on the caller's own code: ten wrong samplers are caught, correct ones pass, in both styles."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from own_samplers import NOISELESS, WRONG, sampler
from scipy.stats import binom

import gdviz
from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.facts.against import LIMIT_NARROW, LIMIT_STEPS, STEPS
from gdviz.facts.problem import Problem, two_gaussians
from gdviz.facts.rules import Rule, known_rules, law_of
from gdviz.samplers import LinearStep
from gdviz.samplers.ddpm import Ddpm

CASES = [(rule, name) for rule in ("ddpm", "ancestral", "ddim") for name in WRONG if rule != "ddim" or name not in NOISELESS]


def powers(rule: str, name: str, seeds: int, particles: int) -> float:
    options = {"rule": rule, "particles": particles}
    caught = [not gdviz.check(sampler(rule, seed, **WRONG[name]), **options, seed=seed).passed for seed in range(seeds)]
    return sum(caught) / seeds


@pytest.mark.parametrize(("rule", "name"), CASES)
def test_a_wrong_sampler_is_caught(rule, name):
    """At a fifth of the particles; the power over 60 seeds is in the long counts."""
    assert powers(rule, name, 1, 4000) == 1


@pytest.mark.verify
@pytest.mark.parametrize(("rule", "name"), CASES)
def test_power_over_seeds(rule, name, verify_result):
    """60 of 60 caught at a quarter of the particles: a power of at least 95 % with 95 % confidence (0.95^60 < 0.05)."""
    found = powers(rule, name, 60, 5000)
    verify_result(f"gdviz.check catches {rule}: {name}", found, 1.0)
    assert found == 1


@pytest.mark.slow
@pytest.mark.parametrize("runs", [20, pytest.param(60, marks=pytest.mark.verify)])
@pytest.mark.parametrize("rule", ["ddpm", "ancestral", "ddim"])
def test_false_alarms_come_at_the_stated_rate(rule, runs):
    """At a rate of 0.1 a correct sampler fails at most that often, by the binomial at 1e-4."""
    rate = 0.1
    failed = sum(not gdviz.check(sampler(rule, s), rule=rule, particles=500, rate=rate, seed=s).passed for s in range(runs))
    assert failed <= binom.isf(1e-4, runs, rate)


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["ddpm", "ancestral", "ddim"])
def test_a_sampler_without_a_named_rule_is_held_against_the_limit(rule):
    found = gdviz.check(sampler(rule, 1), particles=5000)
    assert found.passed
    assert ("ODE" if rule == "ddim" else "SDE") in found.subject


# --- no rule named: the law of many steps --------------------------------------------------------

class EulerMaruyama(Ddpm):
    """x' = x + beta x / 2 + beta s + sqrt(beta) Z: a right rule that is not among ours."""

    def linear_step(self, moment):
        return LinearStep(1 + moment.beta / 2, moment.beta, math.sqrt(moment.beta))


KNOWN = {rule.words: rule for rule in known_rules(LIMIT_STEPS)}
RULES = {
    "ddpm": KNOWN["DDPM"],
    "variance beta": next(rule for words, rule in KNOWN.items() if "Ho et al." in words),
    "euler-maruyama": Rule("Euler-Maruyama", "", EulerMaruyama()),
    "ancestral": KNOWN["Ancestral DDPM"],
    "ddim": KNOWN["DDIM"],
    "heun": KNOWN["Heun (EDM)"],
    "dpmpp_2m": KNOWN["DPM-Solver++(2M)"],
}


def exact_draws(rule: str, method: str, seed: int):
    """A sampler that returns exact draws of the law after N steps of a rule: right beyond doubt, and quick."""
    def run(problem, w):
        laws = two_gaussians(method, 0.0 if problem.steps == STEPS else LIMIT_NARROW)
        law = law_of(RULES[rule], Levels(problem.alpha_bar, problem.t), laws)(w)
        variances, axes = np.linalg.eigh(law.covariance)
        rng = np.random.default_rng([seed, problem.steps, round(1000 * (w + 2)), int(1e9 * problem.t[1])])
        return law.mean + rng.standard_normal((problem.n, 2)) @ (axes * np.sqrt(np.maximum(variances, 0))).T

    return run


def alarms(rule: str, method: str, runs: int, particles: int) -> int:
    checks = (gdviz.check(exact_draws(rule, method, s), method=method, particles=particles, seed=s) for s in range(runs))
    return sum(not found.passed for found in checks)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "method"), [*((rule, "cfg") for rule in RULES), *((rule, "reward") for rule in ("ddpm", "ddim", "heun"))]
)
def test_no_right_rule_is_called_wrong_when_none_is_named(rule, method):
    """At a rate of 0.001 two alarms in four runs would be a chance of 6e-6; `make verify` counts 400."""
    assert alarms(rule, method, 4, 2000) < 2


@pytest.mark.verify
@pytest.mark.parametrize("rule", RULES)
def test_alarms_without_a_rule_over_seeds(rule, verify_result):
    """400 runs at a rate of 0.001: more than 3 would be a chance below 1e-3."""
    found = alarms(rule, "cfg", 400, 5000)
    verify_result(f"gdviz.check without a rule calls exact draws of {rule} wrong, of 400 runs", found, 0.4)
    assert found <= 3


ASKED = [
    ("ddpm", {"rule": "ddpm"}),
    ("variance beta", {"rule": "ddpm", "variance": "beta"}),
    ("ancestral", {"rule": "ancestral"}),
    ("ddim", {"rule": "ddim"}),
    ("heun", {"rule": "heun"}),
    ("dpmpp_2m", {"rule": "dpmpp_2m"}),
]


@pytest.mark.verify
@pytest.mark.parametrize(("rule", "asked"), ASKED)
def test_alarms_of_a_named_rule_over_seeds(rule, asked, verify_result):
    """The same where the rule is named, on uneven levels."""
    checks = (gdviz.check(exact_draws(rule, "cfg", s), **asked, particles=5000, seed=s) for s in range(400))
    found = sum(not report.passed for report in checks)
    verify_result(f"gdviz.check with {rule} named calls exact draws of it wrong, of 400 runs", found, 0.4)
    assert found <= 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["w off by one", "sign", "cond and uncond swapped", "double guidance", "clipped w"])
def test_a_wrong_scale_is_caught_without_a_named_rule(name):
    assert not gdviz.check(sampler("ddpm", 1, **WRONG[name]), particles=5000).passed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("w off by one", "gamma = 1 + w"),
        ("sign", "sign"),
        ("cond and uncond swapped", "swapped"),
        ("double guidance", "guided again"),
        ("missing square root", "square root"),
        ("last step's noise", "last step"),
    ],
)
def test_a_known_mistake_is_named(name, words):
    assert words in gdviz.check(sampler("ddpm", 0, **WRONG[name]), rule="ddpm").hint


def test_a_sampler_with_steps_of_its_own_is_asked_for_a_rule():
    def fixed(problem, w):
        for _ in range(7):
            problem.cond(problem.start, 0.5)
        return problem.start

    with pytest.raises(GdvizError, match=r"^your sampler: found 7 score evaluations for 200 steps and as many for half"):
        gdviz.check(fixed, particles=100)


@pytest.mark.parametrize(
    ("rule", "words"), [("ancestral", "rule='ancestral' would"), ("ddim", "rule='ddim' would"), ("ho", "Algorithm 2 of Ho")]
)
def test_another_right_rule_is_named(rule, words):
    if rule == "ho":
        subject = sampler("ddpm", 0, alpha_noise=True)
    else:
        subject = sampler(rule, 0)
    found = gdviz.check(subject, rule="ddpm")
    assert not found.passed and words in found.sentence
    assert gdviz.check(subject, particles=5000).passed


def test_the_sentence_says_which_w_fail_and_by_how_much():
    said = gdviz.check(sampler("ddpm", 0, **WRONG["clipped w"]), rule="ddpm").sentence
    assert said.startswith("w = 10 fails, w = -1, 0, 0.35, 1 and 3 hold. ") and "mean along" in said and "standard errors" in said
    assert "is right, too large by 0.25, 24 %" in said
    every = gdviz.check(sampler("ddpm", 0, **WRONG["w off by one"]), rule="ddpm").sentence
    assert every.startswith("Every w fails, w = -1, 0, 0.35, 1, 3 and 10. ")


# --- a guided score, in numpy and torch -----------------------------------------------------------


def guided(problem, x, t, w):
    return problem.cond(x, t) + w * (problem.cond(x, t) - problem.uncond(x, t))


@pytest.mark.parametrize("rule", [None, "ddpm", "ancestral", "ddim", {"kind": "ddim", "eta": 0.5}, "heun", "churn", "dpmpp_2m"])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_right_score_passes_in_every_sampler(rule, backend):
    assert gdviz.check(guided, rule=rule, backend=backend, particles=2000).passed


def test_noise_predictions_and_gamma():
    def eps(problem, x, t, gamma):
        return problem.uncond(x, t) + gamma * (problem.cond(x, t) - problem.uncond(x, t))

    assert gdviz.check(eps, predicts="noise", scale="gamma", particles=5000).passed
    assert not gdviz.check(eps, predicts="noise", particles=5000).passed


def test_reward_guidance():
    def right(problem, x, t, w):
        return problem.away(x, t) + w * (problem.toward(x, t) - problem.away(x, t))

    assert gdviz.check(right, method="reward", particles=5000).passed
    assert not gdviz.check(guided, method="reward", particles=5000).passed  # it starts from the tilted law


def test_a_stale_score_is_caught():
    last = {}

    def stale(problem, x, t, w):
        now = guided(problem, x, t, w)
        found = last.get("score", now)
        last["score"] = now
        return found

    assert not gdviz.check(stale, particles=5000).passed


def test_what_overflows_is_a_failure():
    found = gdviz.check(lambda problem, x, t, w: x * 1e200, particles=200)
    assert not found.passed and "not finite" in found.failures[0].fact


def test_an_experiment_is_checked_too():
    pair = [{"mean": [m], "covariance": [[1]], "label": label} for m, label in ((-0.5, "a"), (0.5, "b"))]
    target = {"kind": "gaussian_mixture", "components": pair}
    asked = {"target": target, "guidance": {"kind": "cfg", "label": "b"}, "sampler": {"kind": "ddpm", "steps": 60}, "w": [0, 1]}
    assert gdviz.check(asked, particles=2000).passed


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fn", "options", "words"),
    [
        (lambda x: x, {}, "found 1 positional"),
        (guided, {"rule": "ddmp"}, "rule: found 'ddmp'"),
        (guided, {"rule": "sde"}, "inside a sampler of ours"),
        (guided, {"method": "cgf"}, "method: found 'cgf'; allowed: cfg, reward"),
        (guided, {"backend": "jax"}, "backend: found 'jax'"),
        (guided, {"particles": 3}, "particles: found 3"),
        (guided, {"rule": {"kind": "ddim", "eta": 2}}, "rule: "),
        (lambda problem, w: problem.start[:, :1], {"rule": "ddpm"}, "found shape [20000, 1]; [20000, 2] is required"),
        (lambda problem, w: "samples", {"rule": "ddpm"}, "found str"),
        (lambda problem, w: None, {"rule": "ddpm"}, "found NoneType"),
    ],
)
def test_a_mistake_is_one_sentence(fn, options, words):
    with pytest.raises(GdvizError) as refused:
        gdviz.check(fn, **options)
    assert words in str(refused.value)


# --- what is passed -------------------------------------------------------------------------------


def test_the_problem_is_what_its_page_says():
    seen: list[Problem] = []

    def look(problem, w):
        seen.append(problem)
        return problem.start

    gdviz.check(look, rule="ddpm", particles=100, w=[0, 2])
    problem = seen[0]
    assert len(problem.alpha_bar) == len(problem.t) == problem.steps + 1 == 31 and problem.n == 100
    np.testing.assert_allclose(problem.alpha_bar + problem.t, 1, rtol=1e-12)
    assert problem.t[0] == pytest.approx(0.9999) and problem.t[-1] == pytest.approx(0.01)
    assert problem.noise.shape == (30, 100, 2) and problem.start.dtype == np.float64
    # cond is the score of its own noised density: a finite difference of log N
    x, t, h = problem.start[:5], 0.3, 1e-5
    one = problem.cond(x, t)
    slope = (problem.cond(x + np.array([h, 0]), t) - one)[:, 0] / h
    np.testing.assert_allclose(slope, slope[0], rtol=1e-5)  # affine
    np.testing.assert_allclose(problem.base(x, t), one)


def test_torch_code_gets_torch():
    def look(problem, x, t, w):
        assert isinstance(x, torch.Tensor) and isinstance(problem.cond(x, t), torch.Tensor) and x.dtype == torch.float64
        return guided(problem, x, t, w)

    assert gdviz.check(look, backend="torch", particles=1000).passed
