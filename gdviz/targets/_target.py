"""The seam of every target."""

from __future__ import annotations

from typing import Annotated

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

    def build(self) -> Law:
        """Make the law.

        Raises
        ------
        GdvizError
            If the parameters do not describe a law.
        """
        raise NotImplementedError
