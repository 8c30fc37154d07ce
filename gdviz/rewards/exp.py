"""exp: the map that makes a reward of any real function."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._breaks import Break
from gdviz.rewards._exponentials import Exponentials
from gdviz.rewards._fields import Composite, Part
from gdviz.rewards._reward import Potential, Reward, RewardContext


class Exp(Composite):
    """r(x) = exp(strength R(x)), R being the value of `of` (a potential's R, or a reward's r). A negative strength avoids R."""

    kind: Literal["exp"] = "exp"
    strength: Annotated[float, Field(description="How much one unit of R matters; a negative one avoids R.")] = 1.0
    of: Annotated[Part, Field(title="made from", description="The potential R, or a reward's r.")]

    card = Card(
        title="Exponential",
        idea="Turns any real value into a positive reward; the strength says how much one unit of it matters.",
        formula="r(x) = exp(strength R(x))",
        cost="that of its part; closed form where R is quadratic",
    )
    examples = (
        {"strength": 0.7, "of": {"kind": "linear", "direction": [1, 0.5]}},
        {"of": {"kind": "quadratic", "center": [0, 0], "curvature": [0.02, 2]}},
        {"strength": 2, "of": {"kind": "half_plane", "normal": [1, 1]}},
        {"of": {"kind": "expression", "expression": "-x**2/100 - y**2"}},
        {"strength": -1, "of": {"kind": "class_probability", "label": "a"}},
    )
    line_examples = ({"strength": 1.5, "of": {"kind": "expression", "expression": "x - x**2/4"}},)

    def build(self, context: RewardContext) -> ExpReward:
        return ExpReward(self.of.build(context), self.strength)


class ExpReward(Reward):
    """exp(strength of(x))."""

    def __init__(self, of: Reward | Potential, strength: float) -> None:
        self.of, self.strength = of, strength

    def log(self, x: Tensor) -> Tensor:
        return self.strength * self.of(x)

    def exponentials(self) -> Exponentials | None:
        term = self.of.exponent() if isinstance(self.of, Potential) else None
        return None if term is None else term.power(self.strength)

    def breaks(self) -> tuple[Break, ...]:
        return self.of.breaks()
