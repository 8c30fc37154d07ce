"""What a network is and how it is fitted: one object inside an Experiment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gdviz.family import Described

Prediction = Literal["noise", "clean", "velocity"]


class Recipe(Described):
    """A multilayer perceptron on features of the point and of its noise level, and its training.

    Attributes
    ----------
    width, depth : int
        Hidden units and hidden layers.
    activation : {"silu", "gelu", "tanh"}
    frequencies : int
        Random Fourier features of x, as many sines as cosines; 0 gives the network the bare point.
    prediction : {"noise", "clean", "velocity"}
        What the last layer gives: the noise, the clean point, or sqrt(1-t) noise - sqrt(t) clean point.
        The default is bounded at both ends of the noise scale.
    embedding_std : float
        Size of the labels' initial embedding. With 1 every label is a point of its own at once, and an
        under-trained network shows none of the effects of guidance (MATH section 3).
    label_dropout : float
        Share of the points that are trained without their label, for the unconditional score.
    objective : {"denoising", "exact"}
        Fit the drawn noise, from samples alone; or fit the exact noise prediction, which uses the known
        density and is there for comparison.
    tilt : {"weighted", "resampled", "difference"}
        How a reward enters (MATH section 2, "Training without trajectories"): as the weight of the loss,
        as the chance of drawing a point (the best of the three at equal time, docs/training-variants.md), or as the
        weight of a loss whose network is added to the frozen network of p.
    batch : int
        Points a step.
    rate : float
        AdamW's learning rate, which falls to 0 along a cosine.
    averaging : float
        Decay of the exponential moving average (EMA) of the weights; the average is what samples.
    """

    width: Annotated[int, Field(ge=4, le=1024)] = 128
    depth: Annotated[int, Field(ge=1, le=8)] = 3
    activation: Literal["silu", "gelu", "tanh"] = "silu"
    frequencies: Annotated[int, Field(ge=0, le=512)] = 64
    prediction: Prediction = "velocity"
    embedding_std: Annotated[float, Field(gt=0, le=10)] = 0.05
    label_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    objective: Literal["denoising", "exact"] = "denoising"
    tilt: Literal["weighted", "resampled", "difference"] = "resampled"
    batch: Annotated[int, Field(ge=8, le=65536)] = 512
    rate: Annotated[float, Field(gt=0, le=1)] = 4e-3
    averaging: Annotated[float, Field(ge=0, lt=1)] = 0.995
