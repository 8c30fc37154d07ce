"""Two half circles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.own_data.makers._maker import MakerKind


class MakeMoons(MakerKind):
    """`sklearn.datasets.make_moons`; labels `outer` and `inner`."""

    kind: Literal["make_moons"] = "make_moons"
    noise: Annotated[float, Field(ge=0, le=100, description="Standard deviation of the noise that is added.")] = 0.1

    card = Card(title="make_moons", idea="Two half circles, each reaching into the other.", citation="scikit-learn")

    def _make(self) -> tuple[NDArray[Any], tuple[str, ...]]:
        from sklearn.datasets import make_moons

        x, y = make_moons(n_samples=self.n_samples, noise=self.noise, random_state=self.random_state)
        return x, tuple(("outer", "inner")[k] for k in y)
