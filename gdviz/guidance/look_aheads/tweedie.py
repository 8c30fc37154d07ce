"""The denoiser: the mean of the clean points that a noisy one may come from."""

from __future__ import annotations

import math
from typing import Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance.look_aheads._look_ahead import LookAheadKind
from gdviz.scores import Score


class Tweedie(LookAheadKind):
    """E[X_0 | X_t = x] = (x + t s_t(x)) / sqrt(alpha_bar) (MATH section 1)."""

    kind: Literal["tweedie"] = "tweedie"

    card = Card(
        title="Denoiser (Tweedie)",
        idea="Judge the mean of what the point may become. Between two modes it is in neither, which a reward can exploit.",
        formula="E[X_0 | X_t = x] = (x + t s_t(x)) / sqrt(alpha_bar)",
        cost="one score",
        citation="Chung, Kim, McCann, Klasky, Ye 2022, arXiv 2209.14687",
    )

    def point(self, score: Score, x: Tensor, moment: Moment) -> Tensor:
        return (x + moment.t * score(x, moment.t)) / math.sqrt(moment.alpha_bar)  # [..., d]
