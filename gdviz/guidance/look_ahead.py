"""Look-ahead guidance: the gradient of the reward at the point that a noisy one seems to lead to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._look_ahead_plan import look_ahead_plan
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.guidance.look_aheads import LOOK_AHEADS, LookAheadKind, see_ahead
from gdviz.guidance.look_aheads.tweedie import Tweedie
from gdviz.rewards import REWARDS, Reward, RewardKind
from gdviz.scores import Score

AddedTo = Literal["score", "velocity"]


class RewardAhead(Guidance):
    """base + w omega grad_x log r(look(x)), or the same added to the velocity of flow matching.

    In flow time tau the velocity toward the data is (x + tau s) / (1 - tau), so that a gradient added to it is one over sigma
    = tau / (1 - tau) added to the score.

    Parameters
    ----------
    score : callable
        (x, t) -> score of p.
    reward : Reward
    look : LookAheadKind
    schedule : ScheduleKind
    added_to : {"score", "velocity"}
    """

    def __init__(
        self, score: Score, reward: Reward, look: LookAheadKind, schedule: ScheduleKind, added_to: AddedTo = "score"
    ) -> None:
        self.score, self.reward, self.look, self.schedule, self.added_to = score, reward, look, schedule, added_to

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        seen = see_ahead(self.look, self.reward, self.score, x, moment)
        omega = self.schedule.omega(moment)
        return Guided(seen.score, seen.gradient, omega if self.added_to == "score" else omega / moment.sigma), memory


class LookAhead(GuidanceKind):
    """s + w grad log r(look-ahead of x): plug-in guidance, DPS with the denoiser's exact Jacobian.

    The exact push is grad log E[r(X_0) | X_t = x] (`reward` guidance); this takes the mean inside log r. Exact where r is
    exp of a linear function or the clean point is known; elsewhere it finds more reward than the law allows.
    """

    kind: Literal["look_ahead"] = "look_ahead"
    reward: Annotated[RewardKind, REWARDS, Field(description="r, positive wherever the look-ahead may land.")]
    look: Annotated[LookAheadKind, LOOK_AHEADS, Field(description="The guess of the clean point.")] = Tweedie()
    added_to: Annotated[
        AddedTo, Field(description="What the gradient is added to: the score, or flow matching's velocity (1 / sigma times it).")
    ] = "score"

    card = Card(
        title="Look-ahead guidance",
        idea="Guess the clean point, and climb its reward. Needs no table and no training, but the reward of a guess is not the "
        "mean reward of what x may become: samples can earn more than the tilted law does, leave the support, or stay in a mode "
        "that no gradient leads out of. Where log r has no slope nothing happens.",
        formula="s + w grad log r(look(x)), look(x) = E[X_0 | X_t = x] or the end of the ODE",
        base_law="p(x)",
        aims_at="p(x) r(x)^w / E r^w, and misses it",
        cost="a look-ahead and its gradient a step: one score and a backward pass for the denoiser",
        citation="Chung, Kim, McCann, Klasky, Ye 2022, arXiv 2209.14687; "
        "Sabour, Albergo, Domingo-Enrich, et al. 2025, arXiv 2511.22688",
    )
    examples = (
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}},
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}, "look": {"kind": "flow_map", "steps": 2}},
        {"reward": {"kind": "expression", "expression": "exp(x/2)"}, "look": {"kind": "here"}, "added_to": "velocity"},
    )

    def build(self, context: GuidanceContext) -> Plan:
        return look_ahead_plan(
            context, self.reward, self.look, lambda score, r: RewardAhead(score, r, self.look, self.schedule, self.added_to)
        )
