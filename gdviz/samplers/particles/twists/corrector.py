"""The Feynman-Kac corrector: weights that accumulate along the path, from scores alone."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance import Guide, Guided, Unified
from gdviz.samplers.particles.twists._twist import Foresight, TwistKind


class Corrector(TwistKind):
    """d log W = g (g - 1) / 2 |s_toward - s_away|^2 du along the guided path, whose score is g s_toward + (1 - g) s_away.

    The weighted particles follow p^toward_t^g p^away_t^(1 - g) at every level, up to the size of the steps (MATH section 4,
    row 9). g = 1 + w where w = 0 samples the law toward which the push leads (a label), g = w where it samples the
    other (a reward). No density is asked for, so learned scores will do.
    """

    kind: Literal["corrector"] = "corrector"
    integrates: ClassVar[bool] = True

    card = Card(
        title="Feynman-Kac corrector",
        idea="Guide as usual, and keep book of what guidance gets wrong: the weights make good what the score alone misses.",
        formula="d log W = g (g - 1) / 2 |s_toward - s_away|^2 du",
        cost="two scores a step",
        citation="Skreta, Akhound-Sadegh, Ohanesian, et al. 2025, arXiv 2503.02819",
    )

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        return Foresight(x.new_zeros(x.shape[:-1]), guided.push)

    def rate(self, guide: Guide, guided: Guided) -> Tensor:
        assert isinstance(guide.rule, Unified)
        w = torch.as_tensor(guided.weight, dtype=guided.push.dtype, device=guided.push.device)
        g = w + 1 if guide.rule.base == "toward" else w  # [W, 1, 1]
        return (0.5 * g * (g - 1) * guided.push.square()).sum(-1)  # [...]
