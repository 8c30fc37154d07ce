"""Guidance away from the class that the wanted one is most easily taken for."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_goals
from gdviz.guidance._plan import Plan
from gdviz.guidance._unified import Unified
from gdviz.laws import Law
from gdviz.rewards.class_probability import ClassProbabilityReward

SAMPLES, LEVEL = 2000, 0.5
"""Samples of p(. | c), and the noise variance at which they are asked what else they may be (0 for a target known by samples)."""


class AwayFromClass(Unified):
    """The unified rule between two classes, as a rule of its own.

    What would be claimed for `Unified` speaks of p(c | x) / p(c' | x); what is read off, and weighs particles, is p(c | x).
    """


class ConfusingClass(GuidanceKind):
    """s(x | c) + w (s(x | c) - s(x | c')), c' the class most confused with c; base p(. | c), w = 0 samples it."""

    kind: Literal["confusing_class"] = "confusing_class"
    label: Label
    against: Annotated[
        Annotated[str, Field(max_length=200)] | None,
        Field(description="The class c' that samples are pushed away from; left out, the one most confused with c."),
    ] = None

    card = Card(
        title="Away from the confusing class (GFCG-style)",
        idea="CFG steps away from all classes at once. Step away instead from the one that samples of c are most easily taken "
        "for, or from a class that you name, as a negative prompt does. GFCG-style: the paper picks the class along the path and "
        "has a law for the scale, neither of which is here. Ours: one class for the whole run, the likeliest other one of noised "
        "samples of c.",
        formula="s(x | c) + w (s(x | c) - s(x | c')), c' = argmax of E[p_t(c' | X_t) | c] at t = 0.5",
        base_law="p(x | c)",
        aims_at="nothing exact; away from c'",
        cost="two scores a step",
        citation="Shenoy, Pan, Balakrishnan, Cheng, Jeon, Yang, Kim 2024, arXiv 2411.15393",
    )
    examples = ({"label": "b"}, {"label": "b", "against": "a"})

    def build(self, context: GuidanceContext) -> Plan:
        law = context.law
        toward = law.given(self.label)
        other = most_confused(law, self.label) if self.against is None else self.against
        if other == self.label:
            raise GdvizError(f"against: found {other!r}, the class that samples are guided to; name another one or none.")
        return Plan(
            rule=AwayFromClass(context.scores.pair(toward, law.given(other)), "toward", self.schedule),
            unguided=toward,
            reward=ClassProbabilityReward(self.label, law.log_posterior(self.label)),
            reward_title=f"p({self.label} | x)",
            goals=label_goals(law, self.label)[:1],
        )


def most_confused(law: Law, label: str) -> str:
    """The other label that is likeliest on average at noised samples of p(. | label).

    Raises
    ------
    GdvizError
        If there is no other label.
    """
    others = [name for name in law.labels if name != label]
    if not others:
        raise GdvizError(f"label: found {label[:60]!r}, the target's only one; this guidance needs a second to step away from.")
    generator, t = torch.Generator().manual_seed(0), 0.0 if law.by_samples else LEVEL
    x = law.given(label).sample(SAMPLES, generator).x  # [n, d]
    x = math.sqrt(1 - t) * x + math.sqrt(t) * torch.randn(x.shape, generator=generator, dtype=torch.float64)
    chances = [float(law.log_posterior(name)(x, t).exp().mean()) for name in others]
    return others[chances.index(max(chances))]
