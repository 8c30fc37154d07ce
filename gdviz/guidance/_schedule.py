"""Weight schedules: what multiplies w as the noise falls."""

from __future__ import annotations

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind
from gdviz.scores import ScoresContext

SCHEDULES = Family("schedule", "gdviz.guidance.schedules")


class ScheduleKind(Kind):
    """omega(t, t'): the push of every method is multiplied by w omega, so w = 0 stays unguided."""

    def build(self, networks: ScoresContext, label: str | None) -> ScheduleKind:
        """The schedule with what it has learned for a label; itself, where nothing is learned.

        Raises
        ------
        GdvizError
            If a network is needed that is not there, or does not fit.
        """
        return self

    def omega(self, moment: Moment) -> float:
        """The factor of w at one step."""
        raise NotImplementedError
