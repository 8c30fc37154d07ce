"""A classifier of clean 8x8 digits, apart from every diffusion network: it judges what they draw."""

from __future__ import annotations

import torch
from torch import Tensor, nn

DIMENSION, LABELS = 64, 10
HIDDEN, FEATURES = 128, 32


class DigitClassifier(nn.Module):
    """log p(digit | x) of images x in [-1, 1]^64: two hidden layers, logits over a temperature, a rate of lapses.

    p = (1 - lapse) softmax(logits / temperature) + lapse / 10: in a share `lapse` of all cases the answer is anything, so
    that 1/p is at most 10 / lapse. The second hidden layer is the space in which the Frechet distance is measured.
    Temperature and lapse are numbers of the network's state, 1 and 0 until they are set.
    """

    temperature: Tensor
    lapse: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(DIMENSION, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, FEATURES), nn.SiLU())
        self.last = nn.Linear(FEATURES, LABELS)
        self.register_buffer("temperature", torch.tensor(1.0))
        self.register_buffer("lapse", torch.tensor(0.0))

    def features(self, x: Tensor) -> Tensor:
        """[..., 64] -> [..., 32]."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:
        """log p(. | x), [..., 10]."""
        return self.log_probabilities(self.last(self.features(x)) / self.temperature)

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """log p from logits, both [..., 10]."""
        sure = logits.log_softmax(-1) + torch.log1p(-self.lapse)
        return torch.logaddexp(sure, (self.lapse / LABELS).log())
