"""Heun's second-order rule on the probability-flow ODE."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.family import Card
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step


class Heun(SamplerKind):
    """EDM's rule: y = x / sqrt(alpha_bar), dy/dsigma = eps = -sqrt(t) s, sigma = sqrt(t / alpha_bar).

    y' = y + (sigma' - sigma) (eps(x, t) + eps(x_trial, t')) / 2, where x_trial is the DDIM step. The second
    evaluation is made at t' and is given the moment of the step that starts there: a schedule sees
    the level at which the score is taken, and a rule with memory is called once an evaluation, in
    order, twice a level. The last step has no step after it and stays plain, as in EDM.
    """

    kind: Literal["heun"] = "heun"

    evaluations_per_step: ClassVar[int] = 2

    card = Card(
        title="Heun (EDM)",
        idea="Try a deterministic step, look at the score there too, and follow the average of the two.",
        formula="y' = y + (sigma' - sigma) (eps + eps') / 2, y = x / sqrt(ab)",
        cost="two guided scores a step (one on the last)",
        citation="Karras, Aittala, Aila, Laine 2022, arXiv 2206.00364, algorithm 1",
    )

    def evaluations_in(self, steps: int) -> int:
        return 2 * steps - 1

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        moments: list[Moment | None] = [*levels.moments(), None]
        for moment, following in pairwise(moments):
            assert moment is not None
            guided = guide(x, moment)
            grow, slope = moment.a**-0.5, guided.total * math.sqrt(moment.t)  # -eps [..., d]
            reach = math.sqrt(moment.alpha_bar_next) * moment.sigma * moment.sigma_drop  # sqrt(ab') (sigma - sigma')
            after = torch.add(x * grow, slope, alpha=reach)  # [..., d]
            if following is not None:
                trial = guide(after, following).total * math.sqrt(moment.t_next)  # [..., d]
                after = torch.add(x * grow, slope.add_(trial), alpha=reach / 2)
            yield Step(moment, after, x, guided)
            x = after
