"""The churn kernel of the learned-guidance paper."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.samplers._redraw import redraw_step
from gdviz.samplers._sampler import LinearStep, LinearStepSampler


class Churn(LinearStepSampler):
    """DDIM's kernel mixed with the ancestral one at the level of the means (MATH section 3).

    Noise variance t' (1 - (churn^2 rho + 1 - churn^2)^2) with rho = sigma' / sigma. The kernel depends
    on the levels through signal and noise alone, so it reads the same in flow time and here. churn 0
    is DDIM with eta 0, churn 1 ancestral sampling; in between it is not DDIM with that eta.
    """

    kind: Literal["churn"] = "churn"
    churn: Annotated[
        float,
        Field(ge=0, le=1, description="0 is DDIM with eta 0, 1 ancestral sampling; in between it is not DDIM with that eta."),
    ] = 0.5

    card = Card(
        title="Churn",
        idea="Between the deterministic and the ancestral step: the share churn^2 of the way towards forgetting the noise.",
        formula="kept = 1 - churn^2 (1 - rho); x' = sqrt(ab') x0 + sqrt(t') (kept eps + sqrt(1 - kept^2) Z)",
        cost="one guided score a step",
        citation="Galashov et al. 2025, arXiv 2510.00815",
    )
    examples = ({}, {"churn": 0}, {"churn": 1})

    @property
    def unit_noise(self) -> bool:
        return self.churn == 1

    @property
    def stochastic(self) -> bool:
        return self.churn > 0

    def linear_step(self, moment: Moment) -> LinearStep:
        lost = self.churn**2 * moment.sigma_drop  # 1 - kept
        return redraw_step(moment, lost * (2 - lost))
