"""Guidance in a limited interval of noise levels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._schedule import ScheduleKind

Bound = Annotated[float, Field(ge=0, le=1)]


class Interval(ScheduleKind):
    """omega = 1 while low < t <= high and 0 outside, with t the noise variance before the step.

    Papers give the interval in EDM's sigma: t = sigma^2 / (1 + sigma^2). The defaults are sigma in
    (0.28, 5.4], used for 512-pixel images; nothing is normalised, as published.
    """

    kind: Literal["interval"] = "interval"
    low: Annotated[Bound, Field(description="Noise variance below which nothing is guided; t = sigma^2 / (1 + sigma^2).")] = 0.073
    high: Annotated[Bound, Field(description="Noise variance above which nothing is guided.")] = 0.967

    card = Card(
        title="Limited interval",
        idea="Guide only at middle noise: early it costs variety, late it changes nothing.",
        formula="omega = 1 for low < t <= high, else 0; t = sigma^2 / (1 + sigma^2)",
        citation="Kynkäänniemi, Aittala, Karras, Laine, Aila, Lehtinen 2024, arXiv 2404.07724",
    )
    examples = ({}, {"low": 0.2, "high": 0.8})

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if self.low >= self.high:
            raise ValueError(f"found low {self.low} and high {self.high}; low must be the smaller noise variance")
        return self

    def omega(self, moment: Moment) -> float:
        return float(self.low < moment.t <= self.high)
