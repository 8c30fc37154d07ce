"""Guided steps between two flow times, affine in the weight: all that the losses need of the scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor

from gdviz.diffusion.flow import flow_moment, flow_size
from gdviz.laws import Law, Pair
from gdviz.networks import WeightRecipe
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
        self.law, self.recipe = law, recipe
        self._given = [law.given(label) for label in law.labels]
        self._pairs = [scores.pair(given, law) for given in self._given]
        self._share = torch.tensor([law.class_probability(label) for label in law.labels], dtype=torch.float64)  # [C]

    def draw(self, levels: int, points: int, generator: Generator) -> GuidedSteps:
        """`levels` steps drawn at random, `points` clean points for each."""
        s, t = self.flow_times(levels, generator)  # [L]
        drawn = zip(s.tolist(), t.tolist(), self._labels(levels, generator).tolist(), strict=True)
        parts = [self.between(low, high, label, points, generator) for low, high, label in drawn]
        return GuidedSteps(*(torch.cat([getattr(part, each.name) for part in parts]) for each in fields(GuidedSteps)))

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
        z, z_next, redrawn = torch.randn(3, points, m, d, generator=generator, dtype=torch.float64)
        moment = flow_moment(s, t)
        x = math.sqrt(moment.alpha_bar) * of_step + math.sqrt(moment.t) * z  # [n, m, d]
        score, push = _scores(self._pairs[label], x, moment.t)
        keep, drift, noise = Churn(churn=self.recipe.churn).linear_step(moment)
        size = flow_size(s)
        amplitude = math.sqrt(moment.alpha_bar)
        parts = (
            size * (math.sqrt(moment.alpha_bar_next) * of_data + math.sqrt(moment.t_next) * z_next),
            size * (keep * x + drift * score + noise * redrawn),
            size * drift * push,
            (x + moment.t * score) / amplitude,
            moment.t * push / amplitude,
            of_step,
        )
        log_snr = [2 * math.log((1 - tau) / tau) for tau in (t, s)]
        levels = (torch.full((points,), value, dtype=torch.float32) for value in log_snr)
        return GuidedSteps(torch.full((points,), label), *levels, *(part.float() for part in parts))


def _scores(pair: Pair, x: Tensor, t: float) -> Sequence[Tensor]:
    """Score and push at points [..., d] of one level, as a rule gets them."""
    toward, push, _ = pair(x.flatten(0, -2), t)
    return toward.view(x.shape), push.view(x.shape)
