"""The exact facts of guidance on several laws; no simulation enters the right-hand sides.

Every check allows z standard errors plus |value(N) - value(N/2)| on coupled noise. z is two-sided for a
false-alarm rate of 1e-3 over the whole file, which makes fewer than 700 comparisons.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from gdviz.diffusion import TileNoise
from gdviz.experiment import Built, Experiment
from gdviz.guidance import Guide
from gdviz.sweep import Chunk, Frames, Integrals, SweepOptions, gathered, sweep

RATE = 1e-3 / 700
Z = float(-ndtri(RATE / 2))
PARTICLES = 4096
STEPS = 200
FRAMES = 10


def component(weight: float, mean: list[float], covariance: Any, label: str) -> dict:
    covariance = covariance if isinstance(covariance, list) else (np.eye(len(mean)) * covariance).tolist()
    return {"weight": weight, "mean": mean, "covariance": covariance, "label": label}


def pair(distance: float) -> list[dict]:
    return [component(0.5, [distance], 1.0, "c"), component(0.5, [-distance], 1.0, "rest")]


LAWS = {
    "figure 1": [component(0.5, [0], 1.0, "rest"), component(0.25, [1], 1.0, "c"), component(0.25, [-1], 1.0, "c")],
    "unequal weights, full covariances": [
        component(0.7, [0, 0], [[1, 0.3], [0.3, 0.5]], "rest"),
        component(0.3, [1, 0.5], [[1.2, 0.2], [0.2, 0.9]], "c"),
    ],
    "surrounded class": [
        component(1 / 6, [2, 0], 1.0, "c"),
        component(1 / 6, [-2, 0], 1.0, "c"),
        component(1 / 3, [0, 1.5], 1.0, "rest"),
        component(1 / 3, [0, -1.5], 1.0, "rest"),
    ],
    "three classes on a line": [
        component(0.2, [-0.5], 0.5, "rest"),
        component(0.5, [0.3], 0.4, "other"),
        component(0.3, [0.8], 0.8, "c"),
    ],
    "pair, near": pair(1.0),
    "pair, far": pair(2.0),
}

REWARDS = {  # on a line
    "bump": ("0.05 + exp(-(x - 2)**2 / 8)", lambda x: 0.05 + np.exp(-((x - 2) ** 2) / 8)),
    "slope": ("exp(x / 2)", lambda x: np.exp(x / 2)),
}
LINE_LAWS = ("figure 1", "three classes on a line", "pair, far")

GUIDED = [(law, sampler) for law in LAWS for sampler in ("ddpm", "ancestral")]
REWARDED = [(law, reward, sampler) for law in LINE_LAWS for reward in REWARDS for sampler in ("ddpm", "ancestral")]


# --- the truth, by quadrature ---------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """p and p(. | c) on a grid fine enough for sums to be integrals."""

    x: np.ndarray  # [M, d]
    cell: float
    p: np.ndarray  # [M]
    p_c: np.ndarray  # [M]
    prior: float

    def expect(self, values: np.ndarray, density: np.ndarray) -> float:
        return float((values * density).sum() * self.cell)


@cache
def grid(law: str) -> Grid:
    parts = LAWS[law]
    d = len(parts[0]["mean"])
    axis = np.linspace(-12, 12, 20_001 if d == 1 else 801)
    x = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1).reshape(-1, d)
    density = [c["weight"] * multivariate_normal(c["mean"], c["covariance"]).pdf(x) for c in parts]
    prior = sum(c["weight"] for c in parts if c["label"] == "c")
    inside = sum(q for q, c in zip(density, parts, strict=True) if c["label"] == "c")
    return Grid(x, (axis[1] - axis[0]) ** d, sum(density), inside / prior, prior)


# --- the simulation -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Runs:
    """End points [W, N, d] with all and with half the steps, path KL [W, N], and frames [W, N, F, d]."""

    built: Built
    fine: Chunk
    coarse: Chunk

    def values(self, f) -> tuple[np.ndarray, np.ndarray]:
        """f of the end points of both runs, [W, N] each."""
        return f(self.fine.x.double()), f(self.coarse.x.double())


@cache
def simulate(law: str, guidance: str, sampler: str, w: tuple[float, ...]) -> Runs:
    """`guidance` is cfg, or the name of a reward."""
    rule = {"kind": "cfg", "label": "c"}
    if guidance != "cfg":
        rule = {"kind": "reward", "reward": {"kind": "expression", "expression": REWARDS[guidance][0]}}
    experiment = Experiment.parse(
        {
            "target": {"kind": "gaussian_mixture", "components": LAWS[law]},
            "guidance": rule,
            "sampler": {"kind": sampler, "steps": STEPS},
            "w": list(w),
            "particles": PARTICLES,
            "seed": 1,
        }
    )
    built = experiment.build()
    levels = np.unique(built.levels.uniform_frames(FRAMES) // 2 * 2)  # on both grids
    fine = chunks(built, w, False, levels)
    return Runs(built, fine, chunks(built, w, True, levels // 2))


def chunks(built: Built, w: tuple[float, ...], halved: bool, frames: np.ndarray) -> Chunk:
    observers = Integrals(), Frames(tuple(frames.tolist()), PARTICLES)
    options = SweepOptions(w, PARTICLES, 1, halvings=int(halved), observers=observers)
    return gathered(sweep(built.plan, built.sampler, built.levels, options))


def check(fine: np.ndarray, coarse: np.ndarray, truth: float, *, sd: float | None = None, also: float = 0.0) -> None:
    """mean(fine) is the truth within z standard errors plus the step change; `sd` is exact where it is known."""
    sd = float(fine.std(ddof=1)) if sd is None else sd
    step = abs(float(fine.mean() - coarse.mean()))
    assert float(fine.mean()) == pytest.approx(truth, abs=Z * sd / math.sqrt(len(fine)) + step + also)


def skip_if_not_estimable(mean: float, sd: float) -> None:
    relative = sd / abs(mean) / math.sqrt(PARTICLES)
    if not relative <= 0.05:
        pytest.skip(f"exact relative standard error {relative:.2g} exceeds 5 %: not estimable from {PARTICLES} samples")


def cost(built: Built):
    """1 / p(c | x) of end points."""
    return lambda x: torch.exp(-built.plan.reward.log(x)).numpy()


# --- fact 1 ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("law", "sampler"), GUIDED)
def test_unguided_mean_of_the_reciprocal_is_one_over_the_prior(law, sampler):
    """E[1 / p(c | Y)] = 1 / p(c) at w = 0."""
    g = grid(law)
    inverse = np.divide(g.p, g.prior * g.p_c, out=np.zeros_like(g.p), where=g.p_c > 1e-300)
    second = g.expect(inverse**2, g.p_c)
    sd = math.sqrt(second - g.prior**-2)
    skip_if_not_estimable(1 / g.prior, sd)
    runs = simulate(law, "cfg", sampler, (0.0, 0.5, 2.0))
    fine, coarse = runs.values(cost(runs.built))
    check(fine[0], coarse[0], 1 / g.prior, sd=sd)


# --- fact 2 ---------------------------------------------------------------------------------------

SMALL = (-0.2, -0.1, 0.0, 0.1, 0.2)


def slope(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Central differences of [W, N] values at w = 0, and how much the wider ones differ."""
    near, wide = (values[3] - values[1]) / 0.2, (values[4] - values[0]) / 0.4  # [N]
    return near, abs(float((near - wide).mean()))


