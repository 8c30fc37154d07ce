"""The law's own score, known in closed form."""

from __future__ import annotations

from typing import Literal

from gdviz.family import Card
from gdviz.laws import Law, Pair, pair
from gdviz.scores._scores import Base, Score, Scores, ScoresContext, ScoresKind


class ExactScores(Scores):
    """Every score is the law's own."""

    def single(self, law: Law, labelled: bool = False) -> Score:
        return law.score

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        return pair(toward, away)


class Exact(ScoresKind):
    """Exact scores: nothing is trained, so every number can be held against the truth."""

    kind: Literal["exact"] = "exact"

    card = Card(title="Exact score", idea="The score of the noised target, in closed form.", formula="s_t(x) = grad log p_t(x)")

    def build(self, context: ScoresContext) -> Scores:
        return ExactScores()
