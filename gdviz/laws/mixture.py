"""Finite mixtures: of Gaussians with full covariances, or of atoms."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

from gdviz.device import has_float64
from gdviz.laws.components import Coefficients, Components
from gdviz.laws.law import Given, Law, Origin, Points, Time
from gdviz.laws.posterior import attention, blocks, is_attention, log_sum, posterior
from gdviz.laws.recent import AtLevel, remembered

_REMEMBERED_VALUES = 1 << 20
"""Bound on the coefficients that a run remembers: a few MB a law."""

STEEPEST = 1e5
"""Terms of a logit beyond which float32 leaves errors of some 1e-3 in the posterior: such levels are done in float64."""


class Mixture(Law):
    """sum_k weight_k N(mean_k, covariance_k), each component with at most one label.

    Conditional and reweighted laws keep the same `components` object and change the weights alone,
    which is how a `pair` recognises that two scores can share their work.

    Parameters
    ----------
    components : Components
    log_weights : Tensor, shape [K]
        -inf where a component is absent; normalised here.
    component_labels : Tensor, shape [K], int64
        Index into `labels`, -1 for none.
    labels : sequence of str
    name : str
    origin : Given or TiltedBy, optional
        What was done to another law to get this one.
    """

    _recent: AtLevel[Coefficients] | None = None
    """Coefficients of the last levels, in a copy that one run holds (`remembering`)."""

    def __init__(
        self,
        components: Components,
        log_weights: Tensor,
        component_labels: Tensor | None = None,
        labels: Sequence[str] = (),
        name: str = "p(x)",
        origin: Origin | None = None,
    ) -> None:
        log_weights = log_weights.to(torch.float64)
        self.components = components
        self.dimension = components.dimension
        self.log_weights = log_weights - torch.logsumexp(log_weights, 0)  # [K]
        self.component_labels = torch.full((components.count,), -1) if component_labels is None else component_labels
        self.labels = tuple(labels)
        self.name, self.origin = name, origin
        self.atomic = bool(torch.all(components.standard_deviations() == 0))
        self.support = torch.nonzero(torch.isfinite(self.log_weights))[:, 0]  # [K']

    # ------------------------------------------------------------------ weights and labels
    @property
    def weights(self) -> Tensor:
        """[K], float64, summing to 1."""
        return self.log_weights.exp()

    def reweighted(self, log_factor: Tensor, name: str, origin: Origin | None = None) -> Mixture:
        """The law with weight_k exp(log_factor_k), normalised; components shared."""
        return Mixture(self.components, self.log_weights + log_factor, self.component_labels, self.labels, name, origin)

    def given(self, label: str) -> Mixture:
        outside = torch.where(self._has(label), 0.0, -torch.inf)  # [K]
        return self.reweighted(outside.to(torch.float64), self.name.replace("(x", f"(x | {label}", 1), Given(label))

    def class_probability(self, label: str) -> float:
        return float(self.weights[self._has(label)].sum())

    def _has(self, label: str) -> Tensor:
        if label not in self.labels:
            raise self._unknown(label)
        has = self.component_labels == self.labels.index(label)
        if not torch.any(has & torch.isfinite(self.log_weights)):
            raise self._unknown(label)
        return has

    # ------------------------------------------------------------------ the clean law
    def sample(self, n: int, generator: torch.Generator) -> Points:
        index = torch.multinomial(self.weights, n, replacement=True, generator=generator)  # [n]
        return Points(self.components.draw(index, generator), self.component_labels[index])

    def box(self, outside: float = 1e-6) -> tuple[Tensor, Tensor]:
        reach = -torch.special.ndtri(torch.tensor(outside / 2, dtype=torch.float64))
        means = self.components.means[self.support]  # [K', d]
        margin = reach * self.components.standard_deviations()[self.support]  # [K', d]
        return (means - margin).amin(0), (means + margin).amax(0)

    def nearest(self, x: Tensor) -> Tensor:
        return self.components.means.to(x)[self.nearest_index(x)] if self.atomic else x

    def nearest_index(self, x: Tensor) -> Tensor:
        """Index of the nearest component mean, shape [...]."""
        rows = x.movedim(-1, 0).reshape(self.dimension, -1)  # [d, M]
        rows = rows.double() if has_float64(x.device) else rows  # the squares cancel
        means = self.components.means.to(rows)[self.support]  # [K', d]
        half_square = 0.5 * means.square().sum(-1, keepdim=True)  # [K', 1]
        nearest = [torch.addmm(half_square, means, rows[:, b], alpha=-1).argmin(0) for b in blocks(rows.shape[1], len(means))]
        return self.support.to(x.device)[torch.cat(nearest)].reshape(x.shape[:-1])

    # ------------------------------------------------------------------ the noised law
    def score(self, x: Tensor, t: Time) -> Tensor:
        return self._evaluate(x, t, want_score=True)

    def log_density(self, x: Tensor, t: Time) -> Tensor:
        return self._evaluate(x, t, want_score=False)

    def _evaluate(self, x: Tensor, t: Time, *, want_score: bool) -> Tensor:
        rows = x.movedim(-1, 0).reshape(self.dimension, -1)  # [d, M]
        if isinstance(t, Tensor) and t.numel() > 1:
            out = self._by_level(rows, t.broadcast_to(x.shape[:-1]).reshape(-1), want_score)
        else:
            rows = self.precise(rows, float(t))
            at = self.at(float(t), rows)
            count = len(self.support)
            slices = blocks(rows.shape[1], count, attention=want_score and is_attention(count))
            parts = [self._block(rows[:, b], at, want_score) for b in slices]
            out = (parts[0] if len(parts) == 1 else torch.cat(parts, -1)).to(x.dtype)
        return out.reshape(self.dimension, *x.shape[:-1]).movedim(0, -1) if want_score else out.reshape(x.shape[:-1])

    def precise(self, rows: Tensor, t: float) -> Tensor:
        """The points in a type that can tell the components apart at this level, if the device has one."""
        plain = rows.dtype == torch.float64 or not has_float64(rows.device)
        return rows if plain or t > self._steep_below else rows.double()

    @cached_property
    def _steep_below(self) -> float:
        """The noise variance below which a logit's terms exceed STEEPEST: they fall as t grows."""
        low, high = 1e-30, 1.0
        while high > 1.001 * low:
            middle = (low * high) ** 0.5
            low, high = (middle, high) if self.components.steepness(middle) > STEEPEST else (low, middle)
        return high

    def _block(self, rows: Tensor, at: Coefficients, want_score: bool) -> Tensor:
        features, moments = self.components.features(rows), at.moments[None]  # [F, M], [1, G + 1, K']
        if not want_score:
            return log_sum(at.linear @ features) + self.components.common(rows, at)  # [M]
        if is_attention(len(at.linear)):
            sums = attention(at.linear, features, moments)  # [1, G + 1, M]
        else:
            _, sums = posterior(at.linear @ features, moments)
        return self.components.read_score(sums, rows, at)[0]  # [d, M]

    def score_and_log_density(self, rows: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """Both at once, [d, M] and [M], at points given coordinate first."""
        at = self.at(t, rows)
        (top,), sums = posterior(at.linear @ self.components.features(rows), at.moments[None])
        log_norm = sums[0, -1].log() + top  # [M]
        return self.components.read_score(sums, rows, at)[0], log_norm + self.components.common(rows, at)

    def _by_level(self, rows: Tensor, t: Tensor, want_score: bool) -> Tensor:
        """Points at different noise levels (training): grouped by level, one pass each."""
        levels, which = torch.unique(t, return_inverse=True)
        out = rows.new_empty(rows.shape if want_score else rows.shape[1:])  # [d, M] or [M]
        for k, level in enumerate(levels.tolist()):
            mine = which == k
            here = self.precise(rows[:, mine], level)
            out[..., mine] = self._block(here, self.at(level, here), want_score).to(rows.dtype)
        return out

    def at(self, t: float, x: Tensor) -> Coefficients:
        """Coefficients of the present components at noise variance t, weights included, cast to x."""
        return (self._recent or self._coefficients)(t, x)

    def _coefficients(self, t: float, x: Tensor) -> Coefficients:
        return self.components.coefficients(t).weighted(self.log_weights[self.support], self.support, x)

    def remembering(self) -> Self:
        values = len(self.support) * len(self.components.features(torch.zeros(self.dimension, 1)))  # a level
        run = copy.copy(self)
        run._recent = remembered(self._coefficients, _REMEMBERED_VALUES // values)
        return run

    def _log_posterior(self, label: str, x: Tensor, t: Time) -> Tensor:
        if self.atomic and float(torch.as_tensor(t).max()) == 0:
            return self._atom_log_posterior(label).to(x)[self.nearest_index(x)]
        outside = torch.where(self._has(label), -torch.inf, self.log_weights)  # [K]
        if not torch.isfinite(outside).any():
            return torch.zeros_like(x[..., 0])
        # By the odds, so that probabilities next to 1 keep their order: guidance drives particles there.
        rest = Mixture(self.components, outside, name="the rest")
        p = torch.tensor(self.class_probability(label), dtype=torch.float64)
        log_odds = self.given(label).log_density(x, t) - rest.log_density(x, t) + torch.logit(p).to(x)
        return torch.nn.functional.logsigmoid(log_odds)

    def _atom_log_posterior(self, label: str) -> Tensor:
        """log p(label | atom) for each atom, [K]; atoms at the same place share it."""
        _, place = torch.unique(self.components.means, dim=0, return_inverse=True)  # [K]
        zeros = torch.zeros(int(place.max()) + 1, dtype=torch.float64)
        mine = zeros.index_add(0, place, self.weights * self._has(label))
        return (mine / zeros.index_add(0, place, self.weights)).log()[place]
