"""Scores of trained networks, whoever trained them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import sqrt

from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws import Given, Law, Pair, PairScores, TiltedBy
from gdviz.networks import Checkpoint, Frozen
from gdviz.scores._scores import Base, Score, Scores

Find = Callable[[Law, bool], Checkpoint]
"""(law, whether its network must know labels too) -> the network for it."""


class LearnedScores(Scores):
    """Scores -eps / sqrt(t) of networks that predict noise.

    p and p(. | label) come from one network, told the label or not; p r / E r from one of its own, or from one
    that adds to that of p. The density ratio is not known, so the improvement identity is not reported.
    """

    def __init__(self, find: Find) -> None:
        self._find = cache(find)

    def single(self, law: Law, labelled: bool = False) -> Score:
        network, label = self._network(law, labelled or isinstance(law.origin, Given))
        if network.what == "difference":
            raise GdvizError(f"score: found a network that only knows what to add to p(x); {law.name} alone needs another.")
        frozen = network.frozen

        def score(x: Tensor, t: float) -> Tensor:
            return shaped(frozen.noises(rows_of(x), t, (label,))[0], x) * (-1 / sqrt(t))

        return score

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        conditional = isinstance(toward.origin, Given) or isinstance(away.origin, Given)
        (first, label), (second, other) = (self._network(law, conditional) for law in (toward, away))
        if first is second:
            return told_apart(first.frozen, label, other)
        if first.what == "difference":
            return added(first.frozen, second.frozen, sign=1)
        if second.what == "difference":
            return added(second.frozen, first.frozen, sign=-1)
        return one_by_one(first.frozen, label, second.frozen, other)

    def _network(self, law: Law, conditional: bool) -> tuple[Checkpoint, int]:
        """The network for a law, and the label index to tell it."""
        checkpoint = self._find(law, conditional and not isinstance(law.origin, TiltedBy))
        if (d := checkpoint.denoiser.dimension) != law.dimension:
            raise GdvizError(f"score: found a network for points of {d} numbers; those of the target have {law.dimension}.")
        if not isinstance(law.origin, Given):
            return checkpoint, checkpoint.denoiser.null
        if law.origin.label not in checkpoint.labels:
            known = ", ".join(checkpoint.labels) or "none"
            raise GdvizError(f"score: found a network that knows the labels: {known}; {law.name} needs {law.origin.label!r}.")
        return checkpoint, checkpoint.labels.index(law.origin.label)


def told_apart(network: Frozen, label: int, other: int) -> Pair:
    """One network, told a label or another (or none)."""

    def pair(x: Tensor, t: float) -> PairScores:
        first, difference = network.noises(rows_of(x), t, (label, other))  # [M, d]
        assert difference is not None
        return PairScores(shaped(first, x) * (-1 / sqrt(t)), shaped(difference, x) * (-1 / sqrt(t)), None)

    return pair


def one_by_one(first: Frozen, label: int, second: Frozen, other: int) -> Pair:
    """Two networks."""

    def pair(x: Tensor, t: float) -> PairScores:
        rows = rows_of(x)  # [M, d]
        toward, away = first.noises(rows, t, (label,))[0], second.noises(rows, t, (other,))[0]  # [M, d]
        return PairScores(shaped(toward, x) * (-1 / sqrt(t)), shaped(toward - away, x) * (-1 / sqrt(t)), None)

    return pair


def added(difference: Frozen, plain: Frozen, sign: int) -> Pair:
    """The network of p and one that adds to it: the push is the second, never a difference of two large numbers.

    `sign` is 1 where `toward` is the tilted law, -1 where `away` is.
    """

    def pair(x: Tensor, t: float) -> PairScores:
        rows = rows_of(x)  # [M, d]
        push = shaped(difference.noises(rows, t, (difference.null,))[0], x) * (-1 / sqrt(t))  # [..., d]
        score = shaped(plain.noises(rows, t, (plain.null,))[0], x) * (-1 / sqrt(t))  # [..., d]
        return PairScores(score + push, push, None) if sign > 0 else PairScores(score, -push, None)

    return pair


def rows_of(x: Tensor) -> Tensor:
    """[..., d] -> [M, d] float32, the order of x's memory kept (points are stored coordinate first)."""
    d = x.shape[-1]
    return x.movedim(-1, 0).reshape(d, -1).T.float()  # [M, d]


def shaped(rows: Tensor, like: Tensor) -> Tensor:
    """[M, d] -> the shape, memory order and dtype of `like`."""
    return rows.T.reshape(like.shape[-1], *like.shape[:-1]).movedim(0, -1).to(like.dtype)  # [..., d]
