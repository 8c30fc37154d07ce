"""The flow map: where the probability-flow ODE ends."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance.look_aheads._look_ahead import LookAheadKind
from gdviz.scores import Score

RHO = 7
"""Spacing of the levels, EDM's."""


class FlowMap(LookAheadKind):
    """The end of the unguided probability-flow ODE from x, by Heun steps on sigma^(1/7) from sigma to 0; the last is plain.

    In EDM's variables y = x / sqrt(alpha_bar), dy / dsigma = -sqrt(t) s. A consistency model or a flow map learns this
    in one step; here it is integrated.
    """

    kind: Literal["flow_map"] = "flow_map"
    steps: Annotated[int, Field(ge=1, le=64, description="Steps of the ODE from each noisy point; 1 is the denoiser.")] = 4

    card = Card(
        title="Flow map",
        idea="Judge the one point that the deterministic sampler would reach from here: always a point of the law.",
        formula="X_0(x, t), the end of the probability-flow ODE",
        cost="2 steps - 1 scores",
        citation="Sabour, Albergo, Domingo-Enrich, et al. 2025, arXiv 2511.22688",
    )
    examples = ({}, {"steps": 1})

    def point(self, score: Score, x: Tensor, moment: Moment) -> Tensor:
        last = self.steps
        levels = [moment.sigma * (1 - k / last) ** RHO for k in range(last + 1)]  # sigma, ..., 0
        y = x / math.sqrt(moment.alpha_bar)  # [..., d]
        for here, there in pairwise(levels):
            slope = _slope(score, y, here)
            if there == 0:
                return y - here * slope
            trial = y + (there - here) * slope
            y = y + (there - here) / 2 * (slope + _slope(score, trial, there))
        return y


def _slope(score: Score, y: Tensor, sigma: float) -> Tensor:
    """dy / dsigma, the noise prediction: shape [..., d]."""
    t = sigma**2 / (1 + sigma**2)
    return -math.sqrt(t) * score(y * math.sqrt(1 - t), t)
