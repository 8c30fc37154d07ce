"""The seam of every twist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.family import Family, Kind
from gdviz.guidance import Guide, Guided

TWISTS = Family("twist", "gdviz.samplers.particles.twists")


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a twist foresees of log r at noisy points.

    Attributes
    ----------
    value : Tensor, shape [...]
        log psi_t(x) at w = 1, up to a number that is the same for all particles.
    gradient : Tensor, shape [..., d], or None
        Its gradient in x, where it was asked for.
    """

    value: Tensor
    gradient: Tensor | None


class TwistKind(Kind):
    """psi_t(x), a guess of E[r(X_0) | X_t = x]: particles are weighed by psi_t^w on the way, by r^w at the end.

    Whatever the twist, the weights are right as the population grows; a good one keeps more particles alive.
    """

    integrates: ClassVar[bool] = False
    """Whether log weights are `rate` summed up along the path, in place of ratios of psi."""

    def foresee(self, guide: Guide, x: Tensor, moment: Moment, guided: Guided, gradient: bool) -> Foresight:
        """log psi_t at points x of shape [..., d] whose scores are `guided`.

        Raises
        ------
        GdvizError
            If the guidance does not know what the twist needs.
        """
        raise NotImplementedError

    def rate(self, guide: Guide, guided: Guided) -> Tensor:
        """d log weight / du, shape [...], where the twist integrates."""
        raise NotImplementedError
