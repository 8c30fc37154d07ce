"""A conditional law with some of the unconditional one in it."""

from __future__ import annotations

import math

import torch

from gdviz.laws.law import Origin
from gdviz.laws.mixture import Mixture
from gdviz.laws.sampled import SampledLaw


def diluted(law: Mixture | SampledLaw, label: str, share: float, origin: Origin) -> Mixture | SampledLaw:
    """The law share p(. | label) + (1 - share) p, components (or samples) shared.

    Parameters
    ----------
    law : Mixture or SampledLaw
        p.
    label : str
    share : float
        In (0, 1).
    origin : Given or TiltedBy
        What a learned score knows it by.

    Raises
    ------
    GdvizError
        If the law does not know the label.
    """
    inside, whole = law.given(label).log_weights, law.log_weights  # [K]
    mixed = torch.logaddexp(inside + math.log(share), whole + math.log1p(-share))  # [K]
    factor = torch.where(whole.isfinite(), mixed - whole, 0.0)  # [K]
    name = f"{share:g} {law.given(label).name} + {1 - share:g} {law.name}"
    return law.reweighted(factor, name, origin)
