"""The seam between laws and the scores that a sampler uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor

from gdviz.family import Family, Kind
from gdviz.laws import Law, Pair

SCORES = Family("score", "gdviz.scores")

Score = Callable[[Tensor, float], Tensor]
"""(x of shape [..., d], noise variance t) -> score of shape [..., d]."""


class Scores(ABC):
    """Gives the score of a law, or of two laws at once."""

    @abstractmethod
    def single(self, law: Law) -> Score:
        """The score that stands for grad log p_t of `law`."""

    @abstractmethod
    def pair(self, toward: Law, away: Law) -> Pair:
        """Both scores of a guided sampler, their difference and, where known, the density ratio."""


class ScoresKind(Kind):
    """Description of where scores come from."""

    def build(self) -> Scores:
        """Make the source of scores."""
        raise NotImplementedError
