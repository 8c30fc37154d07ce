"""At which levels a caller's sampler steps: the problem's, which are uneven, or its own, told by the times it asks scores at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdviz.diffusion import Levels
from gdviz.facts.problem import Array

LENGTHS = (1.0, 2.0, 0.5, 1.5)
"""Relative lengths of the steps in log-SNR, again and again: a rule of several steps that takes a wrong length, or the ratio of
two turned over, is right on even levels only."""

SAME = 2e-3
"""Levels nearer than this in log-SNR are one and the same: float32 moves 1 - 0.9999 by half as much."""


def uneven(levels: Levels) -> Levels:
    """As many levels between the same ends, steps of changing lengths."""
    lengths = np.resize(LENGTHS, levels.steps)  # [N]
    ends = levels.log_snr[[0, -1]]
    passed = np.concatenate([[0.0], np.cumsum(lengths) / lengths.sum()])  # [N + 1]
    return Levels.from_log_snr(ends[0] + (ends[1] - ends[0]) * passed)


def own_levels(given: Levels, asked: Sequence[float]) -> Levels | None:
    """The levels that a sampler made for itself between the ends it was given; None where it uses the given ones.

    Parameters
    ----------
    asked : sequence of float
        The noise variances at which it asked for scores.
    """
    t = np.unique([value for value in asked if 0 < value < 1])  # [M], ascending
    if len(t) < 2:
        return None
    v = _apart((np.log1p(-t) - np.log(t))[::-1])  # log-SNR, ascending
    known = given.log_snr
    strange = np.abs(v[:, None] - known).min(1) > SAME  # [M]
    if strange.mean() < 0.5 or abs(v[0] - known[0]) > SAME or v[-1] > known[-1] + SAME:
        return None
    return Levels.from_log_snr(np.append(v[v < known[-1] - SAME], known[-1]))


def _apart(v: Array) -> Array:
    """Without those that rounding alone tells apart."""
    return v[np.concatenate([[True], np.diff(v) > SAME / 2])]
