"""A second, independent evaluator of expressions: numpy with a running error bound.

Each value travels with a bound on how far two correct float64 evaluations of it may lie apart, so
that the comparison has no tolerance to pick. Where a comparison or a jump is decided by less than
that bound the bound becomes infinite: no verdict at that point.
"""

from __future__ import annotations

import ast

import numpy as np
from scipy.special import expit

ULPS = 8 * np.finfo(float).eps  # a library function is within a few units in the last place
TINY = 1e-300  # below this two libraries may round to zero differently

Bounded = tuple[np.ndarray, np.ndarray]


def evaluate(text: str, points: np.ndarray) -> Bounded:
    """Value and error bound, each of shape [n], at points [n, d]."""
    tree = ast.parse(text.strip().replace("\n", " "), mode="eval").body
    with np.errstate(all="ignore"):
        value, bound = _visit(tree, points)
    return np.broadcast_to(value, len(points)).copy(), np.broadcast_to(bound, len(points)).copy()


def _exact(value: np.ndarray | float) -> Bounded:
    value = np.asarray(value, dtype=float)
    return value, np.zeros_like(value)


def _bounded(value: np.ndarray, spread: np.ndarray, own: np.ndarray | float) -> Bounded:
    """The spread of the inputs carried through, plus the operation's own rounding; infinite where overflow is in doubt."""
    spread = np.nan_to_num(spread, nan=np.inf, posinf=np.inf)
    bound = spread + np.where(spread > 0, ULPS * np.abs(value) + TINY, own)
    return value, np.where(np.isfinite(value), bound, np.where(spread > 0, np.inf, 0.0))


def _rounded(value: np.ndarray, spread: np.ndarray) -> Bounded:
    """For + - * /, which every library rounds alike (a vectorised sqrt may be one unit in the last place off)."""
    return _bounded(value, spread, 0.0)


def _library(value: np.ndarray, spread: np.ndarray, may_underflow: bool = False) -> Bounded:
    """For functions that libraries round differently."""
    return _bounded(value, spread, ULPS * np.abs(value) + TINY * may_underflow)


def _choose(condition: Bounded, yes: Bounded, no: Bounded) -> Bounded:
    holds = condition[0] != 0
    unsure = (condition[1] > 0) & ~(condition[1] < np.abs(condition[0]))
    return np.where(holds, yes[0], no[0]), np.where(unsure, np.inf, np.where(holds, yes[1], no[1]))


def _truth(value: Bounded) -> Bounded:
    return _choose(value, _exact(1.0), _exact(0.0))


def _join(values: list[Bounded], every: bool) -> Bounded:
    truths = [_truth(value) for value in values]
    parts = [truth[0] != 0 for truth in truths]
    holds = np.all(np.broadcast_arrays(*parts), axis=0) if every else np.any(np.broadcast_arrays(*parts), axis=0)
    return holds.astype(float), sum(truth[1] for truth in truths)  # type: ignore[return-value]


def _compare(sign: ast.cmpop, a: Bounded, b: Bounded) -> Bounded:
    functions = {
        ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
        ast.Eq: np.equal, ast.NotEq: np.not_equal,
    }  # fmt: skip
    slack = a[1] + b[1]
    unsure = (slack > 0) & ~(np.abs(a[0] - b[0]) > slack)
    return functions[type(sign)](a[0], b[0]).astype(float), np.where(unsure, np.inf, 0.0)


def _power(a: Bounded, b: Bounded) -> Bounded:
    value = np.power(a[0], b[0])
    near = [np.power(a[0] + i * a[1], b[0] + j * b[1]) for i in (-1, 1) for j in (-1, 1)]
    spread = np.max([np.where(other == value, 0, np.abs(other - value)) for other in near], axis=0) * 2
    exact = (a[1] == 0) & (b[1] == 0)
    value, bound = _library(value, np.where(exact, 0, np.where(a[1] < np.abs(a[0]) / 2, spread, np.inf)), may_underflow=True)
    return value, np.where(exact & (a[0] == 0), 0, bound)


