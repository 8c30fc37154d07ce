"""The probability that a point belongs to a class: the reward that classifier-free guidance seeks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._reward import Reward, RewardContext, RewardKind


class ClassProbability(RewardKind):
    """r(x) = p(label | x) of the scene's own target at zero noise, any d."""

    kind: Literal["class_probability"] = "class_probability"
    label: Annotated[str, Field(description="The class whose probability is the reward.")]

    card = Card(
        title="Class probability",
        idea="How sure an ideal classifier is of the label at a clean point.",
        formula="r(x) = p(label | x)",
        cost="the target's exact posterior",
        citation="arXiv 2505.01382",
    )
    examples = ({"label": "a"},)
    line_examples = ({"label": "a"},)

    def build(self, context: RewardContext) -> ClassProbabilityReward:
        return ClassProbabilityReward(self.label, context.log_posterior(self.label))


class ClassProbabilityReward(Reward):
    """p(label | x); `label` and `posterior` are kept so that a law can recognise its own posterior."""

    def __init__(self, label: str, posterior: Callable[[Tensor], Tensor]) -> None:
        self.label, self.posterior = label, posterior

    def log(self, x: Tensor) -> Tensor:
        return self.posterior(x)
