"""Two laws as one evaluation."""

from __future__ import annotations

from torch import Tensor

from gdviz.laws.law import Law, Pair, PairScores


def pair(toward: Law, away: Law) -> Pair:
    """(x, t) -> scores of `toward`, the push toward - away, and the log density ratio.

    Laws that share components share the work; any other two are evaluated one after the other.
    """
    shared = toward.pair_with(away)
    if shared is not None:
        return shared

    def separate(x: Tensor, t: float) -> PairScores:
        score = toward.score(x, t)  # [..., d]
        return PairScores(score, score - away.score(x, t), toward.log_density(x, t) - away.log_density(x, t))

    return separate
