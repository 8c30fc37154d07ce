"""The proportion of particles that guidance improved, on the same noise and on independent noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gdviz.metrics.mean import UNKNOWN, Array, Mean, share
from gdviz.metrics.populations import FEWEST_POPULATIONS, by_population


@dataclass(frozen=True)
class Paired:
    """Share of pairs on the same noise with a strictly greater reward, and share of ties.

    The standard error is 0 where every pair ties, as without guidance.
    """

    improved: float | None
    se: float | None
    ties: float | None


def paired(guided: Array, unguided: Array) -> Paired:
    """Compare log r of the same particles with and without guidance, [n] each (MATH section 2)."""
    won = share(guided > unguided)
    ties = share(guided == unguided).value
    return Paired(won.value, 0.0 if ties == 1 else won.se, ties)


def independent(guided: Array, unguided: Array, together: int = 1) -> Mean:
    """P(r of a guided particle > r of an unrelated unguided one), ties counted half.

    The Mann-Whitney statistic of [n] against [m] values, 1/2 without guidance; standard error by
    placements (DeLong et al. 1988). Of values that come `together` in populations, those of populations.
    """
    if min(len(guided), len(unguided)) < 2 * together:
        return UNKNOWN
    beaten = _placement(guided, np.sort(unguided))  # [n]
    beating = 1 - _placement(unguided, np.sort(guided))  # [m]
    values = [by_population(placements, together) for placements in (beaten, beating)]
    enough = together == 1 or min(map(len, values)) >= FEWEST_POPULATIONS
    se = math.sqrt(sum(placements.var(ddof=1) / len(placements) for placements in values)) if enough else None
    return Mean(float(beaten.mean()), se)


def _placement(values: Array, ordered: Array) -> Array:
    """Share of `ordered` below each value, ties counted half."""
    below = np.searchsorted(ordered, values, "left")
    up_to = np.searchsorted(ordered, values, "right")
    return (below + up_to) / (2.0 * len(ordered))
