"""Scores learned from samples: trained when they are first asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.family import Card
from gdviz.laws import Law, TiltedBy
from gdviz.networks import Checkpoint, Recipe
from gdviz.scores._learned import LearnedScores
from gdviz.scores._scores import Scores, ScoresContext, ScoresKind, Wanted, What


class Network(ScoresKind):
    """One network for p, or for p and every p(. | label); another for p r / E r."""

    kind: Literal["network"] = "network"
    recipe: Annotated[Recipe, Field(description="The network, and how it is fitted.")] = Recipe()
    steps: Annotated[int, Field(ge=1, le=1_000_000, description="Optimiser steps.")] = 4000
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Of the weights and the data.")] = 0

    card = Card(
        title="Trained network",
        idea="A small network fitted to noised samples; the reward's score too, from clean samples weighted by r, without "
        "simulating a trajectory and without a gradient of r.",
        formula="eps(x, t) = argmin E |eps(sqrt(1-t) X_0 + sqrt(t) Z, t) - Z|^2 (times r(X_0) / E r)",
        cost="training once (seconds to minutes), then one network pass a score",
        citation="Vincent 2011; Ho, Jain, Abbeel 2020, arXiv 2006.11239; Jiao, Chen, Li 2025, arXiv 2512.04985",
    )
    examples = ({"steps": 30, "recipe": {"width": 16, "batch": 64, "frequencies": 8}},)

    @property
    def source(self) -> str:
        return f"trained network, {self.steps} steps"

    def build(self, context: ScoresContext) -> Scores:
        def find(law: Law, conditional: bool) -> Checkpoint:
            tilted = isinstance(law.origin, TiltedBy)
            what: What = "tilted" if tilted else "conditional" if conditional else "score"
            return context.trained(Wanted(what, law.origin if tilted else None, self.recipe, self.steps, self.seed))

        return LearnedScores(find)
