"""The guide that does not guide: what samplers follow where they run the base law first."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.guidance import Guide, Guided
from gdviz.samplers._sampler import GuideLike


def unguided(guide: Guide) -> GuideLike:
    """The base score alone, at every w."""

    def base(x: Tensor, moment: Moment) -> Guided:
        return Guided(guide.rule(x, moment, None)[0].base, torch.zeros_like(x), weight=0.0)

    return base
