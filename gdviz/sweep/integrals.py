"""The running integrals along the paths: what guidance gains, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.guidance.none import Unguided
from gdviz.samplers import Step
from gdviz.sweep.observer import Observer, ObserverContext, ObserverKind


@dataclass(frozen=True)
class Integrals(ObserverKind):
    """Reads, [W, n] each where they mean something and absent elsewhere:

    `gain`, the integral over u of omega |push|^2 exp(+-log_ratio) along each path: the improvement identity's integrand
    per unit of w, relative to its value at w = 0 (MATH section 2);

    `path_kl`, each path's contribution to KL(guided || unguided).
    """

    def build(self, context: ObserverContext) -> Observer:
        return RunningIntegrals(context)


class RunningIntegrals(Observer):
    """Gain and path KL so far, the latter in units of w^2."""

    def __init__(self, context: ObserverContext) -> None:
        plan = context.plan
        self._w = context.w[..., 0]  # [W, 1]
        self._sign = {"mean_reward": 1.0, "mean_reciprocal": -1.0}.get(plan.identity or "", 0.0)
        self._guided = context.sampler.unit_noise and not isinstance(plan.rule, Unguided)
        self.gain: Tensor | None = None
        self.path_kl: Tensor | None = None

    def start(self, x: Tensor) -> None:
        self.gain = x.new_zeros(x.shape[:-1]) if self._guided and self._sign else None
        self.path_kl = x.new_zeros(x.shape[:-1]) if self._guided else None

    def readings(self) -> Mapping[str, Tensor]:
        readings = {} if self.gain is None else {"gain": self.gain}
        return readings if self.path_kl is None else {**readings, "path_kl": self._w**2 * self.path_kl}

    def step(self, step: Step) -> None:
        if self.path_kl is None or not step.noise_gain:  # levels so close that the step rounds to nothing
            return
        guided, push = step.guided, step.guided.push
        size = push[..., 0].square()  # [W, n]
        for k in range(1, push.shape[-1]):
            size.addcmul_(push[..., k], push[..., k])
        self.path_kl.add_(size, alpha=0.5 * (guided.omega * step.drift_gain / step.noise_gain) ** 2)
        if self.gain is None:
            return
        if guided.log_ratio is None:
            self.gain = None
            return
        omega = step.moment.du * step.guided.omega
        accumulate = self.gain.addcmul_ if self._sign > 0 else self.gain.addcdiv_
        smallest = 0.98 * math.log(torch.finfo(size.dtype).tiny)  # below it exp is denormal, and a hundred times slower
        accumulate(size, guided.log_ratio().clamp_min(smallest).exp_(), value=omega)
