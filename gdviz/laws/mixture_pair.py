"""Two mixtures: both scores, their difference and the density ratio at once."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gdviz.laws.law import PairScores
from gdviz.laws.mixture import Mixture
from gdviz.laws.posterior import blocks, posterior


class MixturePair:
    """p^toward and p^away, as a rule with common components and different weights.

    Where `toward` is `away` restricted to a label (CFG), the away score is the average
    pi s_in + (1 - pi) s_out over the components inside and outside the label, so that
    push = (1 - pi) (s_in - s_out): each component's exponential is taken once, there is no second
    score, and nothing cancels. Otherwise the two softmaxes share what they can: the same components a matrix product
    of one set of features, different components (a tilted mixture) only the single pass over each.
    """

    def __init__(self, toward: Mixture, away: Mixture) -> None:
        self.toward, self.away = toward, away
        self.outside: Mixture | None = None
        self.shared = toward.components is away.components
        if self.shared:
            self._look_for_nesting()

    def _look_for_nesting(self) -> None:
        toward, away = self.toward, self.away
        inside = torch.isfinite(toward.log_weights)  # [K]
        shift = (toward.log_weights - away.log_weights)[inside]  # [K']
        nested = bool(torch.isfinite(shift).all() and (shift - shift[0]).abs().max() < 1e-12)
        if nested and len(shift) < len(away.support):
            self.outside = away.reweighted(torch.where(inside, -torch.inf, 0.0).to(torch.float64), name="the rest")
            self.log_inside = -float(shift[0])  # log of the mass that `away` gives to the inside
            self.log_odds = self.log_inside - float(torch.log(-torch.expm1(torch.tensor(self.log_inside, dtype=torch.float64))))

    def __call__(self, x: Tensor, t: float) -> PairScores:
        d = self.toward.dimension
        rows = x.movedim(-1, 0).reshape(d, -1)  # [d, M]
        block = self._nested if self.outside is not None else self._general if self.shared else self._separate
        largest = max(len(self.toward.support), len(self.away.support))
        parts = [block(rows[:, b], t) for b in blocks(rows.shape[1], largest)]
        toward, push, log_ratio = parts[0] if len(parts) == 1 else (torch.cat(p, -1) for p in zip(*parts, strict=True))
        shape = x.shape[:-1]
        return PairScores(
            toward.reshape(d, *shape).movedim(0, -1),
            push.reshape(d, *shape).movedim(0, -1),
            log_ratio.reshape(shape),
        )

    def _nested(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor, Tensor]:
        assert self.outside is not None
        components = self.toward.components
        features = components.features(rows)  # [F, M]
        inner, outer = self.toward.at(t, rows), self.outside.at(t, rows)
        log_in, sums_in = posterior(inner.linear @ features, inner.moments)
        log_out, sums_out = posterior(outer.linear @ features, outer.moments)
        odds = (log_in - log_out).add_(self.log_odds)  # [M]  log pi / (1 - pi)
        odds = odds.clamp_max_(-0.45 * math.log(torch.finfo(odds.dtype).tiny))  # 1 - pi and its square stay normal numbers
        toward, push = components.read_push(sums_in, sums_out, rows, inner)  # [d, M]
        push = push.mul_(torch.sigmoid(-odds))
        return toward, push, torch.nn.functional.logsigmoid(odds).sub_(self.log_inside)

    def _general(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor, Tensor]:
        components = self.toward.components
        features = components.features(rows)  # [F, M]
        to, away = self.toward.at(t, rows), self.away.at(t, rows)
        log_to, sums_to = posterior(to.linear @ features, to.moments)
        log_away, sums_away = posterior(away.linear @ features, away.moments)
        toward, push = components.read_push(sums_to, sums_away, rows, to)  # [d, M]
        return toward, push, log_to - log_away

    def _separate(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor, Tensor]:
        (toward, log_to), (away, log_away) = (_score_and_log_density(law, rows, t) for law in (self.toward, self.away))
        return toward, toward - away, log_to - log_away


def _score_and_log_density(law: Mixture, rows: Tensor, t: float) -> tuple[Tensor, Tensor]:
    at = law.at(t, rows)
    log_norm, sums = posterior(at.linear @ law.components.features(rows), at.moments)
    return law.components.read_score(sums, rows, at), log_norm + law.components.common(rows, at)
