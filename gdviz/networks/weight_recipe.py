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
    """

    width: Annotated[int, Field(ge=4, le=512, description="Hidden units of a layer.")] = 64
    depth: Annotated[int, Field(ge=1, le=6, description="Hidden layers.")] = 2
    output: Annotated[Literal["relu", "softplus"], Field(description="What keeps the weights from being negative.")] = "relu"
    cap: Annotated[Annotated[float, Field(gt=0, le=1000)] | None, Field(description="Largest weight.")] = None
    loss: Annotated[
        Literal["self_consistency", "score_matching"],
        Field(
            description="Compare the guided step with fresh noisings of the same clean point; or regress the guided denoiser "
            "on the clean point, which learns no guidance and is there for comparison."
        ),
    ] = "self_consistency"
    beta: Annotated[float, Field(gt=0, le=2, description="Exponent of the distances; 2 with repulsion 0 is the l2 variant.")] = (
        1.0
    )
    repulsion: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Factor of the distances among guided particles, the paper's lambda: 1 makes a distance between laws "
            "of them (for beta < 2), 0 leaves the distance to the data alone.",
        ),
    ] = 1.0
    marginal: Annotated[
        bool,
        Field(
            description="Draw a clean point for every particle, so that laws of a class are compared instead of laws given one"
            " point."
        ),
    ] = False
    path: Annotated[
        int,
        Field(
            ge=0,
            le=256,
            exclude_if=lambda steps: steps == 0,
            description="Steps of a path sampled under the weights of the moment, whose points the guided steps start from, so"
            " that they see the errors of the steps before; 0, the paper's way, starts from noised data.",
        ),
    ] = 0  # recipes without one keep their ids
    churn: Annotated[
        float, Field(ge=0, le=1, description="Of the guided step: 0 is deterministic DDIM, 1 the ancestral step.")
    ] = 1.0
    points: Annotated[int, Field(ge=1, le=4096, description="Clean points a step of the optimiser.")] = 64
    particles: Annotated[int, Field(ge=2, le=64, description="Particles for each clean point.")] = 8
    gap: Annotated[
        Edge, Field(description="Least flow time between the ends of a step, the paper's delta; sampling may use finer steps.")
    ] = 0.1
    nearest_data: Annotated[
        Edge, Field(description="Distance in flow time that the ends of a step keep from data, the paper's S_min.")
    ] = 0.01
    nearest_noise: Annotated[Edge, Field(description="Distance in flow time that they keep from noise, the paper's zeta.")] = 0.01
    rate: Annotated[float, Field(gt=0, le=1, description="AdamW's learning rate, which falls to 0 along a cosine.")] = 5e-3
    averaging: Annotated[
        float,
        Field(
            ge=0, lt=1, description="Decay of the exponential moving average (EMA) of the weights; the average is what samples."
        ),
    ] = 0.98
    reward: Annotated[
        Annotated[RewardKind, REWARDS] | None,
        Field(description="r, where the guided guess of the clean point shall also have a high log r."),
    ] = None
    reward_strength: Annotated[
        float, Field(ge=0, le=1000, description="Factor of the mean log r in the loss, the paper's gamma_R.")
    ] = 0.1

    @model_validator(mode="after")
    def _path_has_no_clean_points(self) -> WeightRecipe:
        if self.path and (self.loss != "self_consistency" or self.marginal):
            raise ValueError("a path has no clean points: it needs loss = 'self_consistency' and no 'marginal'")
        return self
