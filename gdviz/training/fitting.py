"""Any network on its way to a minimum: optimiser, schedule of the rate, clipped gradients, averaged weights."""

from __future__ import annotations

import math
from functools import cached_property

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
        self._weights = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        # Weights and gradients of all layers lie in one piece of memory each: a small network's time would go into calls.
        self._all = nn.Parameter(torch.cat([weight.detach().flatten() for weight in self._weights.values()]))  # [P]
        self._gradient = self._all.grad = torch.zeros_like(self._all)  # [P]
        self._average = self._all.detach().clone()  # [P]
        self._approach = get_ema_multi_avg_fn(averaging)
        of_weights, of_gradients = self._by_name(self._all.detach()), self._by_name(self._gradient)
        for name, weight in self._weights.items():
            weight.data, weight.grad = of_weights[name], of_gradients[name]

    @cached_property
    def optimiser(self) -> torch.optim.Optimizer:
        """Made at the first step: torch imports its compiler with it, seconds that a look at a new network does not need."""
        return torch.optim.AdamW([self._all], lr=self.rate, weight_decay=0.0, fused=True)

    def descend(self, loss: Tensor) -> float:
        """One step of the optimiser down a scalar loss of the network; returns the loss."""
        gradients = torch.autograd.grad(loss, tuple(self._weights.values()), materialize_grads=True)
        norm = nn.utils.get_total_norm(gradients)
        torch.cat([gradient.flatten() for gradient in gradients], out=self._gradient)
        self._gradient.mul_((LONGEST_GRADIENT / (norm + 1e-6)).clamp(max=1))
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate_share(self.step, self.steps)
        self.optimiser.step()
        if self.step:
            self._approach([self._average], [self._all.detach()], self.step)
        else:
            self._average.copy_(self._all.detach())
        self.step += 1
        return float(loss.detach())

    def averaged(self) -> dict[str, Tensor]:
        """A copy of the network's state with averaged weights: what samples."""
        state = self.network.state_dict() | self._by_name(self._average)
        return {name: value.clone() for name, value in state.items()}

    # ------------------------------------------------------------------ stopping and going on
    def state(self) -> dict[str, Tensor]:
        """A copy of all that the next step depends on."""
        tensors = {f"network.{name}": value.clone() for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.averaged().items()}
        for key, value in self.optimiser.state[self._all].items():
            parts = self._by_name(value) if value.ndim else dict.fromkeys(self._weights, value)
            tensors |= {f"{key}.{name}": part.clone() for name, part in parts.items()}
        return tensors

    def take_up(self, tensors: dict[str, Tensor], step: int) -> None:
        """Go on where `state` was copied, after `step` steps.

        Raises
        ------
        KeyError or RuntimeError
            If the tensors are not those of this network.
        """
        self.network.load_state_dict(_under("network.", tensors))
        self._average.copy_(self._joined(_under("average.", tensors)))
        if step:
            first = next(iter(self._weights))
            moments = {key: self._joined(_under(f"{key}.", tensors)) for key in ("exp_avg", "exp_avg_sq")}
            self.optimiser.state[self._all] = {"step": tensors[f"step.{first}"].to(self._all.device, copy=True), **moments}
        self.step = step

    # ------------------------------------------------------------------ all weights and each
    def _by_name(self, joined: Tensor) -> dict[str, Tensor]:
        """Each weight's part of [P], as views."""
        parts = joined.split([weight.numel() for weight in self._weights.values()])
        return {name: part.view(weight.shape) for part, (name, weight) in zip(parts, self._weights.items(), strict=True)}

    def _joined(self, tensors: dict[str, Tensor]) -> Tensor:
        """[P] from each weight's part."""
        parts = [tensors[name].reshape(weight.numel()) for name, weight in self._weights.items()]
        return torch.cat(parts).to(self._all.device)


def rate_share(step: int, steps: int) -> float:
    """Share of the learning rate at a step: a short rise, then half a cosine down to 0."""
    return min(1.0, (step + 1) / min(WARM_UP, max(1, steps // 10))) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
