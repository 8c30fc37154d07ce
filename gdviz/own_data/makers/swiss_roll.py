"""The Swiss roll, seen along its axis."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.own_data.makers._maker import MakerKind


class MakeSwissRoll(MakerKind):
    """The first and third coordinates of `sklearn.datasets.make_swiss_roll`, in which it is a spiral; no labels."""

    kind: Literal["make_swiss_roll"] = "make_swiss_roll"
    noise: Annotated[float, Field(ge=0, le=100, description="Standard deviation of the noise that is added.")] = 0.3

    card = Card(title="make_swiss_roll", idea="A sheet rolled up, seen from its end: a spiral.", citation="scikit-learn")

    def _make(self) -> tuple[NDArray[Any], None]:
        from sklearn.datasets import make_swiss_roll

        x, _ = make_swiss_roll(n_samples=self.n_samples, noise=self.noise, random_state=self.random_state)
        return x[:, [0, 2]], None

    def _remarks(self) -> tuple[str, ...]:
        return ("Its first and third coordinates are taken. It is about 25 wide: standardise it.",)
