"""The seam of a maker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from gdviz.errors import GdvizError
from gdviz.experiment import explain
from gdviz.family import Family, Kind, shown
from gdviz.own_data.points import OwnPoints

MAKERS = Family("maker", "gdviz.own_data.makers")

MOST = 100_000
"""Points of one data set."""


class MakerKind(Kind):
    """A function of `sklearn.datasets` and its parameters, under their own names."""

    n_samples: Annotated[int, Field(ge=2, le=MOST, description="Number of points.")] = 400
    random_state: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed.")] = 0

    def points(self) -> OwnPoints:
        """The points, with their labels, and a remark on where they come from."""
        x, labels = self._make()
        given = ", ".join(f"{name}={value!r}" for name, value in self if name != "kind")
        remark = f"Made by sklearn.datasets.{self.kind_name()}({given})."
        return OwnPoints(np.ascontiguousarray(x, np.float64), labels, remarks=(remark, *self._remarks()))

    def _make(self) -> tuple[NDArray[Any], tuple[str, ...] | None]:
        """Points [n, d] and a label each."""
        raise NotImplementedError

    def _remarks(self) -> Sequence[str]:
        return ()


def maker_of(text: str) -> MakerKind:
    """A maker from text such as ``make_moons?n_samples=500&noise=0.1``.

    Raises
    ------
    GdvizError
        If there is none of that name, or a parameter is not its own or out of its range.
    """
    name, _, rest = text[:2000].partition("?")
    return checked_maker({"kind": name, **dict(parse_qsl(rest, keep_blank_values=True))})


def checked_maker(value: Mapping[str, Any]) -> MakerKind:
    """A maker from its description. Errors as for `maker_of`."""
    try:
        made = MAKERS.parse(value)
    except ValidationError as error:
        raise GdvizError(f"{value['kind']}: {explain(error)}") from None
    except ValueError:
        raise GdvizError(f"found no data set {shown(value.get('kind'))}; allowed: {', '.join(MAKERS.kinds)}.") from None
    assert isinstance(made, MakerKind)
    return made
