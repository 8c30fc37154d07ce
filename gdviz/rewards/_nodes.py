"""The checked expression tree, and its evaluation by torch, as r itself and as log r."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of an expression whose every part has already been allowed.

    Attributes
    ----------
    name : str
        "number", "coordinate", "radius", "theta", "compare", or a key of `OPERATIONS`.
    args : tuple of Node
    number : float
        The value of a number, the index of a coordinate.
    signs : tuple of str
        The comparison signs between consecutive args of a "compare".
    column : int
        Where it stands in the text, from 1.
    """

    name: str
    args: tuple[Node, ...] = ()
    number: float = 0.0
    signs: tuple[str, ...] = ()
    column: int = 1
    nonnegative: bool = False


def _truth(values: Sequence[Tensor], combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    return reduce(combine, [value != 0 for value in values]).to(values[0].dtype)


OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "+": torch.add,
    "-": torch.sub,
    "*": torch.mul,
    "/": torch.div,
    "**": torch.pow,
    "negative": torch.neg,
    "and": lambda *values: _truth(values, torch.logical_and),
    "or": lambda *values: _truth(values, torch.logical_or),
    "not": lambda value: (value == 0).to(value.dtype),
    "min": lambda *values: reduce(torch.minimum, values),
    "max": lambda *values: reduce(torch.maximum, values),
    "abs": torch.abs,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}

COMPARISONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "<": torch.lt,
    "<=": torch.le,
    ">": torch.gt,
    ">=": torch.ge,
    "==": torch.eq,
    "!=": torch.ne,
}


def is_nonnegative(name: str, args: tuple[Node, ...], number: float = 0.0) -> bool:
    """Whether the form alone shows that a node is never below 0 (so that its log may be taken part by part)."""
    if name == "number":
        return number >= 0
    if name in ("radius", "compare", "and", "or", "not", "abs", "exp", "sqrt", "sigmoid"):
        return True
    if name == "max":
        return any(arg.nonnegative for arg in args)
    if name == "where":
        return args[1].nonnegative and args[2].nonnegative
    if name == "**":
        return args[0].nonnegative or (args[1].name == "number" and args[1].number % 2 == 0)
    return name in ("+", "*", "/", "min") and all(arg.nonnegative for arg in args)


def evaluate(node: Node, x: Tensor) -> Tensor:
    """The value at x of shape [..., d]; shape [...] or a scalar that broadcasts to it, dtype and device of x."""
    if node.name == "number":
        return _number(node.number, x)
    if node.name == "coordinate":
        return x[..., int(node.number)]
    if node.name == "radius":
        return torch.linalg.vector_norm(x, dim=-1)  # its gradient at 0 is 0, where that of sqrt(x0^2 + ..) is NaN
    if node.name == "theta":
        return torch.atan2(x[..., 1], x[..., 0])
    if node.name == "**" and node.args[1].name == "number":
        return torch.pow(evaluate(node.args[0], x), node.args[1].number)
    if node.name == "where":
        return _choose(node, x, evaluate)
    values = [evaluate(arg, x) for arg in node.args]  # each operand once: nested chains would cost 2^depth otherwise
    if node.name == "compare":
        links = [COMPARISONS[sign](a, b) for sign, a, b in zip(node.signs, values[:-1], values[1:], strict=True)]
        return reduce(torch.logical_and, links).to(x.dtype)
    return OPERATIONS[node.name](*values)


def evaluate_log(node: Node, x: Tensor) -> Tensor:
    """log of the value, part by part where the form allows it, so that exp(-x**2/1e-4) does not underflow.

    NaN or -inf where the value is <= 0.
    """
    name, args = node.name, node.args
    if name == "exp":
        return evaluate(args[0], x)
    if not node.nonnegative:
        return torch.log(evaluate(node, x))
    if name == "number":
        return _number(math.log(node.number) if node.number > 0 else -math.inf, x)
    if name == "+":
        return torch.logaddexp(evaluate_log(args[0], x), evaluate_log(args[1], x))
    if name == "*":
        return evaluate_log(args[0], x) + evaluate_log(args[1], x)
    if name == "/":
        return evaluate_log(args[0], x) - evaluate_log(args[1], x)
    if name == "**":
        return _log_of_power(node, x)
    if name in ("min", "max") and all(arg.nonnegative for arg in args):
        return OPERATIONS[name](*(evaluate_log(arg, x) for arg in args))
    if name == "where":
        return _choose(node, x, evaluate_log)
    if name == "sigmoid":
        return torch.nn.functional.logsigmoid(evaluate(args[0], x))
    if name == "sqrt" and args[0].nonnegative:
        return 0.5 * evaluate_log(args[0], x)
    return torch.log(evaluate(node, x))


def _choose(node: Node, x: Tensor, value: Callable[[Node, Tensor], Tensor]) -> Tensor:
    """The value of one branch or the other, and its slope alone: a branch that is not taken may have none there.

    ``sqrt(x) if x > 0 else 0.1`` would otherwise have the gradient NaN at x < 0: 0 times the NaN of the branch not taken.
    """
    condition, yes, no = node.args
    taken = evaluate(condition, x) != 0  # [...] or []
    if not x.requires_grad:
        return torch.where(taken, value(yes, x), value(no, x))
    here, still = taken.expand(x.shape[:-1])[..., None], x.detach()
    return torch.where(taken, value(yes, torch.where(here, x, still)), value(no, torch.where(here, still, x)))


def _log_of_power(node: Node, x: Tensor) -> Tensor:
    base, exponent = node.args
    if exponent.name == "number" and exponent.number != 0:
        log_base = evaluate_log(base, x) if base.nonnegative else torch.log(torch.abs(evaluate(base, x)))
        return exponent.number * log_base
    if base.name == "number" and base.number > 0:
        return evaluate(exponent, x) * math.log(base.number)
    return torch.log(evaluate(node, x))  # 0 ** 0 is 1, which exponent * log(base) would lose


def _number(value: float, x: Tensor) -> Tensor:
    return torch.full((), value, dtype=x.dtype, device=x.device)
