"""Weights learned by self-consistency: what a guided step gives shall look like data noised to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance._schedule import ScheduleKind
from gdviz.networks import WeightRecipe
from gdviz.scores import ScoresContext, Wanted


class Learned(ScheduleKind):
    """omega(c, s, t) of a small network, c the label of the guidance and t -> s the step (MATH section 3).

    One network serves all labels of a target. It is fitted to the scores of the Experiment, which stay as they are.
    """

    kind: Literal["learned"] = "learned"
    recipe: Annotated[WeightRecipe, Field(description="The network, and how it is fitted.")] = WeightRecipe()
    steps: Annotated[int, Field(ge=1, le=100_000, description="Optimiser steps.")] = 600
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Of the weights and the data.")] = 0

    card = Card(
        title="Learned",
        idea="Ask of every step that guided particles look like clean points noised to its end, and let a small network find "
        "the weights. Good scores get 0, for weights are not negative; under-trained ones get what mends them.",
        formula="omega(c, s, t) = argmin E mean |x'_j - x_k|^beta - (lambda / 2) mean |x'_j - x'_k|^beta, omega >= 0",
        cost="training once (seconds), then nothing",
        citation="Galashov et al. 2025, arXiv 2510.00815",
    )
    examples = ({"steps": 3, "recipe": {"width": 8, "points": 8, "particles": 2}},)

    _omega: Callable[[Moment], float] | None = PrivateAttr(None)

    def build(self, networks: ScoresContext, label: str | None) -> ScheduleKind:
        if label is None:
            raise GdvizError("schedule: found learned weights for a guidance that they are not learned for; allowed: cfg.")
        checkpoint = networks.trained(Wanted("weights", None, self.recipe, self.steps, self.seed))
        if label not in checkpoint.labels:
            known = ", ".join(checkpoint.labels) or "none"
            raise GdvizError(f"schedule: found weights for the labels: {known}; the guidance has {label!r}.")
        weights, index = checkpoint.weights, checkpoint.labels.index(label)
        built = self.model_copy()
        built._omega = lambda moment: weights.omega(index, moment)
        return built

    def omega(self, moment: Moment) -> float:
        if self._omega is None:
            raise GdvizError("schedule: found learned weights, but nothing here can train or load them; use an Experiment.")
        return self._omega(moment)
