"""Scores near the jumps and kinks of a reward: against closed forms of Gaussians, and within the error that is stated."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from laws.reference import LINE, PLANE, Array, mixture, reward
from scipy import stats
from scipy.special import ndtr

from gdviz.laws import FullComponents, Mixture
from gdviz.laws.grid_tilt import ERROR_LEVELS, GridTilt
from gdviz.presets import load

UNIT, ROUND = mixture([[0.0]], [[[1.0]]]), mixture([[0.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]])
THREE = mixture([[0.0, 0.0], [2.0, 1.0], [-2.0, 1.0]], [[[0.3, 0.0], [0.0, 0.3]]] * 3)

Posterior = tuple[Array, Array, Array]
"""Weights [M, K], means [M, K, d] and covariances [K, d, d] of X_0 given X_t."""

Mean = Callable[[Posterior], Array]
"""E[f(X_0) | X_t], [M]."""


def posterior(law: Mixture, x: Array, t: float) -> Posterior:
    assert isinstance(law.components, FullComponents)
    means, covariances = law.components.means.numpy(), law.components.covariances.numpy()
    noised = (1 - t) * covariances + t * np.eye(x.shape[1])  # [K, d, d]
    gain = math.sqrt(1 - t) * covariances @ np.linalg.inv(noised)  # [K, d, d]
    off = x[:, None] - math.sqrt(1 - t) * means  # [M, K, d]
    log_w = law.log_weights.numpy() - 0.5 * np.einsum("mki,kij,mkj->mk", off, np.linalg.inv(noised), off)
    log_w -= 0.5 * np.log(np.linalg.det(noised))
    weights = np.exp(log_w - log_w.max(1, keepdims=True))
    found = means + np.einsum("kij,mkj->mki", gain, off), covariances - math.sqrt(1 - t) * gain @ covariances
    return weights / weights.sum(1, keepdims=True), *found


def along(normal: list[float], at: Posterior) -> tuple[Array, Array]:
    """Mean [M, K] and deviation [K] of normal . X_0."""
    n = np.array(normal)
    return at[1] @ n, np.sqrt(np.einsum("i,kij,j->k", n, at[2], n))


def above(normal: list[float], offset: float = 0.0) -> Mean:
    """P(normal . X_0 > offset)."""

    def mean(at: Posterior) -> Array:
        m, sd = along(normal, at)
        return (at[0] * ndtr((m - offset) / sd)).sum(1)

    return mean


def size(normal: list[float], sign: float = 0.0) -> Mean:
    """E |normal . X_0|, or with sign 1 twice E max(normal . X_0, 0)."""

    def mean(at: Posterior) -> Array:
        m, sd = along(normal, at)
        z = m / sd
        return (at[0] * (m * (2 * ndtr(z) - 1) + 2 * sd * stats.norm.pdf(z) + sign * m)).sum(1)

    return mean


def inside(radius: float) -> Mean:
    """P(|X_0| < radius) for round components."""

    def mean(at: Posterior) -> Array:
        variance = at[2][:, 0, 0]  # [K]
        chance = stats.ncx2.cdf(radius**2 / variance, at[1].shape[2], np.square(at[1]).sum(2) / variance)
        return (at[0] * chance).sum(1)

    return mean


def wedge(at: Posterior) -> Array:
    """P(Y > |X|) for round components: a quadrant, turned."""
    (rise, sd), (fall, _) = (along([n / math.sqrt(2), 1 / math.sqrt(2)], at) for n in (-1, 1))
    return (at[0] * ndtr(rise / sd) * ndtr(fall / sd)).sum(1)


CASES: dict[str, tuple[Mixture, str, list[Mean], float, float]] = {
    "a jump": (ROUND, "0.1 + (y > 0)", [above([0, 1])], 1, 0.01),
    "a jump of a mixture": (PLANE, "0.1 + (y > 0)", [above([0, 1])], 1, 0.01),
    "an oblique jump": (PLANE, "0.1 + (x > 0.7*y + 0.1)", [above([1, -0.7], 0.1)], 1, 0.01),
    "a wedge": (ROUND, "0.1 + (y > abs(x))", [wedge], 1, 0.01),
    "a wedge and a mixture": (THREE, "0.1 + (y > abs(x))", [wedge], 1, 0.01),
    "a ball": (THREE, "0.1 + (radius < 1.3)", [inside(1.3)], 1, 0.01),
    "a kink": (ROUND, "0.1 + max(x, 0)", [size([1, 0], 1)], 0.5, 0.01),
    "crossing kinks": (PLANE, "0.1 + abs(x) + abs(y)", [size([1, 0]), size([0, 1])], 1, 0.01),
    "a jump on the line": (UNIT, "0.1 + (x > 1)", [above([1], 1.0)], 1, 0.01),
    "a kink on the line": (LINE, "0.1 + abs(x)", [size([1])], 1, 0.01),
}


def push(law: Mixture, f: Callable[[Array], Array], x: Array, t: float) -> Array:
    """grad log f by central differences of fourth order, [M, d]."""
    h, columns = 1e-4 * math.sqrt(t), []
    for e in np.eye(x.shape[1]):
        one, two = (np.log(f(x + k * h * e)) - np.log(f(x - k * h * e)) for k in (1, 2))
        columns.append((8 * one - two) / (12 * h))
    return np.stack(columns, 1)


@pytest.mark.parametrize("name", CASES)
def test_scores_are_the_closed_forms_within_the_error_that_is_stated(name: str) -> None:
    law, expression, parts, factor, allowed = CASES[name]
    grid = GridTilt(law, reward(expression, law), "grid")
    generator, off, whole = torch.Generator().manual_seed(5), 0.0, 0.0
    for t in (*ERROR_LEVELS, 1e-4):
        clean = torch.cat([grid.sample(300, generator).x, law.sample(300, generator).x])  # [n, d]
        x = (1 - t) ** 0.5 * clean + t**0.5 * torch.randn(clean.shape, generator=generator, dtype=torch.float64)

        def f(x: Array, t: float = t) -> Array:
            at = posterior(law, x, t)
            return 0.1 + factor * sum(part(at) for part in parts)

        value, gradient = grid.log_factor(x, t)
        true = push(law, f, x.numpy(), t)
        score = law.score(x, t).numpy() + true
        here, all_of_it = np.square(gradient.numpy() - true).sum(), np.square(score).sum()
        assert here <= 0.02**2 * all_of_it, f"t = {t}"  # a whole score was missed below t = 0.01
        values = np.log(f(x.numpy())) - grid.log_mean
        assert np.sqrt(np.square(value.numpy() - values).mean()) < 0.02
        off, whole = off + t * here, whole + t * all_of_it
    assert grid.error is not None
    assert math.sqrt(off / whole) <= 1.2 * grid.error  # other points than those it was measured at
    assert grid.error < allowed


def test_the_gradient_is_that_of_the_value() -> None:
    grid = GridTilt(ROUND, reward("0.1 + (y > 0)", ROUND), "grid")
    t = 1e-3
    x = torch.tensor([[0.3, 0.02], [0.1, -0.05], [-1.0, 0.2], [0.5, 1.5]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(grid.log_density(x, t).sum(), x)
    torch.testing.assert_close(slope, grid.score(x.detach(), t), rtol=1e-6, atol=1e-6)
    h = 1e-4 * torch.tensor([0.0, 1.0], dtype=torch.float64)  # the break is found to 4e-6 deviations, a thousandth of this
    ends = [grid.log_factor(x.detach() + sign * h, t)[0] for sign in (1, -1)]
    torch.testing.assert_close((ends[0] - ends[1]) / 2e-4, grid.log_factor(x.detach(), t)[1][:, 1], rtol=3e-3, atol=3e-3)
    single = grid.score(x.detach().float(), t)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), grid.score(x.detach(), t), rtol=1e-3, atol=1e-3)


def test_smooth_rewards_keep_to_their_tables() -> None:
    """A steep middle that a table shows is no break: the preset that has one moves by nothing."""
    assert GridTilt(ROUND, reward("1 + tanh(2*x - y)/2", ROUND), "grid").table.near_breaks is None
    assert GridTilt(ROUND, reward("1 + tanh(1e6*x)/2", ROUND), "grid").table.near_breaks is not None
    law = load("expression-reward").experiment.build().plan.toward
    assert isinstance(law, GridTilt) and law.table.near_breaks is None
