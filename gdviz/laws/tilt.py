"""Laws tilted by a reward: p^r(x) = r(x) p(x) / E r, exactly wherever that is known."""

from __future__ import annotations

from gdviz.errors import GdvizError
from gdviz.laws.law import Law
from gdviz.laws.mixture import Mixture
from gdviz.rewards import Reward


def tilt(law: Law, reward: Reward) -> Law:
    """The exact tilted law.

    Atoms are reweighted; a mixture times a sum of exponentials of quadratics stays a mixture.
    """
    if isinstance(law, Mixture) and law.atomic:
        return law.reweighted(reward.log(law.components.means), name="p(x) r(x) / E r")
    raise GdvizError("tilt: no closed form yet.")
