"""How unlikely a sample mean is under a law, and how small a difference it would have shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri
from scipy.stats import hypergeom, pearson3

from gdviz.metrics.mean import Array, is_flat
from gdviz.metrics.skewness import skewness

POWER = 0.95
"""How often a difference of the stated size would have been seen."""


@dataclass(frozen=True)
class MeanDifference:
    """The difference of a mean over n samples and its value under a law, which is exact or itself a mean over m draws.

    Attributes
    ----------
    noise : float
        Its standard error where the samples are of the law: sd sqrt(1/n + 1/m).
    skew : float
        Its skewness: that of the values times (1/n^2 - 1/m^2) / (1/n + 1/m)^1.5.
    """

    noise: float
    skew: float

    @classmethod
    def of(cls, values: Array, n: float, m: float = math.inf) -> MeanDifference:
        """From values of the law, shape [M]; n samples, and m draws behind the value under the law (infinite: exact)."""
        if is_flat(values):
            return cls(0.0, 0.0)
        share = 1 / n + 1 / m
        return cls(float(values.std()) * math.sqrt(share), skewness(values) * (1 / n**2 - 1 / m**2) / share**1.5)

    def p_value(self, difference: float) -> float:
        """Two-sided. A Pearson III law with the first three moments: exact for the variance of a Gaussian sample."""
        if self.noise == 0:
            return 1.0
        z = difference / self.noise
        return float(min(1.0, 2 * min(pearson3.cdf(z, self.skew), pearson3.sf(z, self.skew))))

    def smallest(self, level: float) -> float:
        """The difference that is seen at a two-sided level in 95 % of cases."""
        return float(ndtri(1 - level / 2) + ndtri(POWER)) * self.noise


def share_p_value(hits: int, n: int, known: int, m: int) -> float:
    """Two-sided p-value of hits in n samples beside known hits in m draws of the law: Fisher's exact test, smaller tail twice."""
    table = hypergeom(n + m, hits + known, n)
    return float(min(1.0, 2 * min(table.cdf(hits), table.sf(hits - 1))))


def share_noise(share: float, n: float, m: float) -> MeanDifference:
    """Of a share of hits."""
    return MeanDifference(math.sqrt(max(0.0, share * (1 - share)) * (1 / n + 1 / m)), 0.0)


def smallest_p(p_values: list[float]) -> float:
    """The smallest of several p-values, for having looked at all of them (Bonferroni)."""
    return min(1.0, len(p_values) * min(p_values)) if p_values else 1.0


