"""A circle within a circle."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.own_data.makers._maker import MakerKind


class MakeCircles(MakerKind):
    """`sklearn.datasets.make_circles`; labels `outer` and `inner`."""

    kind: Literal["make_circles"] = "make_circles"
    noise: Annotated[float, Field(ge=0, le=100, description="Standard deviation of the noise that is added.")] = 0.05
    factor: Annotated[float, Field(ge=0, lt=1, description="Radius of the inner circle; the outer one has 1.")] = 0.5

    card = Card(title="make_circles", idea="A circle within a circle.", citation="scikit-learn")

    def _make(self) -> tuple[NDArray[Any], tuple[str, ...]]:
        from sklearn.datasets import make_circles

        x, y = make_circles(n_samples=self.n_samples, noise=self.noise, factor=self.factor, random_state=self.random_state)
        return x, tuple(("outer", "inner")[k] for k in y)
