"""Any network on its way to a minimum: optimiser, schedule of the rate, clipped gradients, averaged weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

WARM_UP = 100
"""Steps over which the learning rate rises."""

LONGEST_GRADIENT = 1.0
"""Gradients are clipped to this norm."""


class Fitting:
    """AdamW under a cosine schedule, gradients clipped, an exponential moving average (EMA) of the weights.

    Any module can be fitted: ``for ...: fitting.descend(loss(network, batch))``; then `averaged` gives the weights to use.

    Parameters
    ----------
    network : nn.Module
    steps : int
        Steps there are to do; the learning rate falls to 0 over them.
    rate : float
        Largest learning rate.
    averaging : float
        Decay of the average.

    Attributes
    ----------
    step : int
        Steps done.
    """

    def __init__(self, network: nn.Module, steps: int, rate: float, averaging: float) -> None:
        self.network, self.steps, self.rate, self.step = network, steps, rate, 0
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.0, fused=True)
        self._weights = dict(network.named_parameters())
        self._current = [weight.detach() for weight in self._weights.values()]
        self._average = [weight.clone() for weight in self._current]
        self._approach = get_ema_multi_avg_fn(averaging)

    def descend(self, loss: Tensor) -> float:
        """One step of the optimiser down a scalar loss of the network; returns the loss."""
        for weight in self._weights.values():
            weight.grad = None
        loss.backward()
        nn.utils.clip_grad_norm_(self._weights.values(), LONGEST_GRADIENT, foreach=True)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate_share(self.step, self.steps)
        self.optimiser.step()
        if self.step:
            self._approach(self._average, self._current, self.step)
        else:
            torch._foreach_copy_(self._average, self._current)
        self.step += 1
        return float(loss.detach())

    def averaged(self) -> dict[str, Tensor]:
        """A copy of the network's state with averaged weights: what samples."""
        state = self.network.state_dict() | dict(zip(self._weights, self._average, strict=True))
        return {name: value.clone() for name, value in state.items()}

    # ------------------------------------------------------------------ stopping and going on
    def state(self) -> dict[str, Tensor]:
        """A copy of all that the next step depends on."""
        tensors = {f"network.{name}": value.clone() for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.averaged().items()}
        for name, weight in self._weights.items():
            tensors |= {f"{key}.{name}": value.clone() for key, value in self.optimiser.state[weight].items()}
        return tensors

    def take_up(self, tensors: dict[str, Tensor], step: int) -> None:
        """Go on where `state` was copied, after `step` steps.

        Raises
        ------
        KeyError or RuntimeError
            If the tensors are not those of this network.
        """
        self.network.load_state_dict(_under("network.", tensors))
        for (name, weight), average in zip(self._weights.items(), self._average, strict=True):
            average.copy_(tensors[f"average.{name}"])
            if f"step.{name}" in tensors:
                keys = ("step", "exp_avg", "exp_avg_sq")
                self.optimiser.state[weight] = {key: tensors[f"{key}.{name}"].clone() for key in keys}
        self.step = step


def rate_share(step: int, steps: int) -> float:
    """Share of the learning rate at a step: a short rise, then half a cosine down to 0."""
    return min(1.0, (step + 1) / min(WARM_UP, max(1, steps // 10))) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
