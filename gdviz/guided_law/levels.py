"""The noise levels of the calculation: dense where guidance acts, and the schedule's weight on them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.diffusion import Levels
from gdviz.guidance import Plan, ScheduleKind
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import Pair

SAMPLES, PROBES = 500, 64
"""Samples, and levels, at which the strength of the push is measured."""

QUIET = 0.1
"""Density of levels where the push is nothing, relative to where it is strongest."""

JUMP = 0.25
"""A schedule that changes by more than this share of its largest value from one step to the next has a jump there."""


class Weight:
    """omega as a function of log-SNR: a line between the middles of the sampler's steps, with jumps where it has them.

    Parameters
    ----------
    schedule : ScheduleKind
    levels : Levels
        The sampler's: published schedules count its steps.
    """

    def __init__(self, schedule: ScheduleKind, levels: Levels) -> None:
        log_snr = levels.log_snr
        self.constant = isinstance(schedule, Constant)
        self._omega = np.array([schedule.omega(moment) for moment in levels.moments()])  # [steps]
        self._middle = (log_snr[1:] + log_snr[:-1]) / 2
        jumps = np.abs(np.diff(self._omega)) > JUMP * np.abs(self._omega).max()
        self.breaks: NDArray[np.float64] = log_snr[1:-1][jumps]

    def between(self, before: float, after: float) -> float:
        """omega in the middle of a step, which crosses no break."""
        here = (before + after) / 2
        piece = np.searchsorted(self.breaks, self._middle) == np.searchsorted(self.breaks, here)
        return float(np.interp(here, self._middle[piece], self._omega[piece]))


def active_levels(plan: Plan, pair: Pair, levels: Levels, breaks: NDArray[np.float64], steps: int) -> Levels:
    """About `steps` steps between the ends of `levels`, with a level at each break and an even number between two of them.

    Their density in log-SNR is QUIET + sqrt(rms of sqrt(t) |push| / its largest): what a step of the
    calculation gets wrong goes with how much guidance there is in it.
    """
    log_snr = levels.log_snr
    probes = np.linspace(log_snr[0], log_snr[-1], PROBES)
    push = _push(plan, pair, Levels.from_log_snr(probes))
    density = QUIET + np.sqrt(push / max(push.max(), 1e-300))
    reached = np.r_[0, np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(probes))]
    ends = np.interp([log_snr[0], *breaks, log_snr[-1]], probes, reached)
    pieces = [
        np.linspace(a, b, 2 * max(1, round(steps / 2 * (b - a) / reached[-1])) + 1)[:-1] for a, b in pairwise(ends.tolist())
    ]
    chosen = np.interp(np.concatenate([*pieces, ends[-1:]]), reached, probes)
    chosen[0], chosen[-1] = log_snr[0], log_snr[-1]
    return Levels.from_log_snr(chosen)


def _push(plan: Plan, pair: Pair, levels: Levels) -> NDArray[np.float64]:
    """Rms of sqrt(t) |push| over the unguided law, [levels]."""
    generator = torch.Generator().manual_seed(0)
    clean = plan.unguided.sample(SAMPLES, generator).x  # [n, d]
    z = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    sizes = []
    for alpha_bar, t in zip(levels.alpha_bar.tolist(), levels.t.tolist(), strict=True):
        push = pair(alpha_bar**0.5 * clean + t**0.5 * z, t).push  # [n, d]
        sizes.append(float((t * push.square().sum(-1).mean()).sqrt()))
    return np.nan_to_num(np.array(sizes))
