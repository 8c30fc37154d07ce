"""Recognise the expressions whose tilted law is known exactly: sums of exponentials of quadratics."""

from __future__ import annotations

import math

import torch

from gdviz.rewards._exponentials import Exponentials, constant_term, linear_term
from gdviz.rewards._nodes import Node


def quadratic(node: Node, dimension: int) -> Exponentials | None:
    """R = node as constant + linear . x - x' curvature x / 2, that is exp(R) as one term; None where R is not quadratic."""
    if node.name == "number":
        return constant_term(node.number, dimension)
    if node.name == "coordinate":
        return linear_term(torch.eye(dimension)[int(node.number)])
    if node.name == "**":
        return _square(node, dimension)
    if node.name not in ("+", "-", "*", "/", "negative"):
        return None
    a = quadratic(node.args[0], dimension)
    b = a if len(node.args) == 1 or a is None else quadratic(node.args[1], dimension)  # once: 2^depth otherwise
    if a is None or b is None:
        return None
    match node.name:
        case "negative":
            return a.power(-1)
        case "+":
            return a.times(b)  # exp(A + B) = exp(A) exp(B)
        case "-":
            return a.times(_power(b, -1))
        case "*":
            return _product_of_quadratics(a, b)
    return _power(a, 1 / float(b.constant)) if _degree(b) == 0 and float(b.constant) != 0 else None


def exponentials(node: Node, dimension: int) -> Exponentials | None:
    """r = node as a sum of exponentials of quadratics, or None where its form does not show one."""
    if node.name == "number":
        return constant_term(math.log(node.number), dimension) if node.number > 0 else None
    if node.name == "exp":
        return quadratic(node.args[0], dimension)
    if node.name == "**":
        return _power_of_exponentials(node, dimension)
    if node.name not in ("+", "*", "/", "sqrt"):
        return None
    a = exponentials(node.args[0], dimension)
    b = a if len(node.args) == 1 or a is None else exponentials(node.args[1], dimension)
    if a is None or b is None:
        return None
    match node.name:
        case "+":
            return a.plus(b)
        case "*":
            return a.times(b)
        case "sqrt":
            return a.power(0.5)
    inverse = b.power(-1)
    return None if inverse is None else a.times(inverse)


def _power(term: Exponentials, exponent: float) -> Exponentials:
    scaled = term.power(exponent)
    assert scaled is not None  # a quadratic is one term
    return scaled


def _degree(a: Exponentials) -> int:
    if bool((a.curvature != 0).any()):
        return 2
    return int(bool((a.linear != 0).any()))


def _product_of_quadratics(a: Exponentials, b: Exponentials) -> Exponentials | None:
    if _degree(a) + _degree(b) > 2:
        return None
    outer = a.linear[0, :, None] * b.linear[0]  # [d, d]
    return Exponentials(
        a.constant * b.constant,
        a.constant * b.linear + b.constant * a.linear,
        a.constant * b.curvature + b.constant * a.curvature - (outer + outer.T),
    )


def _square(node: Node, dimension: int) -> Exponentials | None:
    base, exponent = node.args
    if exponent.name != "number" or exponent.number not in (1, 2):
        return None
    if base.name == "radius" and exponent.number == 2:  # the one way in which the radius is quadratic
        zero = constant_term(0.0, dimension)
        return Exponentials(zero.constant, zero.linear, -2 * torch.eye(dimension, dtype=torch.float64)[None])
    inner = quadratic(base, dimension)
    return inner if inner is None or exponent.number == 1 else _product_of_quadratics(inner, inner)


def _power_of_exponentials(node: Node, dimension: int) -> Exponentials | None:
    base, exponent = node.args
    if base.name == "number" and base.number > 0:  # e**R
        inner = quadratic(exponent, dimension)
        return None if inner is None else inner.power(math.log(base.number))
    terms = exponentials(base, dimension)
    if terms is None or exponent.name != "number":
        return None
    if len(terms.constant) == 1:
        return terms.power(exponent.number)
    if exponent.number not in (1, 2, 3, 4):
        return None
    product: Exponentials | None = terms
    for _ in range(int(exponent.number) - 1):
        product = None if product is None else product.times(terms)
    return product
