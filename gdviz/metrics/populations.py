"""Standard errors of particles that were resampled together: they come from populations, which are independent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gdviz.metrics.mean import UNKNOWN, Array, Mean, mean
from gdviz.metrics.population_reading import PopulationReading
from gdviz.metrics.skewness import LARGEST_OF_SAMPLE, skewness

FEWEST_POPULATIONS = 20
"""Populations from which 1.96 standard errors are an interval: Student's t at 19 degrees of freedom asks for 2.09."""


@dataclass(frozen=True)
class PopulationRow:
    """What a row says of its populations.

    Attributes
    ----------
    size, count : int
        Particles in one, and how many there are: they are what is independent.
    ess : float
        Smallest effective sample size on the way as a share of the population, mean over populations.
    ancestors : float
        Particles of the start that have descendants at the end, mean over populations; 1 is the classic failure.
    log_normalizer, se_log_normalizer : float or None
        log of the estimate of E r^w under the law of w = 0, which is unbiased for every K but for the size of the steps;
        under the corrector of E (p^toward / p^away)^w. None where the populations scatter too unevenly for an interval.
    """

    size: int
    count: int
    ess: float
    ancestors: float
    log_normalizer: float | None
    se_log_normalizer: float | None


def population_row(reading: PopulationReading) -> PopulationRow:
    """The row's numbers of its populations."""
    estimate = log_mean_exp(reading.log_normalizer)
    means = float(reading.ess.mean()), float(reading.ancestors.mean())
    return PopulationRow(reading.size, len(reading.ess), *means, estimate.value, estimate.se)


def log_mean_exp(log_values: Array) -> Mean:
    """log of the mean of exp(log values), [M], and its standard error by the delta method; unknown where the tail is heavy."""
    top = float(log_values.max(initial=-math.inf))
    if len(log_values) < FEWEST_POPULATIONS or not math.isfinite(top):
        return UNKNOWN
    values = np.exp(log_values - top)  # [M]
    estimate = mean(values)
    if estimate.value is None or estimate.se is None or skewness(values) / math.sqrt(len(values)) > LARGEST_OF_SAMPLE:
        return UNKNOWN
    return Mean(math.log(estimate.value) + top, estimate.se / estimate.value)


def by_population(values: Array, size: int) -> Array:
    """Means of consecutive values, [n] -> [n / size]: independent ones."""
    return values if size == 1 else values.reshape(-1, size).mean(1)


def population_mean(values: Array, size: int) -> Mean:
    """Mean of values [n] whose standard error comes from populations of so many; without one where they are too few."""
    if size == 1:
        return mean(values)
    whole = by_population(values, size)
    estimate = mean(whole)
    if len(whole) < 2 and len(values):
        value = float(values.mean())
        return Mean(value if math.isfinite(value) else None, None)
    return estimate if len(whole) >= FEWEST_POPULATIONS else Mean(estimate.value, None)
