"""CFG++: guide the guess of the clean point, go back to the noise with the unconditional noise."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Card
from gdviz.guidance._guidance import GuidanceContext, GuidanceKind, Label
from gdviz.guidance._label_plan import label_plan
from gdviz.guidance._plan import Plan
from gdviz.guidance._rule import Guidance, Guided
from gdviz.guidance._schedule import ScheduleKind
from gdviz.laws import Pair


class RenoisedUnconditionally(Guidance):
    """base + w omega push with omega = schedule sigma / (sigma - sigma').

    In EDM's variables y = x / sqrt(alpha_bar), D_u and D_c the unconditional and conditional denoisers, CFG++ is
    y' = D_u + L (D_c - D_u) + sigma' (y - D_u) / sigma, and DDIM with the guided denoiser
    D_u + g (D_c - D_u) is (1 - sigma'/sigma) (D_u + g (D_c - D_u)) + sigma' y / sigma. They are one step when
    g = L sigma / (sigma - sigma'). The published weight L of a step is taken as
    L = w schedule + (1 - sigma'/sigma), so that g = 1 + w schedule sigma / (sigma - sigma') and w = 0 is no guidance.
    """

    def __init__(self, pair: Pair, schedule: ScheduleKind) -> None:
        self.pair, self.schedule = pair, schedule

    def __call__(self, x: Tensor, moment: Moment, memory: Any) -> tuple[Guided, Any]:
        toward, push, _ = self.pair(x, moment.t)
        return Guided(toward, push, self.schedule.omega(moment) / moment.sigma_drop), memory


class CfgPlusPlus(GuidanceKind):
    """CFG whose strength a step is w sigma / (sigma - sigma'): with smaller steps it guides more.

    The identity of MATH section 2 is not claimed: a step's push does not shrink with the step, so it
    is not a small change of the path however fine the levels.
    """

    kind: Literal["cfg_plus_plus"] = "cfg_plus_plus"
    label: Label

    card = Card(
        title="CFG++",
        idea="Move the guess of the clean point towards c, then put back the noise that no label would blame. "
        "What w does depends on the number of steps: twice the steps guide about twice as much.",
        formula="s(x | c) + w sigma / (sigma - sigma') (s(x | c) - s(x)); published weight w + 1 - sigma'/sigma",
        base_law="p(x | c)",
        aims_at="nothing exact; useful w are below 1 and fall with the number of steps",
        cost="two scores a step",
        citation="Chung, Kim, Park, Nam, Ye 2024, arXiv 2406.08070",
    )
    examples = ({"label": "b"},)

    def build(self, context: GuidanceContext) -> Plan:
        return label_plan(context, self.label, lambda pair: RenoisedUnconditionally(pair, self.schedule))
