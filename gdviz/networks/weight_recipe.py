"""What a network of guidance weights is and how it is fitted: one object inside an Experiment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gdviz.family import Described
from gdviz.rewards import REWARDS, RewardKind

Edge = Annotated[float, Field(gt=0, le=0.3)]


class WeightRecipe(Described):
    """A multilayer perceptron on the log-SNRs of a step's two ends and on the class, and its training.

    Times are flow times, in which a point is (1 - tau) x_0 + tau z (MATH section 3).

    Attributes
    ----------
    width, depth : int
        Hidden units and hidden layers.
    output : {"relu", "softplus"}
        What keeps the weights from being negative.
    cap : float or None
        Largest weight.
    loss : {"self_consistency", "score_matching"}
        Compare the guided step with fresh noisings of the same clean point; or regress the guided denoiser on
        the clean point, which learns no guidance and is there for comparison.
    beta : float
        Exponent of the distances; 2 with `repulsion` 0 is the l2 variant.
    repulsion : float
        The factor of the distances among guided particles, the paper's lambda: 1 makes a distance between laws of
        them (for beta < 2), 0 leaves the distance to the data alone.
    marginal : bool
        Draw a clean point for every particle, so that laws of a class are compared instead of laws given one point.
    path : int
        Steps of a path that is sampled under the weights of the moment and whose points the guided steps start from, so
        that they see the errors of the steps before: laws of a class are compared. 0, the paper's way: the guided steps
        start from noised data.
    churn : float
        Of the guided step: 0 is deterministic DDIM, 1 the ancestral step.
    points, particles : int
        Clean points a step of the optimiser, and particles for each.
    gap : float
        Least flow time between the ends of a step, the paper's delta; sampling may use finer steps.
    nearest_data, nearest_noise : float
        The distances in flow time that the ends of a step keep from data and from noise (the paper's S_min and zeta).
    rate : float
        AdamW's learning rate, which falls to 0 along a cosine.
    averaging : float
        Decay of the exponential moving average (EMA) of the weights; the average is what samples.
    reward : RewardKind or None
        r, where the guided guess of the clean point shall also have a high log r.
    reward_strength : float
        The factor of the mean log r in the loss, the paper's gamma_R.
    """

    width: Annotated[int, Field(ge=4, le=512)] = 64
    depth: Annotated[int, Field(ge=1, le=6)] = 2
    output: Literal["relu", "softplus"] = "relu"
    cap: Annotated[float, Field(gt=0, le=1000)] | None = None
    loss: Literal["self_consistency", "score_matching"] = "self_consistency"
    beta: Annotated[float, Field(gt=0, le=2)] = 1.0
    repulsion: Annotated[float, Field(ge=0, le=1)] = 1.0
    marginal: bool = False
    path: Annotated[int, Field(ge=0, le=256, exclude_if=lambda steps: steps == 0)] = 0  # recipes without one keep their ids
    churn: Annotated[float, Field(ge=0, le=1)] = 1.0
    points: Annotated[int, Field(ge=1, le=4096)] = 64
    particles: Annotated[int, Field(ge=2, le=64)] = 8
    gap: Edge = 0.1
    nearest_data: Edge = 0.01
    nearest_noise: Edge = 0.01
    rate: Annotated[float, Field(gt=0, le=1)] = 5e-3
    averaging: Annotated[float, Field(ge=0, lt=1)] = 0.98
    reward: Annotated[RewardKind, REWARDS] | None = None
    reward_strength: Annotated[float, Field(ge=0, le=1000)] = 0.1

    @model_validator(mode="after")
    def _path_has_no_clean_points(self) -> WeightRecipe:
        if self.path and (self.loss != "self_consistency" or self.marginal):
            raise ValueError("a path has no clean points: it needs loss = 'self_consistency' and no 'marginal'")
        return self
