"""Samples that stand in a file more than once: how many independent ones they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ENOUGH = 0.9
"""Share of the rows that copies must be worth to go unmentioned: float32 on a line alone repeats some of a million."""

ROUNDED = 3.0
"""Distinct values whose median gap is at most so many times the smallest are on a grid; of n continuous ones it is n log 2."""


@dataclass(frozen=True, eq=False)
class Copies:
    """What is left of samples when copies are told apart.

    Attributes
    ----------
    distinct : ndarray, shape [m, d]
        Each point once, in the order of its first row.
    rows : int
        n.
    worth : float
        n^2 / sum of squared counts (Kish 1965): a mean over the rows has the standard error of so many independent ones.
    """

    distinct: Array
    rows: int
    worth: float

    @property
    def sentence(self) -> str:
        """What to say of it."""
        m, worth = len(self.distinct), round(self.worth)
        compared = "; distances and the classifier compare each point once."
        return f"{self.rows:,} rows hold {m:,} distinct points; standard errors are of {worth:,}{compared}"


def copies_of(x: Array) -> Copies | None:
    """The copies among samples x [n, d]; None where there are hardly any, or values are rounded to a grid.

    Rounding gives equal rows to independent samples, copying does not: it leaves continuous values, whose gaps are uneven.
    """
    n = len(x)
    repeated = _repeated(x)  # [n]
    if not repeated.any():
        return None
    _, first, counts = np.unique(x[repeated], axis=0, return_index=True, return_counts=True)
    single = n - int(repeated.sum())
    worth = n**2 / (single + float((counts.astype(float) ** 2).sum()))
    if worth > ENOUGH * n or all(_on_a_grid(column) for column in x.T):
        return None
    kept = ~repeated
    kept[np.flatnonzero(repeated)[first]] = True
    return Copies(x[kept], n, worth)


def _repeated(x: Array) -> NDArray[np.bool_]:
    """Which rows may stand there more than once: a random projection of equal rows is equal."""
    weights = np.random.default_rng(0).uniform(1, 2, (x.shape[1],))
    line = np.zeros(len(x))
    with np.errstate(over="ignore", invalid="ignore"):
        for weight, column in zip(weights, x.T, strict=True):
            line += weight * column  # [n]
    _, place, counts = np.unique(line, return_inverse=True, return_counts=True)
    return np.asarray(counts[place] > 1)


def _on_a_grid(values: Array) -> bool:
    gaps = np.diff(np.unique(values))  # [m - 1]
    return len(gaps) < 2 or float(np.median(gaps)) <= ROUNDED * float(gaps.min())
