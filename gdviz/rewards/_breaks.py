"""Where a reward is not smooth: functions whose zeros are its jumps, kinks and steep middles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from torch import Tensor

from gdviz.rewards._nodes import Node, evaluate

Break = Callable[[Tensor], Tensor]
"""x [..., d] -> [...]; a reward may jump or bend where one of these is 0, or jumps itself."""


def breaks_of(root: Node, dimension: int) -> tuple[Break, ...]:
    """The breaks of a formula, inner ones before those that are made of them: a comparison a < b has one at a - b = 0."""
    return tuple(_function(node) for node in _switches(root, dimension))


def _function(node: Node) -> Break:
    return lambda x: evaluate(node, x).expand(x.shape[:-1])  # [...]


def _switches(node: Node, dimension: int) -> Iterator[Node]:
    for arg in node.args:
        yield from _switches(arg, dimension)
    name, args = node.name, node.args
    if name == "compare":
        yield from (Node("-", pair) for pair in pairwise(args))
    elif name in ("min", "max"):
        for k in range(1, len(args)):
            yield Node("-", (Node(name, args[:k]), args[k]))
    elif name in ("abs", "sqrt", "sigmoid", "tanh") or (name == "**" and not _smooth_power(node)):
        yield args[0]
    elif name in ("radius", "theta"):  # a corner at the origin; theta also jumps at y = 0
        yield from (Node("coordinate", number=k) for k in range(dimension))


def _smooth_power(node: Node) -> bool:
    exponent = node.args[1]
    return node.args[0].name == "number" or (exponent.name == "number" and exponent.number in range(65))
