"""What is read off end points: log r in float64, at the nearest atom where the target is atoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.laws import Law, Mixture
from gdviz.metrics.mean import Array
from gdviz.rewards import Reward

_BLOCK = 1 << 16
"""Points read at once."""


@dataclass(frozen=True)
class Reading:
    """The end points of one run at one w, read.

    Attributes
    ----------
    x : Tensor, shape [N, d]
    log_reward : ndarray, shape [N], or None
        log r; NaN for a particle that is not finite.
    atom : Tensor, shape [N], or None
        Index of the nearest atom of an atomic target.
    """

    x: Tensor
    log_reward: Array | None
    atom: Tensor | None

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which particles are finite and have a reward, shape [N]: the only ones that enter a mean."""
        finite = torch.isfinite(self.x).all(-1).numpy()  # [N]
        return finite if self.log_reward is None else finite & (self.log_reward < np.inf)

    def first(self, n: int) -> Reading:
        """The first n particles."""
        log_reward = None if self.log_reward is None else self.log_reward[:n]
        return Reading(self.x[:n], log_reward, None if self.atom is None else self.atom[:n])


class Reader:
    """Reads a reward off end points.

    For atoms the reward is evaluated once per atom, and a particle takes that of the nearest one: the
    end of a run is within its last noise level of an atom, never on it (MATH section 2).

    Parameters
    ----------
    law : Law
        The target.
    reward : Reward or None
    """

    def __init__(self, law: Law, reward: Reward | None) -> None:
        self.law, self.reward = law, reward
        self._by_atom: Tensor | None = None
        self.atoms = law if isinstance(law, Mixture) and law.atomic else None
        if self.atoms is not None and reward is not None:
            self._by_atom = reward.log(self.atoms.components.means)  # [K]

    def __call__(self, x: Tensor) -> Reading:
        """Read points of shape [N, d]."""
        atom = None if self.atoms is None else torch.cat([self.atoms.nearest_index(part) for part in x.split(_BLOCK)])
        if self.reward is None:
            return Reading(x, None, atom)
        if self._by_atom is not None and atom is not None:
            log_reward = self._by_atom[atom]  # [N]
        else:
            log_reward = torch.cat([self.reward.log(part.double()) for part in x.split(_BLOCK)])  # [N]
        log_reward = torch.where(torch.isfinite(x).all(-1), log_reward, torch.nan)
        return Reading(x, log_reward.numpy(), atom)
