"""Scores of a network that is already in the store."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.laws import Law, TiltedBy
from gdviz.networks import Checkpoint
from gdviz.scores._learned import LearnedScores
from gdviz.scores._scores import Scores, ScoresContext, ScoresKind


class StoredNetwork(ScoresKind):
    """A trained network by its id. It is loaded, never trained; what it learned decides which laws it can stand for."""

    kind: Literal["checkpoint"] = "checkpoint"
    id: Annotated[
        str, Field(pattern=r"^[0-9a-f]{8,64}$", description="The id under which the network is stored, or its first digits.")
    ]

    card = Card(
        title="Stored network",
        idea="A network trained before, by its id in the store (its first characters are enough).",
        cost="one network pass a score",
    )
    examples = ()

    @property
    def source(self) -> str:
        return f"stored network {self.id[:8]}"

    def build(self, context: ScoresContext) -> Scores:
        checkpoint = context.stored(self.id)

        def find(law: Law, conditional: bool) -> Checkpoint:
            tilted = isinstance(law.origin, TiltedBy)
            if tilted != (checkpoint.what in ("tilted", "difference")):
                raise GdvizError(
                    f"score: found a checkpoint that learned {checkpoint.what!r}, which cannot stand for {law.name}; "
                    'use {"kind": "by_part"} to give each part its own.'
                )
            return checkpoint

        return LearnedScores(find)
