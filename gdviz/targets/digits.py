"""Hand-written digits: real images, known by samples alone."""

from __future__ import annotations

from functools import cache
from typing import Literal

import torch
from torch import Tensor

from gdviz.family import Card
from gdviz.laws import SampledLaw
from gdviz.networks.checkpoint import unpacked
from gdviz.networks.digit_classifier import DigitClassifier
from gdviz.resources import resource
from gdviz.targets._digit_images import LABELS, digit_images
from gdviz.targets._target import TargetKind


class Digits(TargetKind):
    """899 images of hand-written digits as points in [-1, 1]^64; labels "0" to "9".

    Their density is not known: there is no exact score, and p(label | x) is that of a classifier trained on other images.
    """

    kind: Literal["digits"] = "digits"
    shown_at = "/digits"

    card = Card(
        title="Digits",
        idea="Real images, 8x8 pixels each. Nothing is known of their law but 899 samples, so the score must be a trained "
        "network's, and p(label | x) is that of a classifier which was trained on other images.",
        formula="x in [-1, 1]^64, 899 samples",
        citation="Alpaydin, Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
    )

    def build(self) -> SampledLaw:
        images = digit_images("diffusion")
        return SampledLaw(images.x, images.digit, LABELS, log_probabilities)


@cache
def digit_classifier() -> DigitClassifier:
    """The classifier that comes with the program (`gdviz.training.digit_classifier`), in float64."""
    tensors, _ = unpacked(resource("assets", "digits", "classifier.safetensors").read_bytes())
    classifier = DigitClassifier().double().requires_grad_(False)
    classifier.load_state_dict({name: value.double() for name, value in tensors.items()})
    return classifier


def log_probabilities(x: Tensor) -> Tensor:
    """log p(. | x) of the classifier, [..., 10], at images x [..., 64]; dtype and device of x."""
    return digit_classifier()(x.double().cpu()).to(x)


def digit_features(x: Tensor) -> Tensor:
    """Where the classifier sees images x [n, 64], [n, 32] float64: the space of the Frechet distance."""
    with torch.no_grad():
        return digit_classifier().features(x.double().cpu())
