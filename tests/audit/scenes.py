"""Random guided mixtures: the Experiment that the program reads, and the same laws for the second implementation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from audit.simulation import Array, Gaussians, Run, simulate


@dataclass(frozen=True)
class Scene:
    """One random experiment with all that the exact facts need of it."""

    name: str
    experiment: dict[str, Any]
    law: Gaussians
    base: Gaussians
    toward: Gaussians
    away: Gaussians
    sign: int
    mean0: float
    bump: tuple[float, Array, Array, float] | None

    def reward(self, x: Array) -> Array:
        """r at points [n, d]: p(c | x), or the bump."""
        if self.bump is None:
            return self._prior * np.exp(self.base.log_density(x, 0.0) - self.law.log_density(x, 0.0))
        height, centre, width, floor = self.bump
        away = x - centre
        return floor + height * np.exp(-0.5 * (away * np.linalg.solve(width, away.T).T).sum(1))

    @property
    def _prior(self) -> float:
        return 1 / self.mean0

    def cost_or_reward(self, x: Array) -> Array:
        """What the identity speaks of."""
        r = self.reward(x)
        return r if self.sign > 0 else 1 / r

    def simulate(self, n: int, seed: int, *, halved: bool = False) -> Run:
        sampler = self.experiment["sampler"]
        return simulate(
            self.base, self.toward, self.away, self.experiment["w"], n, sampler["steps"],
            seed=seed, sampler=sampler["kind"], sign=self.sign, halved=halved,
        )  # fmt: skip


def random_covariance(rng: np.random.Generator, d: int, low: float, high: float) -> Array:
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    covariance = turn @ np.diag(rng.uniform(low, high, d)) @ turn.T
    return (covariance + covariance.T) / 2


def random_scene(seed: int, kind: str, d: int, w: list[float], *, particles: int, steps: int, sampler: str = "ddpm") -> Scene:
    """`kind` is cfg, reward or cost. Class c overlaps the rest, so that most means can be estimated."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 5))
    weights = rng.dirichlet(np.full(count, 3.0))
    means = rng.uniform(-1.2, 1.2, (count, d))
    covariances = np.array([random_covariance(rng, d, 0.5, 1.2) for _ in range(count)])
    inside = np.zeros(count, bool)
    inside[rng.permutation(count)[: max(1, count // 2)]] = True
    if kind == "cfg":  # every direction in which the rest reaches far, c reaches too
        covariances[inside] += 0.6 * np.eye(d)
    law = Gaussians(weights, means, covariances)
    target = {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": float(p), "mean": m.tolist(), "covariance": s.tolist(), "label": "c" if c else f"rest {k}"}
            for k, (p, m, s, c) in enumerate(zip(weights, means, covariances, inside, strict=True))
        ],
    }
    bump = None
    if kind == "cfg":
        base = law.only(inside)
        toward, away, sign, mean0 = base, law, -1, 1 / float(weights[inside].sum())
        guidance: dict[str, Any] = {"kind": "cfg", "label": "c"}
    else:
        centre = rng.uniform(-1, 1, d)
        if kind == "reward":
            height, floor, width = float(rng.uniform(0.5, 3)), float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.5, 3))
        else:  # r = exp(-|x - centre|^2 / 2 width), so that J = 1 / r keeps p^J a mixture
            height, floor, width = 1.0, 0.0, float(rng.uniform(5, 8))
        square = " + ".join(f"({'xy'[k]} - ({float(centre[k])!r}))**2" for k in range(d))
        expression = (
            f"{floor!r} + {height!r} * exp(-({square}) / {2 * width!r})" if floor else f"exp(-({square}) / {2 * width!r})"
        )
        guidance = {"kind": "reward", "form": kind, "reward": {"kind": "expression", "expression": expression}}
        bump = (height, centre, width * np.eye(d), floor)
        if kind == "reward":
            (toward, mean0), base, away, sign = law.times_bump(*bump), law, law, 1
        else:
            (away, mean0), base, toward, sign = law.times_bump(1.0, centre, -width * np.eye(d), 0.0), law, law, -1
    experiment = {
        "target": target, "guidance": guidance, "sampler": {"kind": sampler, "steps": steps},
        "w": w, "particles": particles, "seed": seed,
    }  # fmt: skip
    return Scene(f"{kind} {d}-D {seed}", experiment, law, base, toward, away, sign, mean0, bump)