@pytest.mark.slow
@pytest.mark.parametrize(("law", "sampler"), [(law, s) for law in LINE_LAWS[:2] for s in ("ddpm", "ancestral")])
def test_slope_under_classifier_free_guidance(law, sampler):
    """d/dw E[-1 / p(c | Y)] at 0 = (2 / p(c)) KL(p || p(. | c))."""
    g = grid(law)
    runs = simulate(law, "cfg", sampler, SMALL)
    (fine, curved), (coarse, _) = (slope(-v) for v in runs.values(cost(runs.built)))
    check(fine, coarse, 2 / g.prior * g.expect(np.log(g.p / g.p_c), g.p), also=curved)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "reward", "sampler"), REWARDED)
def test_slope_under_reward_guidance(law, reward, sampler):
    """d/dw E r(Y) at 0 = 2 (E[r log r] - E r log E r)."""
    g, f = grid(law), REWARDS[reward][1]
    r = f(g.x[:, 0])
    mean = g.expect(r, g.p)
    runs = simulate(law, reward, sampler, SMALL)
    (fine, curved), (coarse, _) = (slope(v) for v in runs.values(lambda x: f(x[..., 0].numpy())))
    check(fine, coarse, 2 * (g.expect(r * np.log(r), g.p) - mean * math.log(mean)), also=curved)


