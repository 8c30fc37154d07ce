"""Two mixtures: both scores, their difference and the density ratio at once."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache, lru_cache

import torch
from torch import Tensor

from gdviz.laws.components import Coefficients
from gdviz.laws.law import LogRatio, Pair, PairScores
from gdviz.laws.mixture import Mixture
from gdviz.laws.posterior import attention, blocks, is_attention, posterior

REMEMBERED = 1 << 15
"""Bound on components times levels whose joint coefficients are kept: a few MB a pair."""

SHARED_RANGE = 16.0
"""Two laws share their exponentials while log(weight / weight) ranges over less: `posterior` counts the far components
of one law e^-39, which must be nothing (e^-23) for the other law too."""


def mixture_pair(toward: Mixture, away: Mixture) -> Pair:
    """The pair of two mixtures, which share most where they have the same components."""
    same = toward.components is away.components
    return SharedPair(toward, away) if same else MixturePair(toward, away)


class MixturePair:
    """p^toward and p^away with components of their own (a tilted mixture): one pass over each."""

    common_softmax = False
    """Whether one set of exponentials serves both laws."""

    def __init__(self, toward: Mixture, away: Mixture) -> None:
        self.toward, self.away = toward.remembering(), away.remembering()

    def __call__(self, x: Tensor, t: float) -> PairScores:
        d = self.toward.dimension
        rows = self.away.precise(self.toward.precise(x.movedim(-1, 0).reshape(d, -1), t), t)  # [d, M]
        largest = max(len(self.toward.support), len(self.away.support))
        slices = blocks(rows.shape[1], largest, attention=self.common_softmax and is_attention(largest))
        parts = [self._block(rows[:, b], t) for b in slices]
        toward, push, log_ratios = zip(*parts, strict=True)
        shape = x.shape[:-1]
        return PairScores(
            _joined(toward).to(x.dtype).reshape(d, *shape).movedim(0, -1),
            _joined(push).to(x.dtype).reshape(d, *shape).movedim(0, -1),
            lambda: _joined([log_ratio() for log_ratio in log_ratios]).to(x.dtype).reshape(shape),
        )

    def _block(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor, LogRatio]:
        """Toward score and push, [d, M], and log ratio, [M]."""
        (toward, log_toward), (away, log_away) = (law.score_and_log_density(rows, t) for law in (self.toward, self.away))
        return toward, toward - away, lambda: log_toward - log_away


class SharedPair(MixturePair):
    """p^toward and p^away with common components and different weights.

    Where `toward` is `away` restricted to a label (CFG), the away score is the average
    pi s_in + (1 - pi) s_out over the components inside and outside the label, so that
    push = (1 - pi) (s_in - s_out): each component's exponential is taken once, there is no second
    score, and nothing cancels. Where the weights differ moderately (a reward on atoms) the exponentials are
    taken once too, and averaged twice. Otherwise each law has its own softmax.
    """

    def __init__(self, toward: Mixture, away: Mixture) -> None:
        super().__init__(toward, away)
        inside = torch.isfinite(toward.log_weights)  # [K]
        self.shift = (toward.log_weights - away.log_weights)[inside]  # [K']
        spread = float(self.shift.max() - self.shift.min())  # inf or NaN where `away` lacks a component
        self.nested = spread < 1e-12 and len(self.shift) < len(away.support)
        self.common_softmax = spread < SHARED_RANGE and len(self.shift) == len(away.support)
        self.second = self.away
        if self.nested:
            outside = torch.where(inside, -torch.inf, 0.0).to(torch.float64)
            self.second = away.reweighted(outside, name="the rest").remembering()
            self.log_inside = -float(self.shift[0])  # log of the mass that `away` gives to the inside
            rest = -math.expm1(self.log_inside)
            summed = float(torch.logsumexp(away.log_weights[~inside], 0))  # where the inside is all but everything
            self.log_odds = self.log_inside - (math.log(rest) if rest > 1e-6 else summed)
        self._joint = lru_cache(maxsize=1 + REMEMBERED // len(inside))(self._join)

    def _block(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor, LogRatio]:
        components = self.toward.components
        at, groups = self._joint(t, rows.dtype, rows.device)
        features = components.features(rows)  # [F, M]
        tops: list[Tensor] = []
        if self.common_softmax and is_attention(len(at.linear)):
            sums = attention(at.linear, features, at.moments)  # [2, G + 1, M]
        else:
            tops, sums = posterior(at.linear @ features, at.moments, groups)
        toward, push = components.read_push(sums, rows, at)  # [d, M]
        first, second = sums[:, -1]  # [M]
        if self.common_softmax:
            return toward, push, lambda: (first / second).log() + float(self.shift.max())
        if not self.nested:
            return toward, push, lambda: (first / second).log() + (tops[0] - tops[1])
        odds = (first / second).log() + (tops[0] - tops[1])  # [M]  log pi / (1 - pi)
        tame = odds.clamp(*_odds_range(odds.dtype))  # [M]
        push *= torch.sigmoid(-tame)  # [d, M]
        return toward, push, lambda: torch.minimum(torch.sigmoid(tame).log(), odds).sub_(self.log_inside)

    def _join(self, t: float, dtype: torch.dtype, device: torch.device) -> tuple[Coefficients, tuple[slice, ...]]:
        """Coefficients whose two sets of moments belong to `toward` and `second`; the groups of their logits."""
        like = torch.empty(0, dtype=dtype, device=device)
        first, second = self.toward.at(t, like), self.second.at(t, like)
        if self.common_softmax:
            ratio = (self.shift - self.shift.max()).exp().to(dtype).to(device)  # [K]
            moments = torch.stack([first.moments * ratio, second.moments])  # [2, G + 1, K]
            return dataclasses.replace(second, moments=moments), (slice(None),)
        split = len(first.linear)
        linear = torch.cat([first.linear, second.linear])  # [K, F]
        if self.nested:
            linear[:split, 0] += self.log_odds
        moments = linear.new_zeros(2, len(first.moments), len(linear))  # [2, G + 1, K]
        moments[0, :, :split], moments[1, :, split:] = first.moments, second.moments
        return dataclasses.replace(first, linear=linear, moments=moments), (slice(0, split), slice(split, None))


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """The blocks of the points side by side."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), -1)


@cache
def _odds_range(dtype: torch.dtype) -> tuple[float, float]:
    """Log odds beyond which pi, or 1 - pi and its square, would be denormal numbers: slow, and nothing beside 1."""
    smallest = math.log(torch.finfo(dtype).tiny)
    return 0.9 * smallest, -0.45 * smallest
