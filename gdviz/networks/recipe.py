"""What a network is and how it is fitted: one object inside an Experiment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.family import Described

Prediction = Literal["noise", "clean", "velocity"]


class Recipe(Described):
    """A multilayer perceptron on features of the point and of its noise level, and its training."""

    width: Annotated[int, Field(ge=4, le=1024, description="Hidden units of a layer.")] = 128
    depth: Annotated[int, Field(ge=1, le=8, description="Hidden layers.")] = 3
    activation: Annotated[Literal["silu", "gelu", "tanh"], Field(description="Between the layers.")] = "silu"
    frequencies: Annotated[
        int,
        Field(
            ge=0,
            le=512,
            description="Random Fourier features of x, as many sines as cosines; 0 gives the network the bare point.",
        ),
    ] = 64
    prediction: Annotated[
        Prediction,
        Field(
            description="What the last layer gives: the noise, the clean point, or sqrt(1-t) noise - sqrt(t) clean point, "
            "which is bounded at both ends of the noise scale."
        ),
    ] = "velocity"
    embedding_std: Annotated[
        float,
        Field(
            gt=0,
            le=10,
            description="Size of the labels' initial embedding. With 1 every label is a point of its own at once, and an "
            "under-trained network shows none of the effects of guidance.",
        ),
    ] = 0.05
    label_dropout: Annotated[
        float,
        Field(ge=0, lt=1, description="Share of the points that are trained without their label, for the unconditional score."),
    ] = 0.2
    objective: Annotated[
        Literal["denoising", "exact"],
        Field(
            description="Fit the drawn noise, from samples alone; or fit the exact noise prediction, which uses the known "
            "density and is there for comparison.",
            json_schema_extra={
                "words": {"denoising": "noise drawn (samples only)", "exact": "exact noise (uses the known density)"}
            },
        ),
    ] = "denoising"
    tilt: Annotated[
        Literal["weighted", "resampled", "difference"],
        Field(
            description="How a reward enters: as the weight of the loss, as the chance of drawing a point (the best at equal "
            "time, docs/training-variants.md), or as the weight of a loss whose network is added to the frozen "
            "network of p.",
            json_schema_extra={
                "words": {
                    "weighted": "weight of the loss",
                    "resampled": "chance of drawing",
                    "difference": "difference from p's network",
                }
            },
        ),
    ] = "resampled"
    batch: Annotated[int, Field(ge=8, le=65536, description="Points a step.")] = 512
    rate: Annotated[float, Field(gt=0, le=1, description="AdamW's learning rate, which falls to 0 along a cosine.")] = 4e-3
    averaging: Annotated[
        float,
        Field(
            ge=0, lt=1, description="Decay of the exponential moving average (EMA) of the weights; the average is what samples."
        ),
    ] = 0.995
