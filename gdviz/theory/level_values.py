"""f_t(Y_t) and the improvement identity's integral at chosen levels, read while a sweep runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.device import has_float64
from gdviz.errors import GdvizError
from gdviz.laws import LogRatio
from gdviz.samplers import Step
from gdviz.sweep import Observer, ObserverContext, ObserverKind
from gdviz.theory.subject import Subject


@dataclass(frozen=True)
class LevelValues(ObserverKind):
    """Reads, relative to E f(Y^0), [W, n, F] each in float64:

    `value`, f_t(Y_t); `integral`, Int omega |push|^2 f_t du from the start.

    Attributes
    ----------
    levels : tuple of int
        Rising level indices, the last of them the end.
    """

    levels: tuple[int, ...]

    def build(self, context: ObserverContext) -> Observer:
        subject = Subject.of_plan(context.plan, context.sampler, context.levels)
        return _LevelValues(subject, {level: k for k, level in enumerate(self.levels)})


class _LevelValues(Observer):
    def __init__(self, subject: Subject, place: dict[int, int]) -> None:
        self._subject, self._place = subject, place

    def start(self, x: Tensor) -> None:
        self._x = x  # [W, n, d]
        self._value, self._integral = (torch.empty(*x.shape[:-1], len(self._place), dtype=torch.float64) for _ in range(2))
        device = x.device if has_float64(x.device) else "cpu"
        # [W, n], in float64: the last gains are far below the total's rounding in float32
        self._total = torch.zeros(x.shape[:-1], dtype=torch.float64, device=device)

    def step(self, step: Step) -> None:
        here, k = _value(step.guided.log_ratio, self._subject.sign), self._place.get(step.moment.index)  # [W, n]
        if k is not None:
            self._value[..., k], self._integral[..., k] = here, self._total
        gain = step.moment.du * step.guided.omega * step.guided.push.square().sum(-1) * here  # [W, n]
        self._total += gain.to(self._total.device)
        self._x = step.x

    def readings(self) -> Mapping[str, Tensor]:
        self._value[..., -1] = self._subject.relative(self._x, float(self._subject.levels.t[-1]))
        self._integral[..., -1] = self._total
        return {"value": self._value, "integral": self._integral}


def _value(log_ratio: LogRatio | None, sign: float) -> Tensor:
    if log_ratio is None:
        raise GdvizError("theory: found scores without densities; the laboratory needs exact ones.")
    return (sign * log_ratio()).exp()
