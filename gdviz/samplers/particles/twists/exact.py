"""The exact twist: what the guiding laws know."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.family import Card
from gdviz.guidance import Guide, Guided
from gdviz.samplers.particles.twists._twist import Foresight, TwistKind


class ExactTwist(TwistKind):
    """psi_t = p^toward_t / p^away_t: E[r(X_0) | X_t = x] for a reward, p_t(x | c) / p_t(x) for a label.

    Its gradient is the push, so that a proposal with the whole gradient is the guided sampler. At w = 1 in
    the form that seeks reward the weights then stay constant, but for the size of the steps.
    """

    kind: Literal["exact"] = "exact"

    card = Card(
        title="Exact",
        idea="Weigh by the true value of a noisy point, known here because the laws are. With the whole gradient and a label "
        "this repairs CFG to the powered law.",
        formula="psi_t(x) = E[r(X_0) | X_t = x]; p_t(x | c) / p_t(x) for a label",
        cost="two scores a step",
        citation="Wu, Trippe, Naesseth, Blei, Cunningham 2023, arXiv 2306.17775",
    )

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        if guided.log_ratio is None:
            raise GdvizError(
                "sampler.twist: found 'exact' with scores that know no density; exact scores do. "
                "Allowed here: corrector, look_ahead, none."
            )
        return Foresight(guided.log_ratio(), guided.push)
