"""The particle engine: propose, weigh, resample; every method with weights is a setting of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.guidance import Guide, Guided
from gdviz.samplers._sampler import LinearStepSampler, Step
from gdviz.samplers.particles.flock import EVEN, Flock, taken, taken_score
from gdviz.samplers.particles.resamplers import ResamplerKind
from gdviz.samplers.particles.twists import TwistKind


@dataclass(frozen=True)
class Engine:
    """Sequential Monte Carlo along the base sampler, toward p r^w / E r^w with p the law of w = 0 (MATH section 4).

    With p(x' | x) the base step, q(x' | x) the proposal and psi_t the twist, a step multiplies a particle's weight by
    p(x' | x) psi_{t'}(x')^w / (q(x' | x) psi_t(x)^w); the end has r in place of psi. The product of the mean weights
    estimates E r^w without bias for every K, the size of the steps aside.

    Attributes
    ----------
    step : LinearStepSampler
        The base step, with noise.
    population : int
        K; particles m K, ..., m K + K - 1 are weighed and resampled together.
    twist : TwistKind
    gradient : float
        How much of w times the gradient of log psi the proposal adds to the base score; 0 proposes by the base step.
    temper : float
        psi_t^w is taken to the power tau^temper, tau the share of steps done: 0 does not temper.
    resampler : ResamplerKind
    """

    step: LinearStepSampler
    population: int
    twist: TwistKind
    gradient: float
    temper: float
    resampler: ResamplerKind

    def run(self, guide: Guide, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        """Denoise x of shape [W, n, d], n a multiple of K, yielding every step."""
        w = torch.as_tensor(guide.w, dtype=x.dtype, device=x.device).reshape(-1, 1)  # [W, 1]
        flock = Flock(x, self.population)
        log_psi, before = x.new_zeros(x.shape[:-1]), None  # [W, n]  of the last level
        for moment in levels.moments():
            guided = guide(x, moment)
            power = w * (moment.index / moment.total) ** self.temper if self.temper else w  # [W, 1]
            seen = self.twist.foresee(guide, x, moment, guided, self.gradient > 0)
            now, push = _powered(power, seen.value), None  # [W, n]
            if seen.gradient is not None and self.gradient:
                push = self.gradient * _powered(power[..., None], seen.gradient)  # [W, n, d]
            flock.weigh(now - log_psi)
            if before is not None and moment.index % self.resampler.every == 0:
                ancestors = flock.survive(self.resampler, noise.uniform(before), self.resampler.ess)
                x, now, push = taken(x, ancestors), taken(now, ancestors), taken(push, ancestors)
                guided = taken_score(guided, ancestors)
            after = self._propose(x, guided, push, moment, noise, flock)
            if self.twist.integrates:
                flock.weigh(moment.du * self.twist.rate(guide, guided))
            if moment.index + 1 == moment.total:
                if not self.twist.integrates:
                    assert guide.reward is not None
                    flock.weigh(_powered(w, guide.reward.log(after).to(x.dtype)) - now)
                after = self._end(after, noise.uniform(moment), flock)
            yield Step(moment, after, x, guided, populations=flock.state())
            x, log_psi, before = after, now, moment

    def _propose(
        self, x: Tensor, guided: Guided, push: Tensor | None, moment: Moment, noise: Noise, flock: Flock
    ) -> Tensor:
        """Points after a step of the proposal, [W, n, d]; log p(x' | x) - log q(x' | x) goes into the weights."""
        keep, drift, spread = self.step.linear_step(moment)
        z = noise.step(moment)  # [n, d]
        after = torch.add(z * spread, x, alpha=keep)  # [W, n, d]
        after.add_(guided.base, alpha=drift)
        if push is None:
            return after
        after.add_(push, alpha=drift)
        if spread and not self.twist.integrates:
            moved = push * (drift / spread)  # [W, n, d]  in units of the step's noise
            flock.weigh(-(moved * (z + 0.5 * moved)).sum(-1))
        return after

    def _end(self, x: Tensor, uniform: Tensor, flock: Flock) -> Tensor:
        """The end points with equal weights, [W, n, d]; NaN in a population that has died."""
        x = taken(x, flock.survive(self.resampler, uniform, EVEN))
        flock.finish()
        return torch.where(flock.dead()[..., None], torch.nan, x)


def _powered(w: Tensor, log_value: Tensor) -> Tensor:
    """w log_value, and 0 where w is 0, whatever the value."""
    return torch.where(w == 0, 0.0, w * log_value)
