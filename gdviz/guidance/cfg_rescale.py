"""CFG whose guided score is brought back to the length of the conditional one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_plan
from gdviz.guidance._over_coordinates import dot
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided, WeightedGuidance
from gdviz.guidance._unified import Unified

SHORTEST = 1e-24
"""Squared length below which a guided score is not scaled up any further."""


class Rescaled(WeightedGuidance):
    """phi |base| / |total| total + (1 - phi) total, the lengths being those of each point.

    Lin et al. take standard deviations over an image's pixels and channels. Of one coordinate there is none, and of two it
    depends on the axes. The length over sqrt(d) is the same number where the mean over the pixels is small, and has a
    meaning in any dimension.
    """

    def __init__(self, parts: Guidance, phi: float) -> None:
        super().__init__(parts)
        self.phi = phi

    def at_weight(self, guided: Guided, x: Tensor, moment: Moment) -> Guided:
        total = guided.total  # [..., d]
        ratio = (dot(guided.base, guided.base) / dot(total, total).clamp_min(SHORTEST)).sqrt()  # [..., 1]
        return guided.moved(total * (self.phi * (ratio - 1)))


class CfgRescale(GuidanceKind):
    """CFG, with the guided score shortened toward the length of the score of p(. | c)."""

    kind: Literal["cfg_rescale"] = "cfg_rescale"
    label: Label
    phi: Annotated[
        float, Field(ge=0, le=1, description="Share of the rescaled score; 0 is CFG, 1 has the conditional score's length.")
    ] = 0.7

    card = Card(
        title="CFG, rescaled",
        idea="A strong push makes the score too long, which over-exposes images: keep its direction and bring its length back "
        "toward the conditional score's. The paper compares standard deviations over the pixels of a network's output. Ours: "
        "of the score, and lengths, which are the same where the pixels' mean is small and make sense for one or two "
        "coordinates as well. In 1-D a length leaves nothing but the sign: phi = 1 guides only where w turns the score round.",
        formula="s_w = s(x | c) + w (s(x | c) - s(x)); phi s_w |s(x | c)| / |s_w| + (1 - phi) s_w",
        base_law="p(x | c)",
        aims_at="nothing exact; phi = 0 is CFG",
        cost="two scores a step",
        citation="Lin, Liu, Li, Yang 2023, arXiv 2305.08891, section 3.4",
    )
    examples = ({"label": "b"}, {"label": "b", "phi": 1})

    def build(self, context: GuidanceContext) -> Plan:
        return label_plan(context, self.label, lambda pair: Rescaled(Unified(pair, "toward", self.schedule), self.phi))