def _binary(op: ast.operator, a: Bounded, b: Bounded) -> Bounded:
    (x, dx), (y, dy) = a, b
    if isinstance(op, ast.Pow):
        return _power(a, b)
    if isinstance(op, ast.Add | ast.Sub):
        endless = (np.isinf(x) & (dx == 0)) | (np.isinf(y) & (dy == 0))  # an infinity swallows the other's error
        return _rounded(x + y if isinstance(op, ast.Add) else x - y, np.where(endless, 0, dx + dy))
    if isinstance(op, ast.Mult):
        return _rounded(x * y, np.where(dx > 0, np.abs(y) * dx, 0) + np.where(dy > 0, np.abs(x) * dy, 0) + dx * dy)
    quotient = x / y
    spread = 2 * (dx + np.where(dy > 0, np.abs(quotient) * dy, 0)) / np.abs(y)
    return _rounded(quotient, np.where(dy == 0, np.where(dx == 0, 0, spread), np.where(dy < np.abs(y) / 2, spread, np.inf)))


def _function(name: str, a: Bounded) -> Bounded:
    """Error carried by the function's own values at both ends (where monotone) or by its Lipschitz constant 1."""
    value, error = a
    if name == "abs":
        return np.abs(value), error
    if name in ("sin", "cos"):
        return _library({"sin": np.sin, "cos": np.cos}[name](value), error)
    function = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh, "sigmoid": expit}[name]
    result = function(value)
    ends = [np.abs(function(value + side * error) - result) for side in (-1, 1)]
    spread = np.where(error == 0, 0, np.maximum(*ends))
    return _library(result, spread, may_underflow=name in ("exp", "sigmoid"))


def _extreme(pick: np.ufunc, values: list[Bounded]) -> Bounded:
    result = values[0]
    for value in values[1:]:
        result = pick(result[0], value[0]), np.maximum(result[1], value[1])
    return result


def _visit(node: ast.expr, points: np.ndarray) -> Bounded:
    match node:
        case ast.Constant(value=value):
            return _exact(float(value))
        case ast.Name(id="pi"):
            return _exact(np.pi)
        case ast.Name(id="e"):
            return _exact(np.e)
        case ast.Name(id="radius"):
            return _library(np.sqrt((points**2).sum(1)), np.zeros(len(points)))
        case ast.Name(id="theta"):
            return _library(np.arctan2(points[:, 1], points[:, 0]), np.zeros(len(points)))
        case ast.Name(id=name):
            return _exact(points[:, {"x": 0, "y": 1}[name] if name in "xy" else int(name[1:])])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value, bound = _visit(operand, points)
            return -value, bound
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _visit(operand, points)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _choose(_visit(operand, points), _exact(0.0), _exact(1.0))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _visit(left, points), _visit(right, points))
        case ast.BoolOp(op=op, values=values):
            return _join([_visit(value, points) for value in values], isinstance(op, ast.And))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            values = [_visit(each, points) for each in (left, *rest)]
            return _join([_compare(op, a, b) for op, a, b in zip(ops, values[:-1], values[1:], strict=True)], True)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _choose(*(_visit(each, points) for each in (test, body, orelse)))
        case ast.Call(func=ast.Name(id="where"), args=args):
            return _choose(*(_visit(arg, points) for arg in args))
        case ast.Call(func=ast.Name(id="min"), args=args):
            return _extreme(np.minimum, [_visit(arg, points) for arg in args])
        case ast.Call(func=ast.Name(id="max"), args=args):
            return _extreme(np.maximum, [_visit(arg, points) for arg in args])
        case ast.Call(func=ast.Name(id=name), args=[arg]):
            return _function(name, _visit(arg, points))
    raise AssertionError(f"the oracle does not know {ast.dump(node)}")
