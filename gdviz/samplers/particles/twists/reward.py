"""The reward itself, read at the noisy point."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance import Guide, Guided
from gdviz.samplers.particles.twists._gradient import log_reward
from gdviz.samplers.particles.twists._twist import Foresight, TwistKind


class RewardTwist(TwistKind):
    """psi_t(x) = r(x), as if the noisy point were clean."""

    kind: Literal["reward"] = "reward"

    card = Card(
        title="Reward of the noisy point",
        idea="Judge a noisy point by its own reward. Cheap, and far from the truth until the noise is small: temper it.",
        formula="psi_t(x) = r(x)",
        cost="no score beyond the base one",
        citation="Skreta, Akhound-Sadegh, Ohanesian, et al. 2025, arXiv 2503.02819",
    )

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        return log_reward(guide, lambda point: point, x, gradient)
