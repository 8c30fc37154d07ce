"""The reward of the point that a noisy one seems to lead to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance import Guide, Guided, Unified
from gdviz.guidance.look_aheads import LOOK_AHEADS, LookAheadKind, log_reward_ahead
from gdviz.guidance.look_aheads.tweedie import Tweedie
from gdviz.samplers.particles.twists._twist import Foresight, TwistKind


class LookAheadTwist(TwistKind):
    """psi_t(x) = r(look(x)): with the denoiser FK steering (gradient 0) and TDS (gradient 1), with the flow map FMTT."""

    kind: Literal["look_ahead"] = "look_ahead"
    look: Annotated[LookAheadKind, LOOK_AHEADS, Field(description="The guess of the clean point.")] = Tweedie()

    card = Card(
        title="Reward of a look-ahead",
        idea="Weigh a noisy point by the reward of the clean point that it seems to lead to.",
        formula="psi_t(x) = r(look(x))",
        cost="a look-ahead a step, and its gradient where the proposal follows it",
        citation="Wu, Trippe, Naesseth, Blei, Cunningham 2023, arXiv 2306.17775; Singhal et al. 2025, arXiv 2501.06848",
    )
    examples = ({}, {"look": {"kind": "here"}}, {"look": {"kind": "flow_map", "steps": 2}})

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        assert guide.reward is not None and isinstance(guide.rule, Unified)
        return Foresight(*log_reward_ahead(self.look, guide.reward, guide.rule.base_score, x, moment, gradient))