# --- fact 3 ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("law", "reward", "sampler"), REWARDED)
def test_reward_guidance_at_one_samples_the_tilted_law(law, reward, sampler):
    """E r = E r^2 / E r at w = 1, and the samples follow p r / E r."""
    g, f = grid(law), REWARDS[reward][1]
    r = f(g.x[:, 0])
    mean = g.expect(r, g.p)
    runs = simulate(law, reward, sampler, (0.0, 1.0))
    fine, coarse = runs.values(lambda x: f(x[..., 0].numpy()))
    check(fine[1], coarse[1], g.expect(r**2, g.p) / mean)
    follows(runs, 1, g.x[:, 0], g.p * r / mean * g.cell)


@pytest.mark.parametrize(("law", "sampler"), GUIDED)
def test_classifier_free_guidance_at_minus_one_samples_the_plain_law(law, sampler):
    g = grid(law)
    d = g.x.shape[1]
    runs = simulate(law, "cfg", sampler, (0.0, -1.0))
    mass = (g.p * g.cell).reshape([round(len(g.x) ** (1 / d))] * d)
    for k in range(d):
        marginal = mass.sum(tuple(j for j in range(d) if j != k))
        follows(runs, 1, np.unique(g.x[:, k]), marginal, axis=k)


def follows(runs: Runs, k: int, x: np.ndarray, mass: np.ndarray, axis: int = 0) -> None:
    """Kolmogorov-Smirnov distance to the law with these masses, within its bound and the step change.

    The bound is Massart's form of the Dvoretzky-Kiefer-Wolfowitz inequality at the file's rate.
    """
    cdf = np.cumsum(mass) - mass / 2
    fine, coarse = (np.sort(chunk.x[k, :, axis].double().numpy()) for chunk in (runs.fine, runs.coarse))
    own, other = (np.searchsorted(v, x) / len(v) for v in (fine, coarse))
    bound = math.sqrt(math.log(2 / RATE) / (2 * PARTICLES))
    assert np.abs(own - cdf).max() <= bound + np.abs(own - other).max()


# --- fact 4 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["ddpm", "ancestral"])
@pytest.mark.parametrize("law", [law for law in LAWS if law != "pair, far"])
def test_path_kl_for_small_w_is_w_squared_times_the_kl_of_the_laws(law, sampler):
    """(w^2 / 2) Int E|toward - away|^2 du -> w^2 KL(p(. | c) || p), by de Bruijn's identity."""
    g = grid(law)
    ratio = np.divide(g.p_c, g.p, out=np.ones_like(g.p), where=(g.p > 0) & (g.p_c > 0))
    runs = simulate(law, "cfg", sampler, SMALL)
    scaled = []
    for chunk in (runs.fine, runs.coarse):
        kl = chunk.path_kl.double().numpy()  # [W, N]
        near, wide = (kl[3] + kl[1]) / 2 / 0.1**2, (kl[4] + kl[0]) / 2 / 0.2**2  # odd powers of w cancel
        scaled.append((near, abs(float((near - wide).mean()))))
    (fine, curved), (coarse, _) = scaled
    check(fine, coarse, g.expect(np.log(ratio), g.p_c), also=curved)


@pytest.mark.parametrize("sampler", ["ddpm", "ancestral"])
@pytest.mark.parametrize("law", ["figure 1", "surrounded class"])
def test_path_kl_is_the_integral_of_the_push(law, sampler):
    """The sweep's sum of Gaussian step divergences against (w^2 / 2) Int |push|^2 du along recorded paths."""
    w = (0.0, 0.5, 2.0)
    runs = simulate(law, "cfg", sampler, w)
    built = runs.built
    x = runs.fine.frames[:, :256, 0].clone()  # [W, n, d] the start
    noise = TileNoise(1, built.law.dimension, 0, x.shape[1])
    integral = torch.zeros(x.shape[:2], dtype=torch.float64)
    for step in built.sampler.run(Guide(built.plan.rule, torch.tensor(w)[:, None, None]), built.levels, noise, x):
        integral += step.moment.du * step.guided.push.double().square().sum(-1)
    halves = 0.5 * torch.tensor(w, dtype=torch.float64)[:, None] ** 2 * integral
    swept = runs.fine.path_kl[:, :256].double()
    # a step's KL and its integrand differ by factors 1 + O(du): the largest step bounds the difference
    largest = max(max(m.du, m.beta / m.t_next, m.beta) for m in built.levels.moments() if m.index < STEPS - 1)
    torch.testing.assert_close(swept, halves, rtol=largest, atol=1e-6)


