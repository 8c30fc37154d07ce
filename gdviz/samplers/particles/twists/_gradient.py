"""log r of a point looked ahead to, and its gradient in the noisy point."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gdviz.guidance import Guide
from gdviz.samplers.particles.twists._twist import Foresight


def log_reward(guide: Guide, look: Callable[[Tensor], Tensor], x: Tensor, gradient: bool) -> Foresight:
    """log r(look(x)) at x of shape [..., d], by automatic differentiation where the gradient is asked for."""
    assert guide.reward is not None
    if not gradient:
        return Foresight(guide.reward.log(look(x)), None)
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        value = guide.reward.log(look(x))  # [...]
        (slope,) = torch.autograd.grad(value.sum(), x)  # [..., d]
    return Foresight(value.detach(), slope)
