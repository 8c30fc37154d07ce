"""What is read off end points: log r in float64, at the nearest atom where the target is atoms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.laws import Law, Mixture
from gdviz.metrics.mean import Array
from gdviz.metrics.population_reading import PopulationReading
from gdviz.rewards import Reward

BLOCK = 1 << 16
"""Points read at once."""


@dataclass(frozen=True)
class Reading:
    """The particles of one run at one w, read.

    Attributes
    ----------
    x : Tensor, shape [N, d]
        End points.
    log_reward : ndarray, shape [N], or None
        log r; NaN for a particle that is not finite.
    atom : Tensor, shape [N], or None
        Index of the nearest atom of an atomic target.
    gain, path_kl : ndarray, shape [N], or None
        The sweep's integrals along the paths.
    populations : PopulationReading or None
        How populations fared, where particles are resampled together.
    """

    x: Tensor
    log_reward: Array | None = None
    atom: Tensor | None = None
    gain: Array | None = None
    path_kl: Array | None = None
    populations: PopulationReading | None = None

    @property
    def together(self) -> int:
        """How many particles in a row are not independent of each other."""
        return 1 if self.populations is None else self.populations.size

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which particles are finite and have a reward, shape [N]: the only ones that enter a mean.

        A population counts as a whole or not at all.
        """
        finite: NDArray[np.bool_] = torch.isfinite(self.x).all(-1).numpy()  # [N]
        finite = finite if self.log_reward is None else finite & (self.log_reward < np.inf)
        return finite if self.together == 1 else finite.reshape(-1, self.together).all(1).repeat(self.together)

    def first(self, n: int) -> Reading:
        """The first n particles."""
        parts = (self.x, self.log_reward, self.atom, self.gain, self.path_kl)
        populations = None if self.populations is None else self.populations.first(n)
        return Reading(*(None if part is None else part[:n] for part in parts), populations)  # type: ignore[arg-type, call-arg]


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
        self.reward = reward
        self._atoms = law if isinstance(law, Mixture) and law.atomic else None
        self._by_atom = None if self._atoms is None or reward is None else reward.log(self._atoms.components.means)  # [K]

    def __call__(
        self,
        x: Tensor,
        gain: Tensor | None = None,
        path_kl: Tensor | None = None,
        populations: PopulationReading | None = None,
    ) -> Reading:
        """Read points of shape [N, d], with their path integrals of shape [N] and how their populations fared."""
        atom = None if self._atoms is None else torch.cat([self._atoms.nearest_index(part) for part in x.split(BLOCK)])
        return Reading(x, self._log_reward(x, atom), atom, _double(gain), _double(path_kl), populations)

    def settled(self, reading: Reading) -> Tensor:
        """The end points [N, d], on the atom that each was read at if the target is atoms."""
        if self._atoms is None or reading.atom is None:
            return reading.x
        return self._atoms.components.means[reading.atom].to(reading.x.dtype)

    def _log_reward(self, x: Tensor, atom: Tensor | None) -> Array | None:
        if self.reward is None:
            return None
        if self._by_atom is not None and atom is not None:
            log_reward = self._by_atom[atom]  # [N]
        else:
            log_reward = torch.cat([self.reward.log(part.double()) for part in x.split(BLOCK)])  # [N]
        return torch.where(torch.isfinite(x).all(-1), log_reward, torch.nan).numpy()


def _double(values: Tensor | None) -> Array | None:
    return None if values is None else values.double().numpy()
