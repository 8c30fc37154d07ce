"""What a score's error does to the mean that guidance moves: predicted, and measured on the same noise (MATH section 2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise, TileNoise
from gdviz.errors import GdvizError
from gdviz.guidance import Guide, Guided, Plan
from gdviz.metrics.mean import UNKNOWN, Mean, mean
from gdviz.metrics.tails import tail
from gdviz.samplers import SamplerKind


@dataclass(frozen=True)
class ErrorEffect:
    """How far a wrong score moves E f at one w; f is r where guidance seeks reward, 1/r where it avoids cost.

    Attributes
    ----------
    w : float
    of : {"mean_reward", "mean_reciprocal"}
        Which mean f is.
    exact, wrong : Mean
        E f under the exact and the wrong scores, from the same start and increments.
    measured : Mean
        Their paired difference.
    predicted : Mean
        Int E<e_t, grad f_t> du along the exact guided paths: first order in the error e_t of the guided score. At w = 0
        it is the whole first-order effect. At other w it leaves out that the moved path meets another push.
    accounted : Mean
        E f(Y^0) + Int E<w push + e_t, grad f_t> du along the wrong paths, which is E f under the wrong scores
        without approximation, but for the step size.
    """

    w: float
    of: str
    exact: Mean
    wrong: Mean
    measured: Mean
    predicted: Mean
    accounted: Mean


def error_effects(
    exact: Plan,
    wrong: Plan,
    sampler: SamplerKind,
    levels: Levels,
    w: Sequence[float],
    particles: int,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
) -> tuple[ErrorEffect, ...]:
    """The effect of a score's error at each w.

    f_t = E[f(X_0) | X_t] is a martingale along the unguided path, so by Ito's formula any other drift b + h ends at
    E f(Y) = E f(Y^0) + Int E<h_t, grad f_t> du; here h = w push + e. The gradient is f_t times +-push of the exact plan, and
    f_t = E f(Y^0) exp(+-log ratio).

    Parameters
    ----------
    exact, wrong : Plan
        The same guidance built on exact and on other scores.
    sampler : SamplerKind
        One with unit noise; for others the formula does not hold.
    progress : callable
        Called with the share done.

    Raises
    ------
    GdvizError
        If the plan's mean or its value at w = 0 is not known, or the sampler has not the full noise.
    """
    if exact.improves is None or exact.baseline is None or exact.reward is None:
        raise GdvizError("score error: found guidance without an improvement identity; cfg and reward guidance have one.")
    if not sampler.unit_noise:
        name = sampler.kind_name()
        raise GdvizError(f"score error: found the sampler {name!r}; the formula holds for ddpm, ancestral and churn 1.")
    follow_exact, follow_wrong = _Follow(exact, wrong, levels, w), _Follow(exact, wrong, levels, w, follow_wrong=True)
    ends = []
    for number, follow in enumerate((follow_exact, follow_wrong)):
        ends.append(torch.empty(0))
        for x, done in follow.run(sampler, TileNoise(seed, exact.unguided.dimension, 0, particles)):
            ends[number] = x
            progress((number + done) / 2)
    values = [_values(exact, x) for x in ends]  # [W, N] each
    effects = []
    for k, scale in enumerate(w):
        before, after = values[0][k], values[1][k]  # [N]
        first_order = exact.baseline * follow_exact.error[k].double().numpy()  # [N]
        whole = exact.baseline * (1 + (follow_wrong.error[k] + scale * follow_wrong.gain[k]).double().numpy())  # [N]
        effects.append(
            ErrorEffect(
                scale,
                exact.improves,
                _reliable(before),
                _reliable(after),
                _reliable_pair(before, after),
                _reliable_signed(first_order),
                _reliable_signed(whole),
            )
        )
    return tuple(effects)


class _Follow:
    """One run of all w, with the integrals of <e, grad f_t> and <push, grad f_t> relative to E f(Y^0) along it."""

    def __init__(self, exact: Plan, wrong: Plan, levels: Levels, w: Sequence[float], follow_wrong: bool = False) -> None:
        weight = torch.tensor(list(w), dtype=torch.float32)[:, None, None]  # [W, 1, 1]
        self.exact, self.wrong = Guide(exact.rule, weight), Guide(wrong.rule, weight)
        self.levels, self.count, self.follow_wrong = levels, len(w), follow_wrong
        self.sign = 1.0 if exact.improves == "mean_reward" else -1.0

    def run(self, sampler: SamplerKind, noise: Noise) -> Iterator[tuple[Tensor, float]]:
        """Positions [W, N, d] after each step, and the share done."""
        start = noise.start()  # [N, d]
        x = start.T[:, None, :].repeat(1, self.count, 1).movedim(0, -1)  # [W, N, d]
        self.error, self.gain = torch.zeros(x.shape[:-1]), torch.zeros(x.shape[:-1])  # [W, N]
        for step in sampler.run(self._guide, self.levels, noise, x):
            yield step.x, (step.moment.index + 1) / step.moment.total

    @torch.no_grad()
    def _guide(self, x: Tensor, moment: Moment) -> Guided:
        right, wrong = self.exact(x, moment), self.wrong(x, moment)
        assert right.log_ratio is not None
        gradient = self.sign * (self.sign * right.log_ratio()).exp()[..., None] * right.push  # [W, N, d]  grad f_t / E f(Y^0)
        du = moment.du
        self.error += du * ((wrong.total - right.total) * gradient).sum(-1)  # [W, N]
        self.gain += du * right.omega * (right.push * gradient).sum(-1)  # [W, N]
        return wrong if self.follow_wrong else right


def _values(plan: Plan, x: Tensor) -> np.ndarray:
    """f at end points [W, N, d], in float64."""
    assert plan.reward is not None
    sign = 1.0 if plan.improves == "mean_reward" else -1.0
    return (sign * plan.reward.log(plan.unguided.nearest(x.double()))).exp().numpy()  # [W, N]


def _reliable(values: np.ndarray) -> Mean:
    """The mean of positive values where their tail allows one."""
    return mean(values) if tail(values).reliable else UNKNOWN


def _reliable_pair(before: np.ndarray, after: np.ndarray) -> Mean:
    return mean(after - before) if tail(before).reliable and tail(after).reliable else UNKNOWN


def _reliable_signed(values: np.ndarray) -> Mean:
    """The mean of values of both signs, where the tail of their size allows one."""
    found = mean(values)
    if found.se is None or not math.isfinite(found.se):
        return UNKNOWN
    return found if found.se == 0 or tail(np.abs(values)).reliable else UNKNOWN
