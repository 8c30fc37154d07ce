"""The law's own score, known in closed form."""

from __future__ import annotations

from typing import Literal

import torch

from gdviz.family import Card
from gdviz.laws import Law, Pair, pair
from gdviz.scores._scores import Base, Score, Scores, ScoresContext, ScoresKind


class ExactScores(Scores):
    """Every score is the law's own; a law known by samples alone has none, which is said at once and not at the first step."""

    def single(self, law: Law, labelled: bool = False) -> Score:
        _check_known(law)
        return law.remembering().score

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        _check_known(toward)
        _check_known(away)
        return pair(toward, away)


def _check_known(law: Law) -> None:
    if law.by_samples:
        law.score(torch.zeros(1, law.dimension), 0.5)  # the law itself says why not


class Exact(ScoresKind):
    """Exact scores: nothing is trained, so every number can be held against the truth."""

    kind: Literal["exact"] = "exact"

    card = Card(title="Exact score", idea="The score of the noised target, in closed form.", formula="s_t(x) = grad log p_t(x)")

    def build(self, context: ScoresContext) -> Scores:
        return ExactScores()
