"""DDIM with eta between the probability-flow ODE and ancestral sampling."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.samplers._redraw import redraw_step
from gdviz.samplers._sampler import LinearStep, LinearStepSampler


class Ddim(LinearStepSampler):
    """x' = sqrt(alpha_bar') x0 + sqrt(t' - v) eps + sqrt(v) Z with v = eta^2 (1 - a) t' / t.

    eta = 0 is the first-order step of the probability-flow ODE and draws no noise; eta = 1 is
    ancestral sampling, the only value with the full noise of the backward SDE.
    """

    kind: Literal["ddim"] = "ddim"
    eta: Annotated[float, Field(ge=0, le=1, description="0 is the deterministic step, 1 ancestral sampling.")] = 0.0

    card = Card(
        title="DDIM",
        idea="Guess the clean point, then return to the next level along the same noise; eta says how much of it is fresh.",
        formula="x' = sqrt(ab') x0 + sqrt(t' - v) eps + sqrt(v) Z, v = eta^2 (1 - a) t' / t",
        cost="one guided score a step",
        citation="Song, Meng, Ermon 2021, arXiv 2010.02502",
    )
    examples = ({}, {"eta": 0.5}, {"eta": 1})

    @property
    def unit_noise(self) -> bool:
        return self.eta == 1

    @property
    def stochastic(self) -> bool:
        return self.eta > 0

    def linear_step(self, moment: Moment) -> LinearStep:
        return redraw_step(moment, self.eta**2 * moment.beta / moment.t)
