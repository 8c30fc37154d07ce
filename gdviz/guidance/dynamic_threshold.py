"""CFG whose guess of the clean point cannot leave the range of the data."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_plan
from gdviz.guidance._over_coordinates import percentile
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided, WeightedGuidance
from gdviz.guidance._unified import Unified


class Thresholded(WeightedGuidance):
    """D_base + T(D_total) - T(D_base), with D = (x + t score) / sqrt(alpha_bar) the guess of the clean point.

    T(D) = clip(D, -s, s) scale / s is Imagen's: s is the percentile of |D| over the coordinates of a point, at least `scale`.
    Imagen's guess is T(D_total), so that w = 0 is cut as well; here that is subtracted, and w = 0 is no guidance. The two
    are one wherever the unguided guess is inside the range.
    """

    def __init__(self, parts: Guidance, percent: float, scale: float | None) -> None:
        super().__init__(parts)
        self.percent, self.scale = percent, scale

    def at_weight(self, guided: Guided, x: Tensor, moment: Moment) -> Guided:
        if self.scale is None:
            return guided
        to_guess, to_score = 1 / math.sqrt(moment.alpha_bar), math.sqrt(moment.alpha_bar) / moment.t
        guesses = [torch.add(x, score, alpha=moment.t) * to_guess for score in (guided.total, guided.base)]  # [..., d] each
        cut, cut_at_0 = (self._cut(guess, self.scale) for guess in guesses)  # [..., d]
        return guided.moved((cut - cut_at_0) * to_score)

    def _cut(self, guess: Tensor, scale: float) -> Tensor:
        """T(D) - D, [..., d]; exactly 0 inside the range."""
        bound = percentile(guess.abs(), self.percent).clamp_min(scale)  # [..., 1]
        return torch.minimum(torch.maximum(guess, -bound), bound) * (scale / bound) - guess


class DynamicThreshold(GuidanceKind):
    """CFG with Imagen's dynamic thresholding of the guided guess."""

    kind: Literal["dynamic_threshold"] = "dynamic_threshold"
    label: Label
    percentile: Annotated[
        float, Field(gt=0, le=100, description="Percentile of a guess's |coordinates| that is brought back to the scale, in %.")
    ] = 99.5
    scale: Annotated[
        Annotated[float, Field(gt=0, le=1e6)] | None,
        Field(description="How far the data reach along each axis (1 in Imagen); null for no bound, which is CFG."),
    ] = 3.0

    card = Card(
        title="CFG, dynamic threshold",
        idea="Where a strong push makes the guess of the clean point leave the range of the data, shrink the guess until most of "
        "its coordinates are back in it. Images have thousands of coordinates to take a percentile of; in 1-D this is a clip "
        "at the scale, in 2-D the larger coordinate counts and the guess is pulled into a square around the origin: move the "
        "data and the method changes. Ours: the scale, and that what the unguided guess would lose is given back, so that "
        "w = 0 stays no guidance.",
        formula="T(D) = clip(D, -s, s) scale / s, s = max(scale, percentile of |D|); guess D_0 + T(D_w) - T(D_0)",
        base_law="p(x | c)",
        aims_at="nothing exact; CFG as the scale grows",
        cost="two scores a step",
        citation="Saharia et al. 2022, arXiv 2205.11487, section 2.3",
    )
    examples = ({"label": "b"}, {"label": "b", "percentile": 90, "scale": 1.5})

    def build(self, context: GuidanceContext) -> Plan:
        return label_plan(
            context,
            self.label,
            lambda pair: Thresholded(Unified(pair, "toward", self.schedule), self.percentile, self.scale),
        )
