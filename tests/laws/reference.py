"""Laws, rewards and a second, independent way to the tilted law: plain sums over a fine grid, in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.laws import FullComponents, Law, Mixture
from gdviz.rewards import REWARDS, Reward, RewardContext, RewardKind, build_reward

Array = NDArray[np.float64]


def mixture(means: Any, covariances: Any, weights: Any = None, labels: tuple[str, ...] = ()) -> Mixture:
    means, covariances = torch.tensor(means, dtype=torch.float64), torch.tensor(covariances, dtype=torch.float64)
    weights = torch.ones(len(means), dtype=torch.float64) if weights is None else torch.tensor(weights, dtype=torch.float64)
    owner = torch.arange(len(means)) if labels else None
    return Mixture(FullComponents(means, covariances), weights.log(), owner, labels)


LINE = mixture([[0.0], [2.0], [-3.0]], [[[1.0]], [[0.3]], [[0.2]]], [1, 2, 0.5], ("a", "b", "c"))
PLANE = mixture(
    [[0, 0], [3, 1], [-2, 3]],
    [[[1, 0.3], [0.3, 0.5]], [[0.2, 0], [0, 0.4]], [[0.3, 0.1], [0.1, 0.2]]],
    [1, 0.7, 0.5],
    ("a", "b", "c"),
)


def reward(expression: str | dict[str, Any], law: Law) -> Reward:
    description = {"kind": "expression", "expression": expression} if isinstance(expression, str) else expression
    kind = REWARDS.parse(description)
    assert isinstance(kind, RewardKind)
    return build_reward(kind, RewardContext(law.dimension, law.log_posterior, law.labels))


class Sums:
    """r_t, and the posterior means of X_0 under p and p^r, by sums over a uniform grid of clean points.

    The trapezoid rule converges faster than any power for smooth integrands; `half` is how far it
    reaches around the origin.
    """

    def __init__(self, law: Mixture, r: Reward, nodes: int, half: float) -> None:
        axis = np.linspace(-half, half, nodes)
        grid = np.stack(np.meshgrid(*[axis] * law.dimension, indexing="ij"), -1).reshape(-1, law.dimension)  # [n, d]
        self.points, self.step = grid, (axis[1] - axis[0]) ** law.dimension
        p = np.zeros(len(grid))
        assert isinstance(law.components, FullComponents)
        for weight, mean, covariance in zip(
            law.weights.numpy(), law.components.means.numpy(), law.components.covariances.numpy(), strict=True
        ):
            off = grid - mean
            exponent = -0.5 * np.einsum("ni,ij,nj->n", off, np.linalg.inv(covariance), off)
            p += weight * np.exp(exponent) / np.sqrt(np.linalg.det(2 * np.pi * covariance))
        self.p, self.r = p, r(torch.from_numpy(grid)).numpy()

    @property
    def mean(self) -> float:
        return float((self.p * self.r).sum() * self.step)

    def __call__(self, x: Array, t: float) -> tuple[float, Array]:
        """log r_t(x) / E r, and its gradient sqrt(1 - t) / t (E^r[X_0 | x] - E[X_0 | x]), at one point."""
        kernel = np.exp(-((x - np.sqrt(1 - t) * self.points) ** 2).sum(1) / (2 * t))
        plain, tilted = kernel * self.p, kernel * self.p * self.r
        gradient = tilted @ self.points / tilted.sum() - plain @ self.points / plain.sum()
        return float(np.log(tilted.sum() / plain.sum() / self.mean)), np.sqrt(1 - t) / t * gradient


def noised(law: Law, n: int, t: float, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    x = law.sample(n, generator).x
    return (1 - t) ** 0.5 * x + t**0.5 * torch.randn(x.shape, generator=generator, dtype=torch.float64)
