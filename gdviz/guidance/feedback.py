"""Feedback guidance: a weight that each point gets by how much of the condition is already in it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_goals
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.laws import LabelPosterior, Law, Mixture, Pair, SampledLaw
from gdviz.laws.diluted import diluted
from gdviz.laws.law import TiltedBy
from gdviz.rewards import Reward
from gdviz.rewards.class_probability import ClassProbabilityReward

Share = Annotated[float, Field(gt=0, le=1)]


class Feedback(Guidance):
    """s_q + w omega (lambda - 1) (s_q - s), lambda = r / (r - (1 - assumed)), r = q_t(x) / p_t(x).

    Parameters
    ----------
    pair : Pair
        Scores of (q, p), with their density ratio.
    assumed : float
        The share of p(. | c) that q is taken to have.
    most : float
        Greatest lambda; it is taken where r is not above 1 - assumed, which cannot be if q is what it is taken for.
    schedule : ScheduleKind
    """

    def __init__(self, pair: Pair, assumed: float, most: float, schedule: ScheduleKind) -> None:
        self.pair, self.assumed, self.most, self.schedule = pair, assumed, most, schedule

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        score, push, log_ratio = self.pair(x, moment.t)
        assert log_ratio is not None  # `Feedback` is built of such a pair alone
        rest = 1 - self.assumed
        condition = (log_ratio().exp() - rest)[..., None]  # [..., 1]  assumed p_t(x | c) / p_t(x)
        excess = torch.where(condition > 0, rest / condition, torch.inf).clamp_max(self.most - 1)  # lambda - 1
        return Guided(score, excess * push, self.schedule.omega(moment)), memory


class DilutedReward(Reward):
    """r(x) = share p(label | x) / p(label) + 1 - share: what turns p into the diluted conditional law; its mean is 1."""

    def __init__(self, posterior: LabelPosterior, probability: float, share: float) -> None:
        self.posterior, self.probability, self.share = posterior, probability, share

    def log(self, x: Tensor) -> Tensor:
        return (self.share / self.probability * self.posterior(x).exp() + 1 - self.share).log()  # [...]


class FeedbackGuidance(GuidanceKind):
    """Guidance of a conditional law q = share p(. | c) + (1 - share) p toward p(. | c); base q, w = 0 samples q.

    With `assumed` = `share` and no bound in the way, w = 1 follows the score of p(. | c) exactly, made of the scores of q and p
    alone. A model without dilution (`share` 1) that is taken for a diluted one is pushed too far.
    """

    kind: Literal["feedback"] = "feedback"
    label: Label
    share: Annotated[Share, Field(description="Share of p(x | c) in the law that w = 0 samples; the rest is p(x).")] = 0.8
    assumed: Annotated[
        Share | None, Field(description="The share that the method believes in; left out, the true one. 1 is no guidance.")
    ] = None
    most: Annotated[float, Field(ge=1, le=1e6, description="Greatest guidance scale lambda that a point gets.")] = 1000.0

    card = Card(
        title="Feedback guidance",
        idea="Take the conditional model for a mixture of the right law and the unconditional one, and work out from its own "
        "densities how much of the latter is at each point: points that show the condition are left alone, others are pushed. "
        "Here the model in hand is such a mixture, of a share that you choose, and the density ratio is exact; the paper sums it "
        "up along the path. Ours: w, which turns the correction on.",
        formula="s_q + w (lambda - 1) (s_q - s), lambda = r / (r - (1 - pi)), r = q_t / p_t, q = pi p(x | c) + (1 - pi) p(x)",
        base_law="pi p(x | c) + (1 - pi) p(x), pi the share",
        aims_at="p(x | c), met exactly at w = 1 where the share assumed is the true one; too far where it is assumed too small",
        cost="two scores and their density ratio a step; learned scores have none",
        citation="Koulischer, Handke, Deleu, Demeester, Ambrogioni 2025, arXiv 2506.06085",
    )
    examples = ({"label": "b"}, {"label": "b", "share": 1, "assumed": 0.9, "most": 20})

    def build(self, context: GuidanceContext) -> Plan:
        law, posterior = context.law, context.law.log_posterior(self.label)
        base = self._base(law, posterior)
        pair = context.scores.pair(base, law)
        if pair(torch.zeros(1, law.dimension), 0.5).log_ratio is None:
            raise GdvizError(
                "score: found scores that know no densities; feedback guidance needs the ratio of two; allowed: exact scores."
            )
        assumed = self.share if self.assumed is None else self.assumed
        return Plan(
            rule=Feedback(pair, assumed, self.most, self.schedule),
            unguided=base,
            reward=ClassProbabilityReward(self.label, posterior),
            reward_title=f"p({self.label} | x)",
            goals=label_goals(law, self.label)[:1],
        )

    def _base(self, law: Law, posterior: LabelPosterior) -> Law:
        if self.share == 1:
            return law.given(self.label)
        if not isinstance(law, Mixture | SampledLaw):
            raise GdvizError(f"share: found {self.share:g} with a target that is no mixture; allowed: 1, a law without dilution.")
        reward = DilutedReward(posterior, law.class_probability(self.label), self.share)
        return diluted(law, self.label, self.share, TiltedBy(reward))
