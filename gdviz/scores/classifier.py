"""Classifier guidance: the difference of two scores is the gradient of a trained classifier."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.errors import GdvizError, listed
from gdviz.family import Card
from gdviz.laws import Given, Law, Pair, PairScores
from gdviz.networks import Classifier, Recipe
from gdviz.networks.frozen import block_of
from gdviz.scores._learned import rows_of, shaped
from gdviz.scores._scores import SCORES, Base, Score, Scores, ScoresContext, ScoresKind, Wanted
from gdviz.scores.exact import Exact


class ClassifierScores(Scores):
    """score of p from one source; score of p(. | c) = that + grad log p_t(c | x) of a classifier."""

    def __init__(self, plain: Scores, classifier: Classifier, labels: tuple[str, ...]) -> None:
        self.plain, self.labels = plain, labels
        self._on = lru_cache(maxsize=4)(lambda device: classifier if device.type == "cpu" else _moved(classifier, device))

    def single(self, law: Law, labelled: bool = False) -> Score:
        if isinstance(law.origin, Given):
            raise GdvizError(f"score: a classifier gives {law.name} only beside p(x); use guidance that has both.")
        return self.plain.single(law, labelled)

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        if not isinstance(toward.origin, Given) or away.origin is not None:
            raise GdvizError(
                f"score: found {toward.name} and {away.name}; a classifier knows the difference of p(x | label) and p(x) alone."
            )
        plain, label = self.plain.single(away), self._index(toward.origin.label)

        def pair(x: Tensor, t: float) -> PairScores:
            push = shaped(self.gradient(rows_of(x), t, label), x)  # [..., d]
            return PairScores(plain(x, t) + push, push, None)

        return pair

    def _index(self, label: str) -> int:
        if label not in self.labels:
            raise GdvizError(f"score: found a classifier of the labels {listed(self.labels)}; the guidance names {label[:60]!r}.")
        return self.labels.index(label)

    def gradient(self, rows: Tensor, t: float, label: int) -> Tensor:
        """grad log p_t(label | x) at rows [M, d]."""
        network = self._on(rows.device)
        return torch.cat([_gradient(network, block, t, label) for block in rows.split(block_of(rows.device))])


def _gradient(network: Classifier, x: Tensor, t: float, label: int) -> Tensor:
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_(True)
        return torch.autograd.grad(network(x, x.new_full((len(x),), t))[:, label].sum(), x)[0]


def _moved(classifier: Classifier, device: torch.device) -> Classifier:
    import copy

    return copy.deepcopy(classifier).to(device)


class ClassifierGradient(ScoresKind):
    """A noisy classifier gives the push; `plain` gives the score of p.

    With guidance toward a label, w = 0 samples the classifier's idea of p(. | c): score of p plus its gradient.
    """

    kind: Literal["classifier"] = "classifier"
    plain: Annotated[ScoresKind, SCORES, Field(description="Where the score of p comes from.")] = Exact()
    recipe: Annotated[Recipe, Field(description="The classifier, and how it is fitted.")] = Recipe()
    steps: Annotated[int, Field(ge=1, le=1_000_000, description="Optimiser steps.")] = 2000
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Of the weights and the data.")] = 0

    card = Card(
        title="Classifier guidance",
        idea="Train a classifier on noised points and follow its gradient: the difference of the two scores, by Bayes' rule.",
        formula="s(x | c) - s(x) = grad log p_t(c | x)",
        cost="one score, one pass and one backward pass of the classifier",
        citation="Dhariwal, Nichol 2021, arXiv 2105.05233",
    )
    examples = ({"steps": 30, "recipe": {"width": 16, "batch": 64, "frequencies": 8}},)

    def build(self, context: ScoresContext) -> Scores:
        checkpoint = context.trained(Wanted("classifier", None, self.recipe, self.steps, self.seed))
        return ClassifierScores(self.plain.build(context), checkpoint.classifier, checkpoint.labels)
