"""A law known by its samples alone, as a data set is: it can be drawn from, split by label and reweighted, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws.law import Given, Law, Origin, Points, Time

Classify = Callable[[Tensor], Tensor]
"""x [..., d] -> log p(label | x) for every label, [..., L]."""


class SampledLaw(Law):
    """Weighted samples of a law whose density nobody knows.

    Its exact score would be that of the samples themselves, which only ever draws them again; so density and score are
    refused, and whatever is exact for other laws is unknown here. p(label | x) is a classifier's, trained on other data.

    Parameters
    ----------
    x : Tensor, shape [n, d]
    label : Tensor, shape [n], int64
        Index into `labels`.
    labels : sequence of str
    classify : callable
        x [..., d] -> log p(. | x), [..., L].
    log_weights : Tensor, shape [n], optional
        Equal if not given; -inf where a sample is absent; normalised here.
    name : str
    origin : Given or TiltedBy, optional
        What was done to another law to get this one.
    """

    by_samples = True

    def __init__(
        self,
        x: Tensor,
        label: Tensor,
        labels: Sequence[str],
        classify: Classify,
        log_weights: Tensor | None = None,
        name: str = "p(x)",
        origin: Origin | None = None,
    ) -> None:
        self.x, self.label, self.labels, self.classify, self.name = x.double(), label, tuple(labels), classify, name
        self.dimension, self.origin = x.shape[1], origin
        log_weights = torch.zeros(len(x), dtype=torch.float64) if log_weights is None else log_weights.double()
        self.log_weights = log_weights - torch.logsumexp(log_weights, 0)  # [n]

    # ------------------------------------------------------------------ what samples give
    def sample(self, n: int, generator: torch.Generator) -> Points:
        index = torch.multinomial(self.log_weights.exp(), n, replacement=True, generator=generator)  # [n]
        return Points(self.x[index], self.label[index])

    def box(self, outside: float = 1e-6) -> tuple[Tensor, Tensor]:
        present = self.x[torch.isfinite(self.log_weights)]  # [n', d]
        return present.amin(0), present.amax(0)

    def given(self, label: str) -> SampledLaw:
        outside = torch.where(self._has(label), 0.0, -torch.inf)  # [n]
        return self.reweighted(outside, self.name.replace("(x", f"(x | {label}", 1), Given(label))

    def class_probability(self, label: str) -> float:
        return float(self.log_weights[self._has(label)].exp().sum())

    def reweighted(self, log_factor: Tensor, name: str, origin: Origin | None = None) -> SampledLaw:
        """The law with weight_i exp(log_factor_i), normalised; samples shared."""
        return SampledLaw(self.x, self.label, self.labels, self.classify, self.log_weights + log_factor, name, origin)

    def _has(self, label: str) -> Tensor:
        if label not in self.labels:
            raise self._unknown(label)
        has = self.label == self.labels.index(label)  # [n]
        if not torch.any(has & torch.isfinite(self.log_weights)):
            raise self._unknown(label)
        return has

    # ------------------------------------------------------------------ what they do not
    def _log_posterior(self, label: str, x: Tensor, t: Time) -> Tensor:
        """log p(label | x) of the classifier, which was trained on clean points."""
        if float(torch.as_tensor(t).max()) > 0:
            raise self._refused("p(label | x) at noised points")
        return self.classify(x)[..., self.labels.index(label)]  # [...]

    def log_density(self, x: Tensor, t: Time) -> Tensor:
        self._refuse("density")

    def score(self, x: Tensor, t: Time) -> Tensor:
        self._refuse("exact score")

    def _refuse(self, what: str) -> NoReturn:
        raise self._refused(what)

    def _refused(self, what: str) -> GdvizError:
        return GdvizError(
            f"score: found a target known by {len(self.x):,} samples alone, which has no {what} (that of the samples would only "
            'draw them again); allowed: {"kind": "network"} and other learned scores.'
        )
