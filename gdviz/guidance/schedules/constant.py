"""The same weight at every noise level."""

from __future__ import annotations

from typing import Literal

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._schedule import ScheduleKind


class Constant(ScheduleKind):
    """omega = 1."""

    kind: Literal["constant"] = "constant"

    card = Card(title="Constant", idea="The same w at every noise level.", formula="omega = 1")

    def omega(self, moment: Moment) -> float:
        return 1.0
