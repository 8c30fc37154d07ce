"""The unified framework: base + w (toward - away), with base one of the two (MATH section 2)."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.laws import Pair


class Unified(Guidance):
    """base + w omega(t) (toward - away); CFG and both reward forms are this rule with other laws.

    Parameters
    ----------
    pair : Pair
        Scores of (toward, away), exact or learned.
    base : {"toward", "away"}
        Which of the two w = 0 samples.
    schedule : ScheduleKind
    """

    def __init__(self, pair: Pair, base: Literal["toward", "away"], schedule: ScheduleKind) -> None:
        self.pair, self.base, self.schedule = pair, base, schedule

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        toward, push, log_ratio = self.pair(x, moment.t)
        base = toward if self.base == "toward" else toward - push
        return Guided(base, push, self.schedule.omega(moment), log_ratio), memory

    def base_score(self, x: Tensor, t: float) -> Tensor:
        """The score that w = 0 follows, shape [..., d]."""
        toward, push, _ = self.pair(x, t)
        return toward if self.base == "toward" else toward - push
