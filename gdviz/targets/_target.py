"""The seam of every target."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from gdviz.family import Family, Kind
from gdviz.laws import Law

TARGETS = Family("target", "gdviz.targets")

MAX_DIMENSION = 64
MAX_COMPONENTS = 1_000
MAX_ATOMS = 20_000

Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Weight = Annotated[float, Field(gt=0, le=1e12)]


class TargetKind(Kind):
    """Description of a target law: deterministic, its scale stated, labels where they make sense."""

    shown_at: ClassVar[str | None] = None
    """Address of the page for a target whose points are no places on a line or in the plane; None for the others."""

    @property
    def coordinates(self) -> int | None:
        """How many coordinates the described points have; None where the kind alone says it."""
        return None

    def build(self) -> Law:
        """Make the law.

        Raises
        ------
        GdvizError
            If the parameters do not describe a law.
        """
        raise NotImplementedError
