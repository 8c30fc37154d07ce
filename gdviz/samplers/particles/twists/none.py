"""No twist: particles are weighed at the end alone."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance import Guide, Guided
from gdviz.samplers.particles.twists._twist import Foresight, TwistKind


class NoTwist(TwistKind):
    """psi_t = 1."""

    kind: Literal["none"] = "none"

    card = Card(
        title="None",
        idea="Run the base sampler, weigh the end points by r^w: importance resampling, the baseline to beat.",
        formula="psi_t(x) = 1",
        cost="no guided score",
        citation="Rubin 1987",
    )

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        return Foresight(x.new_zeros(x.shape[:-1]), torch.zeros_like(x) if gradient else None)
