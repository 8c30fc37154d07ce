"""Another score for each part of a guided sampler."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.laws import Given, Law, Pair, PairScores
from gdviz.scores._scores import SCORES, Base, Score, Scores, ScoresContext, ScoresKind


class PartScores(Scores):
    """The base from one source, the law pushed toward and the law pushed away from others."""

    def __init__(self, base: Scores, toward: Scores, away: Scores, differ: bool = True) -> None:
        self.base, self.toward, self.away, self._differ = base, toward, away, differ

    @property
    def by_part(self) -> bool:
        return self._differ

    def single(self, law: Law, labelled: bool = False) -> Score:
        return self.base.single(law, labelled)

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        labelled = any(isinstance(law.origin, Given) for law in (toward, away))
        first, second = self.toward.single(toward, labelled), self.away.single(away, labelled)
        followed = self.base.single(toward if base == "toward" else away, labelled)

        def pair(x: Tensor, t: float) -> PairScores:
            score = followed(x, t)  # [..., d]
            push = first(x, t) - second(x, t)  # [..., d]
            # A rule finds its base at `toward`, or at toward - push: either way it is the score followed here.
            return PairScores(score if base == "toward" else score + push, push, None)

        return pair


class ByPart(ScoresKind):
    """base + w (toward - away), each part from a source of its own.

    With a worse network as `away` this is autoguidance; with exact parts but one it shows whose error matters.
    """

    kind: Literal["by_part"] = "by_part"
    base: Annotated[ScoresKind, SCORES, Field(description="The source of what is followed without guidance.")]
    toward: Annotated[ScoresKind, SCORES, Field(description="The source of the score that the push leads toward.")]
    away: Annotated[ScoresKind, SCORES, Field(description="The source of the score that it leads away from.")]

    card = Card(
        title="A score for each part",
        idea="The score that is followed, the one pushed toward and the one pushed away from come from different sources.",
        formula="base + w (toward - away)",
        cost="three scores a step",
    )
    examples = ({"base": {"kind": "exact"}, "toward": {"kind": "exact"}, "away": {"kind": "exact"}},)

    def build(self, context: ScoresContext) -> Scores:
        base, toward, away = (part.build(context) for part in (self.base, self.toward, self.away))
        return PartScores(base, toward, away, differ=self.toward != self.away)
