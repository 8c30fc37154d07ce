"""Look-ahead guidance: the gradient of the reward at the point that a noisy one seems to lead to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind
from gdviz.guidance._plan import Plan
from gdviz.guidance._reward_plan import reward_plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.guidance.look_aheads import LOOK_AHEADS, LookAheadKind, log_reward_ahead
from gdviz.guidance.look_aheads.tweedie import Tweedie
from gdviz.guidance.reward import where_mass_is
from gdviz.rewards import REWARDS, Reward, RewardKind, build_reward, check_positive
from gdviz.scores import Score


class RewardAhead(Guidance):
    """base + w omega grad_x log r(look(x)).

    Parameters
    ----------
    score : callable
        (x, t) -> score of p.
    reward : Reward
    look : LookAheadKind
    schedule : ScheduleKind
    """

    def __init__(self, score: Score, reward: Reward, look: LookAheadKind, schedule: ScheduleKind) -> None:
        self.score, self.reward, self.look, self.schedule = score, reward, look, schedule

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        base = self.score(x, moment.t)  # [..., d]
        _, push = log_reward_ahead(self.look, self.reward, self.score, x, moment)
        assert push is not None
        return Guided(base, push, self.schedule.omega(moment)), memory


class LookAhead(GuidanceKind):
    """s + w grad log r(look-ahead of x): plug-in guidance, DPS with the denoiser's exact Jacobian.

    The exact push is grad log E[r(X_0) | X_t = x] (`reward` guidance); this takes the mean inside log r. Exact where r is
    exp of a linear function or the clean point is known; elsewhere it finds more reward than the law allows.
    """

    kind: Literal["look_ahead"] = "look_ahead"
    reward: Annotated[RewardKind, REWARDS, Field(description="r, positive wherever the target has mass.")]
    look: Annotated[LookAheadKind, LOOK_AHEADS, Field(description="The guess of the clean point.")] = Tweedie()

    card = Card(
        title="Look-ahead guidance",
        idea="Guess the clean point, and climb its reward. Needs no table and no training, but the reward of a guess is not the "
        "guess of the reward.",
        formula="s + w grad log r(look(x)), look(x) = E[X_0 | X_t = x] or the end of the ODE",
        base_law="p(x)",
        aims_at="p(x) r(x)^w / E r^w, and misses it",
        cost="a look-ahead and its gradient a step: two scores and a backward pass for the denoiser",
        citation="Chung, Kim, McCann, Klasky, Ye 2022, arXiv 2209.14687",
    )
    examples = (
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}},
        {"reward": {"kind": "expression", "expression": "0.2 + exp(-(x-1)**2/2)"}, "look": {"kind": "flow_map", "steps": 2}},
    )

    def build(self, context: GuidanceContext) -> Plan:
        reward = build_reward(self.reward, context.for_rewards)
        check_positive(reward, where_mass_is(context.law), self.reward)
        score = context.scores.single(context.law)
        return reward_plan(context, reward, "reward", lambda pair, base: RewardAhead(score, reward, self.look, self.schedule))
