"""Guided steps between two flow times, affine in the weight: all that the losses need of the scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor

from gdviz.diffusion.flow import flow_moment, flow_size
from gdviz.laws import Law, Pair
from gdviz.networks import WeightNetwork, WeightRecipe
from gdviz.samplers.churn import Churn
from gdviz.scores import Scores


@dataclass(frozen=True)
class GuidedSteps:
    """Clean points, each with its step from flow time t down to s and m particles on either side.

    A guided particle is start + omega push, its guess of the clean point clean + omega clean_push.

    Attributes
    ----------
    label : Tensor, shape [B]
    log_snr, log_snr_next : Tensor, shape [B]
        At t and at s.
    data : Tensor, shape [B, m, d]
        (1 - s) x_0 + s z: fresh noisings.
    start, push : Tensor, shape [B, m, d]
        The unguided step from independent noisings to t, and what a unit of weight adds.
    clean, clean_push : Tensor, shape [B, m, d]
        The denoiser there, and what a unit of weight adds.
    truth : Tensor, shape [B, m, d]
        The clean points of the steps.
    """

    label: Tensor
    log_snr: Tensor
    log_snr_next: Tensor
    data: Tensor
    start: Tensor
    push: Tensor
    clean: Tensor
    clean_push: Tensor
    truth: Tensor

    def __getitem__(self, rows: Tensor | slice) -> GuidedSteps:
        """Some of the clean points."""
        return GuidedSteps(*(getattr(self, each.name)[rows] for each in fields(self)))

    def on(self, device: torch.device) -> GuidedSteps:
        """The steps on a device."""
        return GuidedSteps(*(getattr(self, each.name).to(device) for each in fields(self)))

    def guided(self, omega: Tensor) -> Tensor:
        """The particles at s for weights [B], [B, m, d]."""
        return self.start + omega[:, None, None] * self.push

    def denoised(self, omega: Tensor) -> Tensor:
        """The guided guesses of the clean points for weights [B], [B, m, d]."""
        return self.clean + omega[:, None, None] * self.clean_push


class StepLaw:
    """Draws guided steps of a law's labels under given scores, which are evaluated without gradients.

    Scores are cheap for many points of one level: so many levels are drawn, each with a label of its own and several
    clean points.

    Parameters
    ----------
    law : Law
        p, with labels.
    scores : Scores
        Give score of p(. | c) and the push score of p(. | c) - score of p.
    recipe : WeightRecipe
    """

    def __init__(self, law: Law, scores: Scores, recipe: WeightRecipe) -> None:
        self.law, self.recipe, self._kernel = law, recipe, Churn(churn=recipe.churn)
        self._given = [law.given(label) for label in law.labels]
        self._pairs = [scores.pair(given, law) for given in self._given]
        self._share = torch.tensor([law.class_probability(label) for label in law.labels], dtype=torch.float64)  # [C]

    def draw(self, levels: int, points: int, generator: Generator) -> GuidedSteps:
        """`levels` steps drawn at random, `points` clean points for each."""
        s, t = self.flow_times(levels, generator)  # [L]
        drawn = zip(s.tolist(), t.tolist(), self._labels(levels, generator).tolist(), strict=True)
        return _joined([self.between(low, high, label, points, generator) for low, high, label in drawn])

    def flow_times(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """s ~ U[S_min, 1 - zeta - delta] and t - s ~ U[delta, 1 - zeta - s], each [count]; s one in each of equal parts."""
        last, low, gap = 1 - self.recipe.nearest_noise, self.recipe.nearest_data, self.recipe.gap
        u = (torch.arange(count) + torch.rand(count, generator=generator, dtype=torch.float64)) / count  # [n]
        s = low + (last - gap - low) * u
        step = gap + (last - s - gap) * torch.rand(count, generator=generator, dtype=torch.float64)
        return s, s + step

    def _labels(self, count: int, generator: Generator) -> Tensor:
        """Label indices in shares p(c), in random order, [count]."""
        u = (torch.arange(count) + torch.rand(1, generator=generator, dtype=torch.float64)) / count  # [n]
        label = torch.searchsorted((self._share / self._share.sum()).cumsum(0), u).clamp_max(len(self._share) - 1)
        return label[torch.randperm(count, generator=generator)]

    @torch.no_grad()
    def between(self, s: float, t: float, label: int, points: int, generator: Generator) -> GuidedSteps:
        """Steps from flow time t to s < t for `points` clean points of one label.

        The step is the churn sampler's own: it knows its levels by their log-SNR alone. Lengths are those of flow time.
        """
        m, d = self.recipe.particles, self.law.dimension
        each = m if self.recipe.marginal else 1
        x_0 = self._given[label].sample(2 * points * each, generator).x.view(2, points, each, d)
        of_data, of_step = (x.expand(points, m, d) for x in (x_0 if self.recipe.marginal else x_0[:1].repeat(2, 1, 1, 1)))
        z, *noises = torch.randn(3, points, m, d, generator=generator, dtype=torch.float64)
        moment = flow_moment(s, t)
        x = math.sqrt(moment.alpha_bar) * of_step + math.sqrt(moment.t) * z  # [n, m, d]
        return self._step(s, t, label, x, _scores(self._pairs[label], x, moment.t), of_data, of_step, noises)

    @torch.no_grad()
    def along(self, weights: WeightNetwork, generator: Generator) -> GuidedSteps:
        """Steps of one label, drawn at random, from points of a path that present weights guide.

        Particles start as noised data and are sampled as the sampler would, in `recipe.path` steps that are equal in flow
        time but for a random start. From each of their levels a step of one to two `recipe.gap` is held against data noised
        afresh: so the law of the label is compared, after the errors of all steps before.
        """
        recipe, points, m, d = self.recipe, self.recipe.points, self.recipe.particles, self.law.dimension
        label = int(torch.multinomial(self._share, 1, generator=generator))
        times = self._path(generator)
        omega = self._omega(weights, label, times)
        moment = flow_moment(times[1], times[0])
        x_0, data = self._given[label].sample(2 * points * m, generator).x.view(2, points, m, d)
        x = math.sqrt(moment.alpha_bar) * x_0 + math.sqrt(moment.t) * torch.randn(x_0.shape, generator=generator)  # [n, m, d]
        parts = []
        for t, after, weight in zip(times, times[1:], omega, strict=False):
            moment = flow_moment(after, t)
            score, push = _scores(self._pairs[label], x, moment.t)
            longest = min(2 * recipe.gap, t - recipe.nearest_data)
            if longest >= recipe.gap:
                s = t - recipe.gap - (longest - recipe.gap) * float(torch.rand(1, generator=generator))
                parts.append(self._step(s, t, label, x, (score, push), data, x_0, torch.randn(2, *x.shape, generator=generator)))
            keep, drift, noise = self._kernel.linear_step(moment)
            x = keep * x + drift * (score + weight * push) + noise * torch.randn(x.shape, generator=generator)
        return _joined(parts)

    def _path(self, generator: Generator) -> list[float]:
        """Falling flow times of a path, [path + 1]."""
        first, last, steps = 1 - self.recipe.nearest_noise, self.recipe.nearest_data, self.recipe.path
        shift = float(torch.rand(1, generator=generator))  # the first step is a part of one
        return [first, *(first - (first - last) * (k + shift) / steps for k in range(steps)), last]

    def _omega(self, weights: WeightNetwork, label: int, times: list[float]) -> list[float]:
        """Present weights of the steps between flow times."""
        log_snr = torch.tensor([_log_snr(tau) for tau in times])  # [L + 1]
        device = next(weights.parameters()).device
        before, after = log_snr[:-1].to(device), log_snr[1:].to(device)
        return weights(torch.full_like(before, label, dtype=torch.long), before, after).tolist()

    def _step(
        self,
        s: float,
        t: float,
        label: int,
        x: Tensor,
        scores: Sequence[Tensor],
        of_data: Tensor,
        truth: Tensor,
        noises: Iterable[Tensor],
    ) -> GuidedSteps:
        """Steps from particles x [n, m, d] at flow time t to s, beside clean points `of_data` noised to s."""
        moment, (score, push), (z_next, redrawn) = flow_moment(s, t), scores, noises
        keep, drift, noise = self._kernel.linear_step(moment)
        size = flow_size(s)
        amplitude = math.sqrt(moment.alpha_bar)
        parts = (
            size * (math.sqrt(moment.alpha_bar_next) * of_data + math.sqrt(moment.t_next) * z_next),
            size * (keep * x + drift * score + noise * redrawn),
            size * drift * push,
            (x + moment.t * score) / amplitude,
            moment.t * push / amplitude,
            truth,
        )
        levels = (torch.full((len(x),), _log_snr(tau), dtype=torch.float32) for tau in (t, s))
        return GuidedSteps(torch.full((len(x),), label), *levels, *(part.float() for part in parts))


def _joined(parts: Sequence[GuidedSteps]) -> GuidedSteps:
    return GuidedSteps(*(torch.cat([getattr(part, each.name) for part in parts]) for each in fields(GuidedSteps)))


def _log_snr(flow_time: float) -> float:
    return 2 * math.log((1 - flow_time) / flow_time)


def _scores(pair: Pair, x: Tensor, t: float) -> Sequence[Tensor]:
    """Score and push at points [..., d] of one level, as a rule gets them."""
    toward, push, _ = pair(x.flatten(0, -2), t)
    return toward.view(x.shape), push.view(x.shape)
