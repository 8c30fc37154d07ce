"""The kernels that keep the marginals: forget part of the noise, draw that part afresh."""

from __future__ import annotations

import math

from gdviz.diffusion import Moment
from gdviz.samplers._sampler import LinearStep


def redraw_step(moment: Moment, redrawn: float) -> LinearStep:
    """The step x' = sqrt(alpha_bar') x0 + sqrt(t') (kept eps + sqrt(redrawn) Z), kept = sqrt(1 - redrawn).

    x0 = (x + t s) / sqrt(alpha_bar) and eps = -sqrt(t) s. With the true x0 the marginals hold for
    every share. In the score, with rho = sigma' / sigma:
    x' = a^-1/2 (x + (1 - rho kept) t s) + sqrt(t' redrawn) Z, and
    (1 - rho kept) t = (1 - a + a t' redrawn) / (1 + rho kept), where nothing cancels.

    Parameters
    ----------
    moment : Moment
    redrawn : float
        Share of the new noise variance that is drawn afresh: 0 for the probability-flow ODE, (1 - a) / t
        for the ancestral posterior.
    """
    grow = moment.a**-0.5
    kept = math.sqrt(1 - redrawn)
    drift = (moment.beta + moment.a * moment.t_next * redrawn) / (1 + moment.sigma_ratio * kept)
    return LinearStep(grow, grow * drift, math.sqrt(moment.t_next * redrawn))
