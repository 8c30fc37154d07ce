"""Experiments drawn at random from mixtures in one and two dimensions, of which the exact means are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SHARES = {"dpmpp_2m": 0.9, "ddpm": 0.1}
STEPS = {"dpmpp_2m": 60, "ddpm": 2000}
PARTICLES = {"dpmpp_2m": 1000, "ddpm": 250}
"""What the steps leave is to be small beside the noise, for which alone an interval answers: some tenth of a standard error
here, against 0.3 for the spread with Heun's 40 steps, 0.8 for the identity with ancestral sampling's 1000, and 0.4 with
DDPM's 1000 and 500 particles, whose intervals covered in 348 of 376 cases for that reason. A sampler of second order samples
the same laws at w = 0 and at the special w; the identity needs the full noise of DDPM."""

LEVELS = {"kind": "logit", "start": 1 - 1e-5, "stop": 1e-3}
"""Ends that do not depend on the steps: sqrt(1e-5) of the data is left at the start, sqrt(1e-3) of noise at the end."""

LABEL = "c"


def random_experiment(seed: int, number: int) -> dict[str, Any]:
    """The Experiment of that number: label, reward or cost guidance, at w = 0 and at the w of the other exact law.

    Classes lie from on top of each other to several deviations apart and rewards are from flat to steep, so that
    some of the means have tails too heavy for an estimate.
    """
    rng = np.random.default_rng([seed, number])
    d = int(rng.integers(1, 3))
    form = str(rng.choice(["cfg", "reward", "cost"]))
    sampler = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    return {
        "target": _mixture(rng, d, widened=form == "cfg" and rng.random() < 0.6),
        "guidance": {"kind": "cfg", "label": LABEL}
        if form == "cfg"
        else {"kind": "reward", "form": form, "reward": _reward(rng, d, form)},
        "sampler": {"kind": sampler, "steps": STEPS[sampler], "levels": LEVELS},
        "w": [0.0, special_w(form)],
        "particles": PARTICLES[sampler],
        "seed": int(rng.integers(2**31)),
    }


def special_w(form: str) -> float:
    """Where the guided law is known besides w = 0: p^r at 1, p^J (for a label the whole target) at -1."""
    return 1.0 if form == "reward" else -1.0


def _mixture(rng: np.random.Generator, d: int, widened: bool) -> dict[str, Any]:
    """Two to five Gaussians, some of them of class c; widened, that class reaches wherever the others do."""
    count = int(rng.integers(2, 6))
    weights, reach = rng.dirichlet(np.full(count, 3.0)), rng.uniform(0.3, 2.0)
    means = rng.uniform(-reach, reach, (count, d))
    inside = rng.permutation(count) < int(rng.integers(1, count))
    return {
        "kind": "gaussian_mixture",
        "components": [
            {
                "weight": float(weight),
                "mean": mean.tolist(),
                "covariance": _covariance(rng, d, 0.6 if widened and own else 0.0).tolist(),
                "label": LABEL if own else "rest",
            }
            for weight, mean, own in zip(weights, means, inside, strict=True)
        ],
    }


def _covariance(rng: np.random.Generator, d: int, more: float) -> NDArray[np.float64]:
    axes = np.linalg.qr(rng.standard_normal((d, d)))[0]
    covariance = axes @ np.diag(rng.uniform(0.4, 1.2, d) + more) @ axes.T
    return np.asarray((covariance + covariance.T) / 2)


def _reward(rng: np.random.Generator, d: int, form: str) -> dict[str, Any]:
    """A reward whose tilted mixture (under its cost 1/r: whose costly mixture) is a closed form."""
    kind = str(rng.choice(["linear", "quadratic", "bumps"] if form == "reward" else ["linear", "quadratic"]))
    center = rng.uniform(-1.0, 1.0, d).tolist()
    if kind == "linear":
        direction = rng.standard_normal(d)
        direction *= rng.uniform(0.1, 1.2) / np.linalg.norm(direction)
        return {"kind": "exp", "of": {"kind": "linear", "direction": direction.tolist()}}
    if kind == "quadratic":
        curvature = float(rng.uniform(0.05, 1.0 if form == "reward" else 0.3))
        return {"kind": "exp", "of": {"kind": "quadratic", "center": center, "curvature": curvature}}
    bump = {"center": center, "width": float(rng.uniform(0.5, 2.0)), "height": float(rng.uniform(0.5, 3.0))}
    return {"kind": "bumps", "bumps": [bump], "floor": float(rng.uniform(0.1, 0.5))}
