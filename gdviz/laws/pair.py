"""Two laws as one evaluation."""

from __future__ import annotations

from torch import Tensor

from gdviz.laws.law import Law, Pair, PairScores
from gdviz.laws.mixture import Mixture
from gdviz.laws.mixture_pair import mixture_pair


def pair(toward: Law, away: Law) -> Pair:
    """(x, t) -> scores of `toward`, the push toward - away, and the log density ratio.

    Laws that share components, or of which one is the other tilted, share the work (either may know
    how); any other two are evaluated one after the other.
    """
    if isinstance(toward, Mixture) and isinstance(away, Mixture):
        return mixture_pair(toward, away)
    shared = toward.pair_with(away)
    if shared is not None:
        return shared
    swapped = away.pair_with(toward)
    if swapped is not None:
        return _swap(swapped)

    first, second = toward.remembering(), away.remembering()

    def separate(x: Tensor, t: float) -> PairScores:
        score = first.score(x, t)  # [..., d]
        return PairScores(score, score - second.score(x, t), lambda: first.log_density(x, t) - second.log_density(x, t))

    return separate


def _swap(shared: Pair) -> Pair:
    """(away, toward) read as (toward, away)."""

    def pair(x: Tensor, t: float) -> PairScores:
        score, push, log_ratio = shared(x, t)
        return PairScores(score - push, -push, None if log_ratio is None else lambda: -log_ratio())

    return pair
