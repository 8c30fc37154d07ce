"""The exact law of a guided sampler on Gaussian scores: every step is affine, so a Gaussian stays one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from gdviz.diffusion import Levels, Moment, TileNoise
from gdviz.facts.problem import Array, Gaussian, Laws
from gdviz.guidance import Guided
from gdviz.samplers import LinearStep, LinearStepSampler, SamplerKind

Steps = Callable[[Moment], LinearStep]


def chain_law(sampler: SamplerKind, levels: Levels, laws: Laws, w: float) -> Gaussian:
    """The law of the samples after all steps from N(0, I), exactly: no discretisation error enters."""
    if isinstance(sampler, LinearStepSampler):
        return law_of_steps(sampler.linear_step, levels, laws, w)
    return _law_of_map(sampler, levels, laws, w)


def law_of_steps(steps: Steps, levels: Levels, laws: Laws, w: float) -> Gaussian:
    """x' = keep x + drift (A x + b) + noise Z, step by step: m' = F m + drift b, S' = F S F^T + noise^2 I, F = keep + drift A."""
    d = len(laws.base.mean)
    one, mean, covariance = np.eye(d), np.zeros(d), np.eye(d)
    for moment in levels.moments():
        keep, drift, noise = steps(moment)
        slope, constant = laws.affine(w, moment.t)
        factor = keep * one + drift * slope  # [d, d]
        mean = factor @ mean + drift * constant
        covariance = factor @ covariance @ factor.T + noise**2 * one
    return Gaussian(mean, covariance)


def _law_of_map(sampler: SamplerKind, levels: Levels, laws: Laws, w: float) -> Gaussian:
    """Of a sampler without noise, whatever its steps: the affine map of the start is read off d + 1 points."""
    d = len(laws.base.mean)

    def guide(x: Tensor, moment: Moment) -> Guided:
        slope, constant = laws.affine(w, moment.t)
        return Guided(x @ torch.from_numpy(slope.T) + torch.from_numpy(constant), torch.zeros_like(x), weight=0.0)

    x = torch.cat([torch.zeros(1, d), torch.eye(d)]).double()  # [1 + d, d]
    for step in sampler.run(guide, levels, TileNoise(0, d, 0, 1 + d, torch.float64), x):
        x = step.x
    origin = x[0].numpy()
    columns = x[1:].numpy() - origin  # [d, d]
    return Gaussian(origin, columns.T @ columns)


def limit_law(levels: Levels, laws: Laws, w: float, stochastic: bool) -> Gaussian:
    """The law between the same ends as the step goes to 0: of the backward SDE, or of the probability-flow ODE.

    In v = log-SNR, du = t dv: dm/dv = t (m/2 + g (A m + b)), dS/dv = t (F S + S F^T + I), F = 1/2 + g A, with g = 1 for the SDE;
    for the ODE g = 1/2 and no I.
    """
    d = len(laws.base.mean)
    one, gain = np.eye(d), 1.0 if stochastic else 0.5

    def slope(v: float, state: Array) -> Array:
        t = 1 / (1 + math.exp(v))
        a, b = laws.affine(w, t)
        mean, covariance = state[:d], state[d:].reshape(d, d)
        factor = 0.5 * one + gain * a
        grows = factor @ covariance + covariance @ factor.T + (one if stochastic else 0)
        return t * np.concatenate([factor @ mean + gain * b, grows.ravel()])

    ends = float(levels.log_snr[0]), float(levels.log_snr[-1])
    solution = solve_ivp(slope, ends, np.concatenate([np.zeros(d), one.ravel()]), method="DOP853", rtol=1e-9, atol=1e-12)
    end = solution.y[:, -1]
    return Gaussian(end[:d], end[d:].reshape(d, d))
