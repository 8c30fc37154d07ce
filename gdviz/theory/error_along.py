"""Int <e, grad f_t> du and Int <push, grad f_t> du, read along a sweep of exact or of wrong scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from gdviz.guidance import Guide
from gdviz.samplers import Step
from gdviz.sweep import Observer, ObserverContext, ObserverKind, PlanSource


@dataclass(frozen=True)
class ErrorAlong(ObserverKind):
    """Reads, relative to E f(Y^0), [W, n] each: `error`, Int <e_t, grad f_t> du; `gain`, Int omega <push, grad f_t> du.

    The gradient of f_t is f_t times +-push of the exact plan, and f_t = E f(Y^0) exp(+-log ratio).

    Attributes
    ----------
    other : PlanSource
        The other plan: that of wrong scores where the exact ones are followed, and the reverse.
    follow_wrong : bool
        Whether the sweep follows the wrong scores.
    """

    other: PlanSource
    follow_wrong: bool

    def build(self, context: ObserverContext) -> Observer:
        other = self.other.plan()
        exact = other if self.follow_wrong else context.plan
        return _ErrorAlong(Guide(other.rule, context.w), self.follow_wrong, 1.0 if exact.identity == "mean_reward" else -1.0)


class _ErrorAlong(Observer):
    def __init__(self, other: Guide, follow_wrong: bool, sign: float) -> None:
        self._other, self._follow_wrong, self._sign = other, follow_wrong, sign

    def start(self, x: Tensor) -> None:
        self._error, self._gain = x.new_zeros(x.shape[:-1]), x.new_zeros(x.shape[:-1])  # [W, n]

    def step(self, step: Step) -> None:
        followed, other = step.guided, self._other(step.before, step.moment)
        right, wrong = (other, followed) if self._follow_wrong else (followed, other)
        assert right.log_ratio is not None
        gradient = self._sign * (self._sign * right.log_ratio()).exp()[..., None] * right.push  # [W, n, d]  grad f_t / E f(Y^0)
        du = step.moment.du
        self._error += du * ((wrong.total - right.total) * gradient).sum(-1)  # [W, n]
        self._gain += du * right.omega * (right.push * gradient).sum(-1)  # [W, n]

    def readings(self) -> Mapping[str, Tensor]:
        return {"error": self._error, "gain": self._gain}
