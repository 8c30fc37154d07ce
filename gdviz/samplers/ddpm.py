"""DDPM: the exponential step of the backward SDE with unit noise."""

from __future__ import annotations

import math
from typing import Literal

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.samplers._sampler import LinearStep, LinearStepSampler


class Ddpm(LinearStepSampler):
    """Y' = a^-1/2 (Y + (1 - a) s + sqrt(1 - a) Z), a = alpha_bar / alpha_bar' (MATH section 1)."""

    kind: Literal["ddpm"] = "ddpm"

    card = Card(
        title="DDPM",
        idea="Follow the score a little, undo the shrinking, add the step's noise.",
        formula="Y' = a^-1/2 (Y + (1 - a) s + sqrt(1 - a) Z)",
        cost="one guided score a step",
        citation="Ho, Jain, Abbeel 2020, arXiv 2006.11239, as written in Jiao, Chen, Li 2025, arXiv 2512.04985",
    )

    @property
    def unit_noise(self) -> bool:
        return True

    def linear_step(self, moment: Moment) -> LinearStep:
        grow = moment.a**-0.5
        return LinearStep(grow, grow * moment.beta, grow * math.sqrt(moment.beta))
