"""No guidance: the plain law."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.scores._scores import Score


class Unguided(Guidance):
    """The score itself; the push is zero."""

    def __init__(self, score: Score) -> None:
        self.score = score

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        base = self.score(x, moment.t)
        return Guided(base, torch.zeros_like(base), 0.0), memory


class NoGuidance(GuidanceKind):
    """Samples p(x), whatever w."""

    kind: Literal["none"] = "none"

    card = Card(
        title="No guidance",
        idea="Follow the score of the target.",
        formula="s_t(x)",
        base_law="p(x)",
        aims_at="p(x)",
        cost="one score a step",
        citation="Ho, Jain, Abbeel 2020, arXiv 2006.11239",
    )

    def build(self, context: GuidanceContext) -> Plan:
        return Plan(rule=Unguided(context.scores.single(context.law)), unguided=context.law)
