"""No look ahead: the noisy point itself."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance.look_aheads._look_ahead import LookAheadKind
from gdviz.scores import Score


class Here(LookAheadKind):
    """x itself, as if it were clean."""

    kind: Literal["here"] = "here"

    card = Card(
        title="The noisy point itself",
        idea="Judge a noisy point as if it were clean. Cheap, and far from the truth until the noise is small.",
        formula="x",
        cost="no score",
        citation="Skreta, Akhound-Sadegh, Ohanesian, et al. 2025, arXiv 2503.02819",
    )

    def point(self, score: Score, x: Tensor, moment: Moment) -> Tensor:
        return x