# --- the improvement identity ----------------------------------------------------------------------


def test_the_identity_converges_with_the_step():
    """E[1/p(c | Y^w)] against 1/p(c) (1 - w E gain): eight times the steps leave at most a quarter of the gap."""
    gaps = []
    for steps in (50, 400):
        kind = {"kind": "ddpm", "steps": steps}
        target = {"kind": "gaussian_mixture", "components": LAWS["figure 1"]}
        guidance = {"kind": "cfg", "label": "c"}
        parsed = Experiment.parse({"target": target, "guidance": guidance, "sampler": kind, "w": [0, 5]})
        built = parsed.build()
        chunk = chunks(built, (0.0, 5.0), False, np.array([]))
        gap = cost(built)(chunk.x[1].double()) - 2 * (1 - 5 * chunk.gain[1].double().numpy())  # [N]
        gaps.append((float(gap.mean()), float(gap.std(ddof=1)) / math.sqrt(PARTICLES)))
    (wide, wide_se), (narrow, narrow_se) = gaps
    assert abs(wide) > Z * wide_se  # there is something to shrink
    assert abs(narrow) <= abs(wide) / 4 + Z * math.hypot(narrow_se, wide_se / 4)


# --- fact 5 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["ddpm", "ancestral"])
@pytest.mark.parametrize("law", [law for law in LAWS if law != "pair, far"])
def test_the_cost_is_a_martingale_without_guidance_and_falls_with_it(law, sampler):
    """E[1 / p_t(c | Y_t)] stays 1 / p(c) along the unguided path and falls along a guided one."""
    g = grid(law)
    runs = simulate(law, "cfg", sampler, (0.0, 0.5, 2.0))
    posterior = runs.built.law.log_posterior("c")
    levels = np.unique(runs.built.levels.uniform_frames(FRAMES) // 2 * 2)
    t = runs.built.levels.t[levels]
    fine, coarse = (
        np.stack([torch.exp(-posterior(chunk.frames[:, :, k].double(), float(t[k]))).numpy() for k in range(len(t))])
        for chunk in (runs.fine, runs.coarse)
    )  # [F, W, N]
    for k in range(len(t)):
        check(fine[k, 0], coarse[k, 0], 1 / g.prior)
    for w in (1, 2):
        for k in range(1, len(t)):
            fall = fine[k - 1, w] - fine[k, w]
            step = abs(float(fall.mean() - (coarse[k - 1, w] - coarse[k, w]).mean()))
            assert float(fall.mean()) >= -Z * fall.std(ddof=1) / math.sqrt(PARTICLES) - step


@pytest.mark.parametrize(("law", "reward", "sampler"), REWARDED)
def test_the_noised_reward_is_a_martingale_without_guidance_and_rises_with_it(law, reward, sampler):
    """E r_t(Y_t) = E r exp(log p^r_t / p_t) stays E r along the unguided path and rises along a guided one."""
    g, f = grid(law), REWARDS[reward][1]
    mean = g.expect(f(g.x[:, 0]), g.p)
    runs = simulate(law, reward, sampler, (0.0, 1.0))
    plan = runs.built.plan
    levels = np.unique(runs.built.levels.uniform_frames(FRAMES) // 2 * 2)

    def noised(chunk: Chunk, k: int) -> np.ndarray:
        x, t = chunk.frames[:, :, k].double(), float(runs.built.levels.t[levels[k]])
        return mean * torch.exp(plan.toward.log_density(x, t) - plan.away.log_density(x, t)).numpy()  # [W, N]

    fine, coarse = (np.stack([noised(chunk, k) for k in range(len(levels))]) for chunk in (runs.fine, runs.coarse))
    for k in range(len(levels)):
        check(fine[k, 0], coarse[k, 0], mean)
    for k in range(1, len(levels)):
        rise = fine[k, 1] - fine[k - 1, 1]
        step = abs(float(rise.mean() - (coarse[k, 1] - coarse[k - 1, 1]).mean()))
        assert float(rise.mean()) >= -Z * rise.std(ddof=1) / math.sqrt(PARTICLES) - step
