"""The exact facts and the improvement identity on random mixtures, with a second implementation beside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from audit.scenes import Scene, random_scene
from scipy.stats import norm

import gdviz

pytestmark = pytest.mark.verify

STEPS, PARTICLES = 200, 8192
W = [0.0, 0.5, 1.0, 2.0, -0.5, -1.0]
KINDS = [(kind, d, sampler) for kind in ("cfg", "reward", "cost") for d in (1, 2) for sampler in ("ddpm", "ancestral")]
SCENES = [(seed, *KINDS[seed % len(KINDS)]) for seed in range(100, 124)]
Z = float(norm.isf(1e-3 / 2 / 600))  # two-sided, one false alarm in a thousand runs of this file


def scene(seed: int, kind: str, d: int, sampler: str) -> Scene:
    return random_scene(seed, kind, d, W, particles=PARTICLES, steps=STEPS, sampler=sampler)


def quadrature(made: Scene) -> tuple[np.ndarray, float, np.ndarray]:
    """Points [M, d] of a grid, its cell, and the law's density there."""
    d = made.law.means.shape[1]
    axis = np.linspace(-11, 11, 4001 if d == 1 else 331)
    x = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1).reshape(-1, d)
    return x, (axis[1] - axis[0]) ** d, np.exp(made.law.log_density(x, 0.0))


@pytest.mark.parametrize(("seed", "kind", "d", "sampler"), SCENES)
def test_rows_against_the_facts_and_the_second_implementation(seed, kind, d, sampler, verify_result):
    made = scene(seed, kind, d, sampler)
    result = gdviz.run(made.experiment)
    x, cell, p = quadrature(made)
    r = made.reward(x)
    field = "mean_reward" if made.sign > 0 else "mean_reciprocal"
    se_field = "se_reward" if made.sign > 0 else "se_reciprocal"

    # facts 1 to 3: nothing simulated on the right
    exact = result.exact
    if kind == "cfg":
        base = np.exp(made.base.log_density(x, 0.0))
        divergence = float((p * (np.log(p) - np.log(base))).sum() * cell)
        assert exact.mean_reciprocal_w0 == pytest.approx(made.mean0, rel=1e-6)
        assert exact.slope_mean_reciprocal_w0 == pytest.approx(-2 * made.mean0 * divergence, rel=1e-4)
        truths = {0.0: made.mean0, -1.0: float((p / r).sum() * cell)}  # E 1/p under p itself
        means = {0.0: float((base * r).sum() * cell), -1.0: 1 / made.mean0}  # E p(c | X) = p(c)
    elif kind == "cost":
        cost = float((p / r).sum() * cell)
        assert made.mean0 == pytest.approx(cost, rel=1e-6)
        assert exact.mean_reciprocal_w0 == pytest.approx(cost, rel=1e-6)
        entropy = float((p / r * -np.log(r)).sum() * cell) - cost * math.log(cost)
        assert exact.slope_mean_reciprocal_w0 == pytest.approx(-2 * entropy, rel=1e-4)
        truths = {0.0: cost, -1.0: float((p / r**2).sum() * cell) / cost}  # w = -1 samples p^J
        means = {0.0: float((p * r).sum() * cell), -1.0: 1 / cost}
    else:
        mean = float((p * r).sum() * cell)
        entropy = float((p * r * np.log(r)).sum() * cell) - mean * math.log(mean)
        assert made.mean0 == pytest.approx(mean, rel=1e-6)
        assert exact.mean_reward_w0 == pytest.approx(mean, rel=1e-6)
        assert exact.slope_mean_reward_w0 == pytest.approx(2 * entropy, rel=1e-4)
        assert exact.mean_reward_w1 == pytest.approx(float((p * r**2).sum() * cell) / mean, rel=1e-6)
        truths = means = {0.0: mean, 1.0: float((p * r**2).sum() * cell) / mean}
    for row in result.rows:
        if row.w in truths and getattr(row, field) is not None:
            se, step = getattr(row, se_field), getattr(row.step_changes, field)
            assert abs(getattr(row, field) - truths[row.w]) <= Z * se + step, ("fact", row.w)
        if row.w in means:
            assert abs(row.mean_reward - means[row.w]) <= Z * row.se_reward + row.step_changes.mean_reward, ("mean", row.w)

    # the identity, and every row against the second implementation
    n = 2048
    own, worst = made.simulate(n, seed), 0.0
    for k, row in enumerate(result.rows):
        if row.identity is not None and getattr(row, field) is not None:
            se = math.hypot(getattr(row, se_field), row.identity.se)
            step = getattr(row.step_changes, field) + row.step_changes.identity
            gap = abs(getattr(row, field) - row.identity.value)
            worst = max(worst, (gap - step) / se)
            assert gap <= 3 * se + step, ("identity", row.w)
        theirs = {
            "mean_reward": (made.reward(own.x[k]), row.se_reward, row.step_changes.mean_reward),
            "path_kl": (own.path_kl[k], row.se_path_kl, 0.0),
            "improved": (
                (made.reward(own.x[k]) > made.reward(own.x[0])).astype(float),
                row.se_improved,
                row.step_changes.improved,
            ),
        }
        if row.mean_reciprocal is not None:
            theirs["mean_reciprocal"] = 1 / made.reward(own.x[k]), row.se_reciprocal, row.step_changes.mean_reciprocal
        if row.identity is not None:
            value = made.mean0 * (1 + made.sign * row.w * own.gain[k])
            assert abs(value.mean() - row.identity.value) <= Z * math.hypot(value.std() / math.sqrt(n), row.identity.se) + 1e-9, (
                row.w
            )
        for name, (values, se, _) in theirs.items():  # the same steps: no step change to allow for
            spread = math.hypot(values.std() / math.sqrt(n), se)
            assert abs(values.mean() - getattr(row, name)) <= Z * spread + 1e-6, (name, row.w)
    verify_result(
        f"random mixture {seed} ({kind}, {d}-D, {sampler}): identity, worst gap beyond the step changes, in s.e.", worst
    )


SCHEDULES = [
    {"kind": "interval", "low": 0.1, "high": 0.7},
    {"kind": "linear"},
    {"kind": "cosine"},
    {"kind": "beta"},
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s["kind"])
@pytest.mark.parametrize("kind", ["cfg", "reward"])
def test_the_identity_under_a_schedule(kind, schedule, verify_result):
    """dE = w omega(t) E|push|^2 exp(+-log ratio) du for any omega: within 3 standard errors plus step changes."""
    made = scene(7, kind, 1, "ddpm")
    made.experiment["guidance"]["schedule"] = schedule
    compared = 0
    for row in gdviz.run(made.experiment, exact=False).rows:
        of = row.identity.of if row.identity is not None else None
        if of is None or getattr(row, of) is None:
            continue
        se = math.hypot(row.se_reward if of == "mean_reward" else row.se_reciprocal, row.identity.se)
        step = getattr(row.step_changes, of) + row.step_changes.identity
        verify_result(
            f"identity, {kind} with {schedule['kind']} schedule, w = {row.w:g}", getattr(row, of), row.identity.value, se
        )
        assert abs(getattr(row, of) - row.identity.value) <= 3 * se + step, row.w
        compared += 1
    assert compared >= 5
