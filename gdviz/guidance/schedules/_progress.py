"""Schedules that are a shape over the denoising progress, with mean 1 over the steps."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gdviz.diffusion import Moment
from gdviz.guidance._schedule import ScheduleKind


class ProgressSchedule(ScheduleKind):
    """omega = shape(tau) / mean of shape over the steps, tau = (k + 1/2) / N for step k of N.

    The mean over the steps is 1, so w means the same on average as with a constant weight. Progress
    counts steps, as the published schedules do: with other levels the same schedule weighs other
    noise levels.
    """

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        """The unnormalised weight at progress in (0, 1), 0 at pure noise; non-negative."""
        raise NotImplementedError

    def omega(self, moment: Moment) -> float:
        return float(_over_steps(self, moment.total)[moment.index])


@lru_cache(maxsize=16)
def _over_steps(schedule: ProgressSchedule, steps: int) -> NDArray[np.float64]:
    shape = schedule.shape((np.arange(steps) + 0.5) / steps)  # [steps]
    return shape / shape.mean()
