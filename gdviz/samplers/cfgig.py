"""Gibbs-like CFG: a sample without guidance, then noise and guided denoising in turns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Levels, Noise
from gdviz.family import Card
from gdviz.guidance import Guide, Plan
from gdviz.samplers._base_run import unguided
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.needs import check_reward


class GibbsLikeCfg(SamplerKind):
    """The base sampler to the end; then `rounds` times: noise of standard deviation sigma, and the guided sampler from there.

    Small sigma and many rounds lead to the powered law: the last steps of CFG are those that it gets right. sigma is
    EDM's, of the noise over the clean point; a round starts at the level nearest to it.
    """

    step_rule: ClassVar[bool] = False

    kind: Literal["cfgig"] = "cfgig"
    rounds: Annotated[int, Field(ge=0, le=200, description="Rounds of noising and guided denoising.")] = 5
    sigma: Annotated[float, Field(gt=0, le=100, description="Noise that a round adds, over the clean point.")] = 1.0

    card = Card(
        title="Gibbs-like CFG",
        idea="Sample without guidance, then go back a little and return with guidance, again and again.",
        formula="x ~ p(x | c); R times: x + sigma Z, then CFG from sigma to 0",
        base_law="p(x), or p(x | c) for a label",
        aims_at="p(x | c)^(1+w) p(x)^(-w), or p(x)^(1-w) p^r(x)^w for a reward, as sigma falls and rounds grow",
        cost="a run, and the part of one below sigma for each round",
        citation="Moufad, Janati, Durmus, et al. 2025, arXiv 2505.21101",
    )
    examples = ({}, {"rounds": 2, "sigma": 0.5})

    def check(self, plan: Plan) -> None:
        check_reward(self.kind, plan)

    def yields(self, levels: Levels) -> int:
        return levels.steps + self.rounds * (levels.steps - self._first(levels))

    def evaluations_in(self, steps: int) -> int:
        levels = self.levels.build(steps)
        return self.yields(levels)

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        assert isinstance(guide, Guide)
        rule, moments = Ddpm(), list(levels.moments())
        for moment in moments:
            step = rule.step(unguided(guide), moment, noise, x)
            yield step
            x = step.x
        back = moments[self._first(levels) :]
        for k in range(1, self.rounds + 1):
            draw = noise.again(k)
            x = x * math.sqrt(back[0].alpha_bar) + math.sqrt(back[0].t) * draw.start()  # [W, n, d]
            for moment in back:
                step = rule.step(guide, moment, draw, x)
                yield step
                x = step.x

    def _first(self, levels: Levels) -> int:
        """The level nearest to sigma in the logarithm, at least one step from the end."""
        log_sigma = -0.5 * levels.log_snr[:-1]  # [steps]
        return int(np.abs(log_sigma - math.log(self.sigma)).argmin())
