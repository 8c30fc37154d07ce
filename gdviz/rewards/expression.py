"""A formula typed by the reader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from torch import Tensor

from gdviz.family import Card
from gdviz.rewards._breaks import Break, breaks_of
from gdviz.rewards._closed_form import exponentials, quadratic
from gdviz.rewards._compiler import MAX_LENGTH, compile_expression
from gdviz.rewards._compiler import Expression as Compiled
from gdviz.rewards._exponentials import Exponentials
from gdviz.rewards._reward import Potential, Reward, RewardContext, RewardKind


class Expression(RewardKind):
    """r(x) by formula (or R, inside exp); docs/expressions.md describes the language. Any d that has its coordinates."""

    kind: Literal["expression"] = "expression"
    expression: str = Field(
        json_schema_extra={"maxLength": MAX_LENGTH},
        description="The formula, in x, y, ... or x1, x2, ...; docs/expressions.md describes the language.",
    )

    card = Card(
        title="Expression",
        idea="Any formula in x, y, radius and theta; it must be positive where the target has mass.",
        formula="r(x) = your formula",
        cost="one torch operation for each operation of the formula",
    )
    examples = (
        {"expression": "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)"},
        {"expression": "0.1 + sigmoid(4*x) if radius < 2 else max(0.2, abs(sin(theta)))"},
    )
    line_examples = ({"expression": "exp(x)"}, {"expression": "1 + where(0 < x < 1, x**2, sqrt(radius))"})

    @field_validator("expression")
    @classmethod
    def _compiles(cls, text: str) -> str:
        compile_expression(text)
        return text

    def build(self, context: RewardContext) -> ExpressionReward:
        compiled = compile_expression(self.expression)
        compiled.check_dimension(context.dimension)
        return ExpressionReward(compiled, context.dimension)


class ExpressionReward(Reward, Potential):
    """A compiled formula read as r or, inside exp, as R; it may be known in closed form as either."""

    def __init__(self, compiled: Compiled, dimension: int) -> None:
        self.compiled, self.dimension = compiled, dimension

    def __call__(self, x: Tensor) -> Tensor:
        return self.compiled(x)

    def log(self, x: Tensor) -> Tensor:
        return self.compiled.log(x)

    def exponentials(self) -> Exponentials | None:
        return exponentials(self.compiled.root, self.dimension)

    def exponent(self) -> Exponentials | None:
        return quadratic(self.compiled.root, self.dimension)

    def breaks(self) -> tuple[Break, ...]:
        return breaks_of(self.compiled.root, self.dimension)
