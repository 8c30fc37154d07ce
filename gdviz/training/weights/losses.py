"""The losses of guidance weights (MATH section 3)."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.networks import WeightRecipe
from gdviz.rewards import Reward
from gdviz.training.weights.steps import GuidedSteps

TINY = 1e-12
"""Added to squared distances: a power below 2 has no gradient at 0."""


def weights_loss(steps: GuidedSteps, omega: Tensor, recipe: WeightRecipe, reward: Reward | None = None) -> Tensor:
    """The loss of weights omega [B] for guided steps, a scalar.

    The self-consistency of the guided particles with the data, or the error of the guided denoiser, whose minimum is at
    no guidance; and minus gamma_R E log r(guided denoiser) where there is a reward.
    """
    if recipe.loss == "score_matching":
        loss = (steps.denoised(omega) - steps.truth).square().sum(-1).mean()
    else:
        loss = consistency(steps.guided(omega), steps.data, recipe.beta, recipe.repulsion).mean()
    if reward is None:
        return loss
    return loss - recipe.reward_strength * reward.log(steps.denoised(omega)).mean()


def consistency(guided: Tensor, data: Tensor, beta: float, repulsion: float) -> Tensor:
    """L = mean_jk |x'_j - x_k|^beta - (repulsion / 2) mean_{j != k} |x'_j - x'_k|^beta, one for each clean point, [B].

    Parameters
    ----------
    guided, data : Tensor, shape [B, m, d]
        Particles that were guided from t to s, and fresh noisings to s.
    beta : float
        In (0, 2].
    repulsion : float
        The paper's lambda, in [0, 1].
    """
    loss = _powers(guided[:, :, None] - data[:, None], beta).mean((1, 2))  # [B]
    if repulsion:
        first, second = torch.triu_indices(guided.shape[1], guided.shape[1], 1, device=guided.device)  # [m (m - 1) / 2]
        loss = loss - repulsion / 2 * _powers(guided[:, first] - guided[:, second], beta).mean(1)
    return loss


def _powers(difference: Tensor, beta: float) -> Tensor:
    """|.|^beta over the last axis."""
    square = difference.square().sum(-1)
    return square if beta == 2 else (square + TINY) ** (beta / 2)
