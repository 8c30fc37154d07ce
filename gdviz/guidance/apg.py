"""Adaptive projected guidance."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_plan
from gdviz.guidance._over_coordinates import dot
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.laws import Pair


class Projected(Guidance):
    """CFG's push, remembered, clipped and projected in denoiser space.

    With D_c and D_u the conditional and unconditional denoisers, each evaluation takes
    Delta = D_c - D_u + momentum Delta_before, shortens it to `longest`, and keeps its part orthogonal to D_c
    plus `parallel` times its part along D_c. A denoiser difference is t / sqrt(alpha_bar) times a score
    difference. The result is affine in w given the path; Delta is remembered for every particle and w,
    one evaluation after the other (twice a level under Heun).
    """

    def __init__(self, pair: Pair, schedule: ScheduleKind, *, parallel: float, longest: float | None, momentum: float) -> None:
        self.pair, self.schedule = pair, schedule
        self.parallel, self.longest, self.momentum = parallel, longest, momentum

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        toward, push, _ = self.pair(x, moment.t)
        to_denoiser = moment.t / math.sqrt(moment.alpha_bar)
        delta = push * to_denoiser  # [..., d]
        if memory is not None and self.momentum:
            delta = torch.add(delta, memory, alpha=self.momentum)
        kept = self._project(self._clip(delta), torch.add(x, toward, alpha=moment.t))
        return Guided(toward, kept / to_denoiser, self.schedule.omega(moment)), delta

    def _clip(self, delta: Tensor) -> Tensor:
        if self.longest is None:
            return delta
        length = dot(delta, delta).sqrt()  # [..., 1]
        return delta * (self.longest / length).clamp_max(1)

    def _project(self, delta: Tensor, along: Tensor) -> Tensor:
        """`along` is D_c up to a factor, which the projection ignores."""
        if self.parallel == 1:
            return delta
        share = dot(delta, along) / dot(along, along).clamp_min(1e-24)  # [..., 1]
        return torch.addcmul(delta, share, along, value=self.parallel - 1)


class Apg(GuidanceKind):
    """CFG without the part of the push that points along the guess of the clean point.

    In one dimension everything is along it: with parallel = 0 there is then no guidance left.
    """

    kind: Literal["apg"] = "apg"
    label: Label
    parallel: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Share of the push along the guess of the clean point that is kept (eta in the paper); 1 keeps all.",
        ),
    ] = 0.0
    norm: Annotated[
        Annotated[float, Field(gt=0, le=1e6)] | None,
        Field(description="Greatest length of the push in data units (r in the paper); null for no limit."),
    ] = 2.5
    momentum: Annotated[
        float, Field(gt=-1, le=0, description="Weight of the previous push (beta in the paper): what persists is damped.")
    ] = -0.5

    card = Card(
        title="APG, adaptive projected guidance",
        idea="Split the push on the guess of the clean point into a part along that guess, which over-saturates "
        "images, and the rest; drop the first, limit the length, damp what persists. 'Along the guess' is measured "
        "from the origin: move the data and the method changes, so centre it first. In 1-D nothing else is left.",
        formula="D_c + w (orthogonal + eta parallel) of clip_r(D_c - D_u + beta before)",
        base_law="p(x | c)",
        aims_at="nothing exact; eta = 1, no limit and no momentum is CFG",
        cost="two scores a step",
        citation="Sadat, Hilliges, Weber 2024, arXiv 2410.02416",
    )
    examples = ({"label": "b"}, {"label": "b", "parallel": 1, "norm": None, "momentum": 0})

    def build(self, context: GuidanceContext) -> Plan:
        def rule(pair: Pair) -> Projected:
            return Projected(pair, self.schedule, parallel=self.parallel, longest=self.norm, momentum=self.momentum)

        return label_plan(context, self.label, rule)
