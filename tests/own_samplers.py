"""Samplers as a researcher would write them, with one place to go wrong each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def sampler(
    rule: str,
    seed: int,
    *,
    w_used: Callable[[float], float] = lambda w: w,
    time: Callable[[Any, int], float] = lambda problem, k: problem.t[k],
    noise: Callable[[int, int, float], float] = lambda k, steps, sd: sd,
    swapped: bool = False,
    stale: bool = False,
    twice: bool = False,
    alpha_noise: bool = False,
) -> Callable[[Any, float], np.ndarray]:
    """A whole sampler with its own random numbers; by default a correct one."""

    def run(problem: Any, w: float) -> np.ndarray:
        rng = np.random.default_rng([seed, round(1000 * (w + 2))])
        x, before = rng.standard_normal(problem.start.shape), None
        w = w_used(w)
        for k in range(problem.steps):
            t, t_next = problem.t[k], problem.t[k + 1]
            alpha_bar, alpha_bar_next = problem.alpha_bar[k], problem.alpha_bar[k + 1]
            a = alpha_bar / alpha_bar_next
            now = time(problem, k)
            c, u = problem.cond(x, now), problem.uncond(x, now)
            c, u = (u, c) if swapped else (c, u)
            guided = c + w * (c - u)
            if twice:
                guided = guided + w * (guided - u)
            score = before if stale and before is not None else guided
            before = guided
            z = rng.standard_normal(x.shape)
            if rule == "ddpm":
                variance = 1 - a if alpha_noise else (1 - a) / a
                x = (x + (1 - a) * score) / math.sqrt(a) + noise(k, problem.steps, math.sqrt(variance)) * z
            elif rule == "ancestral":
                x = (x + (1 - a) * score) / math.sqrt(a) + noise(k, problem.steps, math.sqrt((1 - a) * t_next / t)) * z
            else:  # ddim, by way of x0 and eps
                eps = -math.sqrt(t) * score
                clean = (x - math.sqrt(t) * eps) / math.sqrt(alpha_bar)
                x = math.sqrt(alpha_bar_next) * clean + math.sqrt(t_next) * eps
        return x

    return run


def last(k: int, steps: int) -> bool:
    return k == steps - 1


WRONG: dict[str, dict[str, Any]] = {
    "w off by one": {"w_used": lambda w: w + 1},
    "sign": {"w_used": lambda w: -w},
    "missing square root": {"noise": lambda k, steps, sd: sd**2},
    "wrong time": {"time": lambda problem, k: problem.t[k + 1]},
    "cond and uncond swapped": {"swapped": True},
    "noise scale": {"noise": lambda k, steps, sd: 1.05 * sd},
    "last step's noise": {"noise": lambda k, steps, sd: 0.0 if last(k, steps) else sd},
    "stale score": {"stale": True},
    "double guidance": {"twice": True},
    "clipped w": {"w_used": lambda w: min(w, 7.5)},
}

NOISELESS = {"missing square root", "noise scale", "last step's noise"}
"""Mistakes that a sampler without noise cannot make."""
