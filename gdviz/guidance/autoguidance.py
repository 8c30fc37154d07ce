"""Autoguidance: away from a worse version of the same network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._label_plan import label_goals
from gdviz.guidance._plan import Goal, Plan
from gdviz.guidance._unified import Unified
from gdviz.rewards.class_probability import ClassProbabilityReward


class Autoguidance(GuidanceKind):
    """s_good + w (s_good - s_bad), both meant to be the score of p(. | label), or of p without a label.

    Both parts stand for one law, so that nothing but the fitting error is guided away: with exact scores there
    would be no push. The scores come from `by_part`, whose `away` is a smaller or less trained network.
    """

    kind: Literal["autoguidance"] = "autoguidance"
    label: Annotated[str | None, Field(description="Sample p(. | label); null samples p.")] = None

    card = Card(
        title="Autoguidance",
        idea="Step away from what a worse network would do: where a smaller or less trained version of the same network "
        "errs more in the same direction, the difference of the two points back to the law.",
        formula="s_good + w (s_good - s_bad)",
        base_law="p(x), or p(x | c)",
        aims_at="the law itself: a correction of the fitting error, nothing exact; both parts stand for one law",
        cost="two scores a step, three where base and toward are networks of their own",
        citation="Karras, Aittala, Kynkäänniemi, Lehtinen, Aila, Laine 2024, arXiv 2406.02507",
    )
    examples = ({}, {"label": "b"})
    example_score = {
        "kind": "by_part",
        "base": {"kind": "exact"},
        "toward": {"kind": "exact"},
        "away": {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "field", "size": 0.5}},
    }

    def build(self, context: GuidanceContext) -> Plan:
        if not context.scores.by_part:
            raise GdvizError(
                "score: found one score for both parts, which differ by nothing; autoguidance needs "
                '{"kind": "by_part"} with a worse network as "away" than as "toward".'
            )
        plain = context.law
        law = plain if self.label is None else plain.given(self.label)
        rule = Unified(context.scores.pair(law, law), "toward", self.schedule)
        if self.label is None:
            goals = (Goal("plain", plain.name, lambda w, n, generator: plain.sample(n, generator).x),)
            return Plan(rule=rule, unguided=law, goals=goals)
        return Plan(
            rule=rule,
            unguided=law,
            reward=ClassProbabilityReward(self.label, plain.log_posterior(self.label)),
            reward_title=f"p({self.label} | x)",
            goals=label_goals(plain, self.label)[:1],
        )
