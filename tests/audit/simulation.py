"""A second implementation, in float64 numpy from the formulas alone: laws, tilts, levels, guided paths and their integrals.

It imports nothing of the program, so that an agreement means something.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gaussians:
    """sum_k weight_k N(mean_k, covariance_k); weights [K] sum to 1, means [K, d], covariances [K, d, d] (0 for atoms)."""

    weights: Array
    means: Array
    covariances: Array

    def logits(self, x: Array, t: float) -> tuple[Array, Array]:
        """log(weight_k N_k(x)) at noise variance t and the gradient of log N_k, [K, n] and [K, n, d]."""
        d = self.means.shape[1]
        found, gradients = [], []
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            noised = (1 - t) * covariance + t * np.eye(d)
            away = x - np.sqrt(1 - t) * mean  # [n, d]
            pull = -np.linalg.solve(noised, away.T).T  # [n, d]
            log_norm = np.linalg.slogdet(noised)[1] + d * np.log(2 * np.pi)
            found.append(np.log(weight) + 0.5 * (away * pull).sum(1) - 0.5 * log_norm)
            gradients.append(pull)
        return np.array(found), np.array(gradients)

    def log_density(self, x: Array, t: float) -> Array:
        logits, _ = self.logits(x, t)
        top = logits.max(0)
        return top + np.log(np.exp(logits - top).sum(0))

    def score(self, x: Array, t: float) -> Array:
        logits, gradients = self.logits(x, t)
        share = np.exp(logits - logits.max(0))
        return ((share / share.sum(0))[:, :, None] * gradients).sum(0)  # [n, d]

    def only(self, keep: NDArray[np.bool_]) -> Gaussians:
        weights = self.weights[keep]
        return Gaussians(weights / weights.sum(), self.means[keep], self.covariances[keep])

    def times_bump(self, height: float, centre: Array, width: Array, floor: float) -> tuple[Gaussians, float]:
        """p r / E r and E r for r(x) = floor + height exp(-(x - centre)' width^-1 (x - centre) / 2).

        A negative `width` is a bump upside down, as long as every covariance is the smaller.
        """
        kept = (self.weights, self.means, self.covariances) if floor else ([], [], [])
        weights, means, covariances = [floor * w for w in kept[0]], [*kept[1]], [*kept[2]]
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            total = covariance + width
            gain = covariance @ np.linalg.inv(total)  # as in one Kalman update
            away = centre - mean
            log_ratio = np.linalg.slogdet(width)[1] - np.linalg.slogdet(total)[1]
            log_mass = 0.5 * (log_ratio - away @ np.linalg.solve(total, away))
            weights.append(height * weight * np.exp(log_mass))
            means.append(mean + gain @ away)
            covariances.append(covariance - gain @ covariance)
        mean_r = float(sum(weights))
        return Gaussians(np.array(weights) / mean_r, np.array(means), np.array(covariances)), mean_r


def logit_levels(steps: int, c0: float = 2.0, c1: float = 4.0) -> tuple[Array, Array]:
    """alpha_bar and t, [steps + 1] each: alpha_bar_0 = N^-c0, a <- a + c1 a (1 - a) log N / N."""
    a, t = [steps**-c0], [1 - steps**-c0]
    step = c1 * np.log(steps) / steps
    for _ in range(steps):
        a, t = [*a, a[-1] * (1 + step * t[-1])], [*t, t[-1] * (1 - step * a[-1])]
    return np.array(a), np.array(t)


@dataclass(frozen=True)
class Run:
    """End points [W, n, d]; Int |toward - away|^2 exp(+-log ratio) du and the path KL of each path, [W, n]."""

    x: Array
    gain: Array
    path_kl: Array


def simulate(
    base: Gaussians,
    toward: Gaussians,
    away: Gaussians,
    w: list[float],
    n: int,
    steps: int,
    *,
    seed: int,
    sampler: str = "ddpm",
    sign: int = -1,
    halved: bool = False,
    omega=lambda t: 1.0,
) -> Run:
    """base + w omega (toward - away) for every w on one noise; `halved` takes every second level on the summed noise.

    sign = +1 for the reward form, whose identity integrates |grad r_t|^2 / r_t, -1 where it is the cost.
    """
    rng = np.random.default_rng(seed)
    d = base.means.shape[1]
    alpha_bar, t = logit_levels(steps)
    x = np.repeat(rng.standard_normal((1, n, d)), len(w), 0)  # [W, n, d]
    scale = np.array(w)[:, None, None]
    gain, kl = np.zeros((len(w), n)), np.zeros((len(w), n))
    stride = 2 if halved else 1
    for k in range(0, steps, stride):
        z, variance = np.zeros((n, d)), 0.0
        for j in range(k, min(k + stride, steps)):
            drop = 1 - alpha_bar[j] / alpha_bar[j + 1]
            part = (alpha_bar[k] / alpha_bar[j]) * drop
            z, variance = z + np.sqrt(part) * rng.standard_normal((n, d)), variance + part
        z /= np.sqrt(variance)
        last = min(k + stride, steps)
        a, now, after = alpha_bar[k] / alpha_bar[last], t[k], t[last]
        flat = x.reshape(-1, d)
        push = (toward.score(flat, now) - away.score(flat, now)).reshape(x.shape)
        score = base.score(flat, now).reshape(x.shape) + scale * omega(now) * push
        ratio = (toward.log_density(flat, now) - away.log_density(flat, now)).reshape(len(w), n)
        size = (push**2).sum(-1)
        noise = (1 - a) / a if sampler == "ddpm" else (1 - a) * after / now
        gain += omega(now) * size * np.exp(sign * ratio) * np.log(1 / a)
        kl += 0.5 * (scale[:, :, 0] * omega(now)) ** 2 * size * (1 - a) ** 2 / a / noise
        x = (x + (1 - a) * score) / np.sqrt(a) + np.sqrt(noise) * z
    return Run(x, gain, kl)
