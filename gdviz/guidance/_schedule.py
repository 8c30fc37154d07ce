"""Weight schedules: what multiplies w as the noise falls."""

from __future__ import annotations

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind

SCHEDULES = Family("schedule", "gdviz.guidance.schedules")


class ScheduleKind(Kind):
    """omega(t, t'): the push of every method is multiplied by w omega, so w = 0 stays unguided."""

    def omega(self, moment: Moment) -> float:
        """The factor of w at one step."""
        raise NotImplementedError
