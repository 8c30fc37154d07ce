"""Ancestral sampling: DDPM with the posterior's variance."""

from __future__ import annotations

import math
from typing import Literal

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.samplers._sampler import LinearStep, LinearStepSampler


class Ancestral(LinearStepSampler):
    """Y' = a^-1/2 (Y + (1 - a) s) + sqrt((1 - a) t' / t) Z (MATH section 1).

    The noise dies out with t', so that samples of a law without density (points, rolls) end on it.
    """

    kind: Literal["ancestral"] = "ancestral"

    card = Card(
        title="Ancestral DDPM",
        idea="DDPM with the noise of the exact posterior of one clean point: it vanishes at the end.",
        formula="Y' = a^-1/2 (Y + (1 - a) s) + sqrt((1 - a) t' / t) Z",
        cost="one guided score a step",
        citation="Ho, Jain, Abbeel 2020, arXiv 2006.11239 (the smaller of its two variances)",
    )

    @property
    def unit_noise(self) -> bool:
        return True

    def linear_step(self, moment: Moment) -> LinearStep:
        grow = moment.a**-0.5
        return LinearStep(grow, grow * moment.beta, math.sqrt(moment.beta * moment.t_next / moment.t))
