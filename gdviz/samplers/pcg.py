"""Predictor-corrector guidance: a step of the base sampler, then Langevin steps on the guided score at the new level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.family import Card
from gdviz.guidance import Plan
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.particles.needs import check_reward


class Pcg(SamplerKind):
    """A base step to t', then `corrections` steps x <- x + h s_w / 2 + sqrt(h) Z with the guided score at t', h = size t'.

    The Langevin steps hold the particles near p_t'(x | c)^g p_t'(x)^(1 - g), g = 1 + w, at every level: with many of them the run
    ends in the powered law. CFG is the limit in which the predictor takes the place of one of them.
    """

    step_rule: ClassVar[bool] = False

    kind: Literal["pcg"] = "pcg"
    corrections: Annotated[int, Field(ge=0, le=200, description="Langevin steps at each level.")] = 5
    size: Annotated[float, Field(gt=0, le=1, description="Step of the corrections in units of the noise variance.")] = 0.1

    card = Card(
        title="Predictor-corrector guidance",
        idea="Denoise without guidance, then let guided Langevin steps settle at each level: CFG taken apart.",
        formula="x' = base step; x' <- x' + h s_w(x', t') / 2 + sqrt(h) Z, so often",
        base_law="p(x), or p(x | c) for a label",
        aims_at="p(x | c)^(1+w) p(x)^(-w), or p(x)^(1-w) p^r(x)^w for a reward; met with many small corrections",
        cost="2 (1 + corrections) scores a step",
        citation="Bradley, Nakkiran 2024, arXiv 2408.09000",
    )
    examples = ({}, {"corrections": 1, "size": 0.3})

    def check(self, plan: Plan) -> None:
        check_reward(self.kind, plan)

    def evaluations_in(self, steps: int) -> int:
        return steps + (steps - 1) * self.corrections

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        moments: list[Moment | None] = [*levels.moments(), None]
        draws = [noise.again(k) for k in range(1, self.corrections + 1)]
        for moment, following in pairwise(moments):
            assert moment is not None
            guided = guide(x, moment)
            keep, drift, spread = Ancestral().linear_step(moment)
            after = torch.add(x * keep, noise.step(moment), alpha=spread).add_(guided.base, alpha=drift)  # [W, n, d]
            if following is not None:
                step = self.size * following.t
                for draw in draws:
                    after = torch.add(after, guide(after, following).total, alpha=step / 2)
                    after = torch.add(after, draw.step(moment), alpha=math.sqrt(step))
            yield Step(moment, after, x, guided)
            x = after
