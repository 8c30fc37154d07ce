"""Whether guidance keeps the balance of the modes."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.guidance import Plan
from gdviz.laws import Mixture

MOST_MODES = 64
"""With more components than this they are no modes to look at, and labels take their place."""

GOAL_SAMPLES = 20_000


class ModeWeights:
    """Total variation between the mode weights of samples and those of the method's first goal law.

    A point belongs to the component of the unguided law whose mean is nearest; both laws are counted
    by that rule, so overlap makes no bias.

    Parameters
    ----------
    plan : Plan
    seed : int
        Of the goal's samples.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._goal: Tensor | None = None  # [modes]
        law = plan.unguided
        if not isinstance(law, Mixture) or not plan.goals or plan.goals[0].depends_on_w:
            return
        self._law = law
        self._mode = _modes(law)  # [K]
        if self._mode is None:
            return
        x = plan.goals[0].draw(1.0, GOAL_SAMPLES, torch.Generator().manual_seed(seed))
        if x is not None:
            self._goal = self._weights(x)

    def total_variation(self, x: Tensor) -> float | None:
        """sum |share - goal's share| / 2 for finite points [n, d]; None where there are no modes to compare."""
        if self._goal is None or not len(x):
            return None
        return 0.5 * float((self._weights(x) - self._goal).abs().sum())

    def _weights(self, x: Tensor) -> Tensor:
        assert self._mode is not None
        mode = self._mode[self._law.nearest_index(x)]  # [n]
        return torch.bincount(mode, minlength=int(self._mode.max()) + 1).double() / len(x)  # [modes]


def _modes(law: Mixture) -> Tensor | None:
    """The mode of each component, [K]: itself, or its label; None where there is but one."""
    if len(law.support) <= MOST_MODES:
        mode = torch.arange(law.components.count)
    else:
        mode = law.component_labels + 1
    return mode if len(mode[law.support].unique()) > 1 else None
