"""What starting at N(0, I) in place of p_T, the law noised to the first level, does to an exact value: no step change sees it.

An exact sampler carries p_T to the law, whatever it does on the way. For a start x from the density phi of N(0, I)

    E[omega(x) f(Y)] = E f(X),  omega = p_T / phi,

and E omega = 1, so a mean is read off as c + omega (f - c), c its expected value: omega is known at each particle's start. What
it carries phi to is off the law by at most TV(phi, p_T) = E max(0, 1 - omega(x)) in total variation (data processing), so in
every distribution function. omega is 1 within some sqrt(1 - t), 0.005 at 200 default steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gdviz.laws import Law


@dataclass(frozen=True)
class Start:
    """Where the particles of a run started.

    Attributes
    ----------
    x : Tensor, shape [N, d]
        Drawn from N(0, I).
    t : float
        The noise variance there.
    """

    x: Tensor
    t: float

    def weights(self, law: Law) -> NDArray[np.float64]:
        """omega at every start, [N], for the law that p_T is noised from."""
        x = self.x.double()  # [N, d]
        log_phi = -0.5 * x.square().sum(-1) - 0.5 * x.shape[-1] * math.log(2 * math.pi)  # [N]
        return np.asarray(np.exp((law.log_density(x, self.t) - log_phi).numpy()))

    def mean_of(self, f: NDArray[np.float64], expected: float, law: Law) -> NDArray[np.float64]:
        """c + omega (f - c) for f [..., N]: what would be seen from p_T on average."""
        return expected + self.weights(law) * (f - expected)

    def total_variation(self, law: Law) -> float:
        """TV(phi, p_T) from these starts, to sd(omega) / sqrt(N): next to nothing beside the noise of N samples."""
        return float(np.maximum(0.0, 1 - self.weights(law)).mean())
