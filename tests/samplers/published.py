"""The samplers once more, in plain numpy and in their papers' own notation, to hold the program's against.

Each takes score(x, t) in numpy float64, the levels and the increments of each step, and returns the end.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.diffusion import Levels, Moment, Noise

Array = NDArray[np.float64]
Score = Callable[[Array, float], Array]


class GivenNoise(Noise):
    """Increments handed in, [steps, n, d]."""

    def __init__(self, z: Array) -> None:
        self.z = torch.from_numpy(z)

    def start(self) -> torch.Tensor:
        raise NotImplementedError

    def step(self, moment: Moment) -> torch.Tensor:
        return self.z[moment.index]


def mixture_score(weights: Array, means: Array, covariances: Array) -> Score:
    """Score of a noised Gaussian mixture by explicit inverses."""

    def score(x: Array, t: float) -> Array:
        noised = (1 - t) * covariances + t * np.eye(means.shape[1])
        offset = np.sqrt(1 - t) * means[None] - x[:, None]  # [n, K, d]
        pull = np.einsum("kij,nkj->nki", np.linalg.inv(noised), offset)
        log_density = np.log(weights) - 0.5 * np.linalg.slogdet(noised)[1] - 0.5 * np.sum(offset * pull, -1)
        share = np.exp(log_density - log_density.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        return np.sum(share[:, :, None] * pull, 1)

    return score


def ddpm(score: Score, levels: Levels, z: Array, x: Array) -> Array:
    """Ho et al.'s mean from the noise prediction; standard deviation sqrt(beta / alpha)."""
    for k, (abar, abar_before) in enumerate(pairwise(levels.alpha_bar)):
        alpha = abar / abar_before
        epsilon = -np.sqrt(1 - abar) * score(x, 1 - abar)
        x = (x - (1 - alpha) / np.sqrt(1 - abar) * epsilon) / np.sqrt(alpha) + np.sqrt((1 - alpha) / alpha) * z[k]
    return x


def ancestral(score: Score, levels: Levels, z: Array, x: Array) -> Array:
    """Ho et al., equations 6 and 7: the posterior q(x_{t-1} | x_t, x_0) at the predicted x_0."""
    for k, (abar, abar_before) in enumerate(pairwise(levels.alpha_bar)):
        alpha, beta = abar / abar_before, 1 - abar / abar_before
        x0 = (x + (1 - abar) * score(x, 1 - abar)) / np.sqrt(abar)
        mean = (np.sqrt(abar_before) * beta * x0 + np.sqrt(alpha) * (1 - abar_before) * x) / (1 - abar)
        x = mean + np.sqrt((1 - abar_before) / (1 - abar) * beta) * z[k]
    return x


def ddim(score: Score, levels: Levels, z: Array, x: Array, eta: float) -> Array:
    """Song, Meng, Ermon, equations 12 and 16 (their alpha is alpha_bar)."""
    for k, (alpha, alpha_before) in enumerate(pairwise(levels.alpha_bar)):
        sigma = eta * np.sqrt((1 - alpha_before) / (1 - alpha)) * np.sqrt(1 - alpha / alpha_before)
        epsilon = -np.sqrt(1 - alpha) * score(x, 1 - alpha)
        predicted = (x - np.sqrt(1 - alpha) * epsilon) / np.sqrt(alpha)
        x = np.sqrt(alpha_before) * predicted + np.sqrt(1 - alpha_before - sigma**2) * epsilon + sigma * z[k]
    return x


def churn(score: Score, levels: Levels, z: Array, x: Array, eps: float) -> Array:
    """Galashov et al.'s kernel in flow time, x_t ~ N((1 - t) x_0, t^2): there and back by log-SNR."""
    sigma_over_alpha = np.sqrt(levels.t / levels.alpha_bar)
    flow = sigma_over_alpha / (1 + sigma_over_alpha)  # sigma / alpha = t / (1 - t)
    stretch = (1 - flow) / np.sqrt(levels.alpha_bar)  # x in flow time over x here
    x = x * stretch[0]
    for k, (t, s) in enumerate(pairwise(flow)):
        here = x / stretch[k]
        x0 = (here + levels.t[k] * score(here, float(levels.t[k]))) / np.sqrt(levels.alpha_bar[k])

        def r(i: int, j: int, t: float = t, s: float = s) -> float:
            return ((1 - t) / (1 - s)) ** i * (s / t) ** j

        mean = (eps**2 * r(1, 2) + (1 - eps**2) * r(0, 1)) * x + (1 - s) * (1 - eps**2 * r(2, 2) - (1 - eps**2) * r(1, 1)) * x0
        variance = s**2 * (1 - (eps**2 * r(1, 1) + 1 - eps**2) ** 2)
        x = mean + np.sqrt(variance) * z[k] if eps else mean
    return x / stretch[-1]


def heun(score: Score, levels: Levels, z: Array, x: Array) -> Array:
    """Karras et al., algorithm 1 with s(t) = 1, sigma(t) = t; the last step as theirs to sigma = 0."""
    sigmas = np.sqrt(levels.t / levels.alpha_bar)

    def denoise(y: Array, sigma: float) -> Array:
        shrink = 1 / np.sqrt(1 + sigma**2)
        t = sigma**2 / (1 + sigma**2)
        return (y * shrink + t * score(y * shrink, t)) / shrink

    y = x / np.sqrt(levels.alpha_bar[0])
    for i, (sigma, following) in enumerate(pairwise(sigmas)):
        d = (y - denoise(y, sigma)) / sigma
        trial = y + (following - sigma) * d
        if i < len(sigmas) - 2:
            d_trial = (trial - denoise(trial, following)) / following
            trial = y + (following - sigma) * (d / 2 + d_trial / 2)
        y = trial
    return y * np.sqrt(levels.alpha_bar[-1])


def dpmpp_2m(score: Score, levels: Levels, z: Array, x: Array) -> Array:
    """Lu et al., algorithm 2, in lambda and h."""
    alpha, sigma = np.sqrt(levels.alpha_bar), np.sqrt(levels.t)
    lam = np.log(alpha / sigma)
    predictions: list[Array] = []
    for i in range(1, len(lam)):
        predictions.append((x + sigma[i - 1] ** 2 * score(x, float(levels.t[i - 1]))) / alpha[i - 1])
        h = lam[i] - lam[i - 1]
        data = predictions[-1]
        if i >= 2:
            r = (lam[i - 1] - lam[i - 2]) / h
            data = (1 + 1 / (2 * r)) * predictions[-1] - 1 / (2 * r) * predictions[-2]
        x = sigma[i] / sigma[i - 1] * x - alpha[i] * (np.exp(-h) - 1) * data
    return x


def exact_ode_ends(score: Score, levels: Levels, x: Array) -> Array:
    """The probability-flow ODE dY/du = (Y + s) / 2 in u = log alpha_bar, to 1e-11."""
    from scipy.integrate import solve_ivp

    log_snr = levels.log_snr
    shape = x.shape

    def slope(l: float, y: Array) -> Array:
        t = 1 / (1 + np.exp(l))  # du / d(log-SNR) = t
        y = y.reshape(shape)
        return (t * (y + score(y, t)) / 2).ravel()

    done = solve_ivp(slope, (log_snr[0], log_snr[-1]), x.ravel(), method="DOP853", rtol=1e-11, atol=1e-12)
    return done.y[:, -1].reshape(shape)
