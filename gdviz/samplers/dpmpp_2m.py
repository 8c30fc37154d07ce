"""DPM-Solver++(2M): second order on the probability-flow ODE at one evaluation a step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor

from gdviz.diffusion import Levels, Noise
from gdviz.family import Card
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step


class DpmPlusPlus2M(SamplerKind):
    """Data prediction, two steps: with l = log(alpha / sigma) half the log-SNR and h = l' - l,

    x' = (sigma' / sigma) x + alpha' (1 - e^-h) (D + (D - D_before) h / (2 h_before)),

    D = (x + t s) / alpha the guided denoiser, alpha = sqrt(alpha_bar), sigma = sqrt(t). The first step is DDIM.
    """

    kind: Literal["dpmpp_2m"] = "dpmpp_2m"

    card = Card(
        title="DPM-Solver++(2M)",
        idea="A deterministic step that continues the line through the last two guesses of the clean point.",
        formula="x' = (sigma'/sigma) x + alpha' (1 - e^-h) (D + (D - D_before) h / (2 h_before))",
        cost="one guided score a step",
        citation="Lu, Zhou, Bao, Chen, Li, Zhu 2022, arXiv 2211.01095, algorithm 2",
    )

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        before: tuple[Tensor, float, float] | None = None
        for moment in levels.moments():
            guided = guide(x, moment)
            pulled = torch.add(x, guided.total, alpha=moment.t)  # [..., d]  alpha D
            h = -math.log(moment.sigma_ratio)
            reach = math.sqrt(moment.alpha_bar_next) * moment.sigma_drop  # alpha' (1 - e^-h)
            ahead = h / (2 * before[1]) if before else 0.0
            after = x * math.sqrt(moment.t_next / moment.t)  # [..., d]
            after.add_(pulled, alpha=reach * (1 + ahead) / math.sqrt(moment.alpha_bar))
            if before:
                after.add_(before[0], alpha=-reach * ahead / before[2])
            yield Step(moment, after, x, guided)
            x, before = after, (pulled, h, math.sqrt(moment.alpha_bar))
