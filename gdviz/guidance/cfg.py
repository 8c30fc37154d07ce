"""Classifier-free guidance."""

from __future__ import annotations

from typing import Literal

from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_plan
from gdviz.guidance._plan import Plan
from gdviz.guidance._unified import Unified


class Cfg(GuidanceKind):
    """(1 + w) s_c - w s: base p(. | c), toward p(. | c), away from p; w = -1 samples p."""

    kind: Literal["cfg"] = "cfg"
    label: Label

    card = Card(
        title="Classifier-free guidance",
        idea="Step away from what any label would give. On average it lowers 1 / p(c | x), the number of times "
        "a random labeller must be asked before c is heard.",
        formula="s(x | c) + w (s(x | c) - s(x))",
        base_law="p(x | c)",
        aims_at="neither p(x | c) nor the powered law: what is sampled depends on the sampler",
        cost="two scores a step",
        citation="Ho, Salimans 2022, arXiv 2207.12598; Li, Jiao 2025, arXiv 2505.01382; Jiao, Chen, Li 2025, arXiv 2512.04985",
    )
    examples = ({"label": "b"},)

    @property
    def label_pushed_to(self) -> str:
        return self.label

    def build(self, context: GuidanceContext) -> Plan:
        return label_plan(context, self.label, lambda pair: Unified(pair, "toward", self.schedule))
