"""Learned guidance weights in pieces that can be looked at: what each loss asks for, and where a weight means nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from gdviz.diffusion.flow import variance_at
from gdviz.laws import Law
from gdviz.networks import FrozenWeights, WeightRecipe
from gdviz.scores import Scores
from gdviz.training.weights import GuidedSteps, StepLaw, weights_loss

Floats = NDArray[np.float64]

BLOCKS = 20
"""Parts of the points that a minimum is found on again, for its standard error."""

NEAREST, SHORTEST = 0.01, 0.01
"""Flow times from which, and steps for which, weights are shown: sampling takes finer steps than training."""

PAPER = WeightRecipe(
    output="relu",
    loss="self_consistency",
    beta=1,
    repulsion=1,
    marginal=False,
    path=0,
    churn=1,
    points=64,
    particles=8,
    gap=0.1,
    nearest_data=0.01,
    nearest_noise=0.01,
    rate=5e-3,
    averaging=0.98,
)
"""Self-consistency as in the paper, whatever the program's usual recipe is."""

LESS_REPULSION = PAPER.model_copy(update={"repulsion": 0.5})
L2 = PAPER.model_copy(update={"beta": 2.0, "repulsion": 0.0, "churn": 0.0})
SCORE_MATCHING = PAPER.model_copy(update={"loss": "score_matching"})

LOSSES: dict[str, WeightRecipe] = {
    "self-consistency, repulsion 1": PAPER,
    "self-consistency, repulsion 0.5": LESS_REPULSION,
    "l2 (beta 2, repulsion 0)": L2,
    "guided score matching": SCORE_MATCHING,
}
"""The losses that are held side by side."""


def l2_weight(s: float, t: float) -> float:
    """(1 - t) s / (t - s): where the l2 loss without churn has its minimum over one weight for all classes, averaged with
    weights p(c), if the denoisers are exact (MATH section 3)."""
    return (1 - t) * s / (t - s)


def push_sizes(law: Law, scores: Scores, flow_times: Sequence[float], points: int = 512, seed: int = 0) -> Floats:
    """Root mean square per coordinate of eps(x, c) - eps(x) = -sqrt(t) push over x ~ p_t(x | c), [C, T].

    A noise has the size 1, so a weight times a push far below 1 changes nothing: there weights are not identified.

    Parameters
    ----------
    law : Law
        With labels.
    scores : Scores
    flow_times : sequence of float
    points : int
        Of each class.
    """
    generator, rows = Generator().manual_seed(seed), []
    for label in law.labels:
        given = law.given(label)
        pair, clean = scores.pair(given, law), given.sample(points, generator).x  # [n, d]
        z = torch.randn(clean.shape, generator=generator, dtype=torch.float64)  # [n, d]
        sizes = []
        for tau in flow_times:
            t = variance_at(tau)
            with torch.no_grad():
                _, push, _ = pair(math.sqrt(1 - t) * clean + math.sqrt(t) * z, t)
            sizes.append(math.sqrt(t * float(push.double().square().mean())))
        rows.append(sizes)
    return np.array(rows)


def weight_map(weights: FrozenWeights, label: int, s: Sequence[float], t: Sequence[float]) -> Floats:
    """omega(c, s, t) of a label index on a grid, [S, T]; NaN where s is not below t."""
    omega = np.full((len(s), len(t)), np.nan)
    for k, tau in enumerate(t):
        for j, low in enumerate(s):
            if low < tau - 1e-9:
                omega[j, k] = weights.curve(label, [tau], tau - low)[0]
    return omega


@dataclass(frozen=True)
class LossProfile:
    """A loss against one weight for all classes, averaged over the classes with weights p(c).

    Attributes
    ----------
    omega : tuple of float
    loss : tuple of float
    least : float
        The weight at which it is least, which may be negative.
    se : float
        Its standard error.
    """

    omega: tuple[float, ...]
    loss: tuple[float, ...]
    least: float
    se: float


def loss_profiles(
    law: Law,
    scores: Scores,
    step: tuple[float, float],
    omega: Sequence[float],
    points: int = 1000,
    losses: Mapping[str, WeightRecipe] = LOSSES,
    seed: int = 0,
) -> dict[str, LossProfile]:
    """What each loss asks for at one step (s, t) in flow time.

    Parameters
    ----------
    law : Law
        With labels.
    scores : Scores
    step : (float, float)
        s < t.
    omega : sequence of float
        Ascending weights at which the loss is worked out; its minimum is taken between them.
    points : int
        Clean points a class.
    """
    share = np.array([law.class_probability(label) for label in law.labels])
    share = share / share.sum()  # [C]
    profiles = {}
    for name, recipe in losses.items():
        drawn = StepLaw(law, scores, recipe)
        parts = [drawn.between(*step, label, points, Generator().manual_seed(seed + label)) for label in range(len(share))]
        blocks = sum(p * _losses(steps, recipe, omega) for p, steps in zip(share, parts, strict=True))  # [K, W]
        assert isinstance(blocks, np.ndarray)
        whole = blocks.mean(0)  # [W]
        # Jackknife: the minimum without each block.
        rest = [least((blocks.sum(0) - block) / (BLOCKS - 1), omega) for block in blocks]
        se = math.sqrt((BLOCKS - 1) * float(np.var(rest)))
        profiles[name] = LossProfile(tuple(omega), tuple(whole.tolist()), least(whole, omega), se)
    return profiles


def least(loss: Floats, omega: Sequence[float]) -> float:
    """Where a loss [W] is least: the vertex of the parabola through the lowest of the points and its neighbours."""
    k = min(max(int(np.argmin(loss)), 1), len(omega) - 2)
    a, b, _ = np.polyfit(np.array(omega[k - 1 : k + 2]) - omega[k], loss[k - 1 : k + 2], 2)
    vertex = omega[k] - b / (2 * a) if a > 0 else omega[int(np.argmin(loss))]
    return float(min(max(vertex, omega[0]), omega[-1]))


def _losses(steps: GuidedSteps, recipe: WeightRecipe, omega: Sequence[float]) -> Floats:
    """The loss of each weight on each of the blocks of clean points, [K, W]."""
    rows = torch.arange(len(steps.label)).chunk(BLOCKS)
    return np.array([[_loss(steps[block], recipe, w) for w in omega] for block in rows])


def _loss(steps: GuidedSteps, recipe: WeightRecipe, omega: float) -> float:
    weight: Tensor = torch.full((len(steps.label),), omega)
    return float(weights_loss(steps, weight, recipe))
