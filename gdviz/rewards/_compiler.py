"""Expressions typed by a reader, compiled by an allow-list over Python's `ast` into torch operations.

Nothing the reader types is ever run as Python: the text is screened for length, characters and
nesting, parsed into a tree, and each node of the tree must be one of the few forms below, or the
text is refused with the place and what is allowed.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.rewards._nodes import Node, evaluate, evaluate_log, is_nonnegative
from gdviz.rewards._write_instead import ExpressionRefused, write_instead

MAX_LENGTH = 2000
MAX_PARENTHESES = 40
MAX_NODES = 500
MAX_DEPTH = 100
MAX_EXPONENT = 64
MAX_NUMBER = 1e30
"""Bounds on what is accepted; numbers up to 1e30 fit float32."""

CONSTANTS = {"pi": math.pi, "e": math.e}
COORDINATES = {"x": 0, "y": 1, **{f"x{i}": i for i in range(10)}}
FUNCTIONS = {
    "where": (3, 3),
    "min": (2, 64),
    "max": (2, 64),
    **dict.fromkeys(("abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid"), (1, 1)),
}
"""Function names with the least and the most arguments."""

ALLOWED_NAMES = "x, y, x0 to x9, radius, theta, pi, e"
ALLOWED = (
    f"numbers, the names {ALLOWED_NAMES}, the operators + - * / **, < <= > >= == !=, and, or, not, if-else, "
    f"and the functions {', '.join(FUNCTIONS)}"
)

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_SIGNS = {
    ast.FloorDiv: "//", ast.Mod: "%", ast.MatMult: "@", ast.BitXor: "^", ast.BitAnd: "&", ast.BitOr: "|",
    ast.LShift: "<<", ast.RShift: ">>", ast.Invert: "~", ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_FORMS = {
    ast.Subscript: "a subscript [...]", ast.Lambda: "'lambda'", ast.NamedExpr: "':='", ast.Starred: "'*' before an argument",
    ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension", ast.Tuple: "a comma outside a function", ast.List: "a list", ast.Set: "a set",
    ast.Dict: "a dictionary", ast.JoinedStr: "a string", ast.Await: "'await'", ast.Yield: "'yield'", ast.YieldFrom: "'yield'",
}  # fmt: skip
_REFUSED_CHARACTERS = {"'": "a string", '"': "a string", "\\": "a backslash", "`": "a backtick", "#": "a comment"}
_NUMBER = re.compile(r"(?:(?<![\w.])\d[\d.]*|\.\d[\d.]*)(?:[eE][+-]?\d+)?(\w*)")


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression: a function of points x of shape [..., d]."""

    text: str
    root: Node

    def __call__(self, x: Tensor) -> Tensor:
        """The value, shape x.shape[:-1], dtype and device of x."""
        self.check_dimension(x.shape[-1])
        return evaluate(self.root, x).expand(x.shape[:-1]).clone()  # [...]; a copy: "x" alone must not alias the particles

    def log(self, x: Tensor) -> Tensor:
        """Its logarithm, without underflow where the form shows it is positive; NaN or -inf where the value is <= 0."""
        self.check_dimension(x.shape[-1])
        return evaluate_log(self.root, x).expand(x.shape[:-1]).clone()  # [...]

    @cached_property
    def neediest(self) -> tuple[int, Node]:
        """The least number of coordinates a point must have, and the node that asks for it."""
        return max(((_coordinates_needed(node), node) for node in walk(self.root)), key=lambda pair: (pair[0], -pair[1].column))

    def check_dimension(self, dimension: int) -> None:
        """Raise GdvizError where a name needs more coordinates than the points have."""
        needed, node = self.neediest
        if needed <= dimension:
            return
        coordinates = ["x", "y"][:dimension] + [f"x{i}" for i in range(min(dimension, 10))]
        theta = ", theta" if dimension > 1 else ""
        _refuse(
            node.column,
            f"{_name_at(self.text, node.column)!r}, which needs points with at least {needed} coordinates",
            f"in {dimension} dimension{'s' * (dimension > 1)} the names {', '.join(coordinates)}, radius{theta}",
        )


def compile_expression(text: str) -> Expression:
    """Check an expression and make it a function.

    Parameters
    ----------
    text : str
        At most 2000 printable ASCII characters (tabs and line breaks count as spaces).

    Raises
    ------
    ExpressionRefused
        With the column (from 1), what was found there and what is allowed, or what to write instead.
    """
    try:
        return _compile(text)
    except GdvizError as error:
        instead = None
        if isinstance(text, str) and len(text) <= MAX_LENGTH:
            instead = write_instead(text, FUNCTIONS, _reads)
        raise (instead or ExpressionRefused(str(error))) from None


def _reads(text: str) -> bool:
    try:
        _compile(text)
    except GdvizError:
        return False
    return True


def _compile(text: str) -> Expression:
    screened = _screen(text)
    tree = _parse(screened)
    _check_size(tree)
    return Expression(screened, _lower(tree))


def walk(root: Node) -> Iterator[Node]:
    """Every node of a compiled tree, without recursion."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.args)


def _coordinates_needed(node: Node) -> int:
    if node.name == "coordinate":
        return int(node.number) + 1
    return 2 if node.name == "theta" else 1


def _refuse(column: int, given: str, allowed: str = ALLOWED) -> NoReturn:
    raise GdvizError(f"expression column {column}: found {given}; allowed are {allowed}.")


def _screen(text: str) -> str:
    """What can be refused in one cheap pass, before Python's parser sees it."""
    if not isinstance(text, str):
        raise GdvizError(f"expression: found {type(text).__name__}; it must be text such as 'exp(-x**2/2)'.")
    if len(text) > MAX_LENGTH:
        raise GdvizError(f"expression: found {len(text)} characters; allowed are at most {MAX_LENGTH}.")
    text = text.translate({ord("\n"): " ", ord("\t"): " ", ord("\r"): " "})
    if not text.strip():
        raise GdvizError(f"expression: found no text; allowed are {ALLOWED}.")
    nesting = 0
    for column, character in enumerate(text, start=1):
        if not " " <= character <= "~":
            _refuse(column, f"the character U+{ord(character):04X}", "plain keyboard (ASCII) characters")
        if character in _REFUSED_CHARACTERS:
            _refuse(column, _REFUSED_CHARACTERS[character])
        nesting += (character in "([{") - (character in ")]}")
        if nesting > MAX_PARENTHESES:
            _refuse(column, f"more than {MAX_PARENTHESES} nested parentheses", f"at most {MAX_PARENTHESES}")
    for number in _NUMBER.finditer(text):  # before the parser, which prints a warning on some of these
        if number[1]:
            _refuse(number.start() + 1, f"a number that runs into a name, {_shown(number[0])}", "forms such as 2*x")
    return text


def _parse(text: str) -> ast.expr:
    indent = len(text) - len(text.lstrip())
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        column = min(max((error.offset or 1), 1) + indent, len(text))
        reason = re.split(r"[.;,] ", error.msg or "invalid syntax")[0].rstrip(".?")
        raise GdvizError(
            f"expression column {column}: found text that is not a formula ({reason[:80]}); allowed are {ALLOWED}."
        ) from None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        raise GdvizError(f"expression: found nesting too deep to read; allowed is a depth of {MAX_DEPTH}.") from None
    for node in ast.walk(body):  # columns of the text as typed, from 1
        if isinstance(node, ast.expr | ast.keyword):
            node.col_offset += indent + 1
            node.end_col_offset = (node.end_col_offset or 0) + indent + 1
    return body


def _check_size(tree: ast.expr) -> None:
    """Bound nodes and depth without recursion."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.expr):
            count += 1
            depth += 1
        if count > MAX_NODES:
            raise GdvizError(f"expression: found more than {MAX_NODES} operations, names and numbers; allowed are {MAX_NODES}.")
        if depth > MAX_DEPTH + 1:
            raise GdvizError(f"expression: found operations nested deeper than {MAX_DEPTH}; split long sums with parentheses.")
        waiting.extend((child, depth) for child in ast.iter_child_nodes(node))


def _lower(node: ast.expr) -> Node:
    """One allowed form of Python syntax to one operation; everything else is refused."""
    column = node.col_offset
    match node:
        case ast.Constant(value=value):
            return _number(value, column)
        case ast.Name(id=name):
            return _name(name, column)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _operation(_BINARY[type(op)], (_lower(left), _lower(right)), column)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _lower(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _operation("negative", (_lower(operand),), column)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _operation("not", (_lower(operand),), column)
        case ast.BoolOp(op=op, values=values):
            return _operation("and" if isinstance(op, ast.And) else "or", tuple(map(_lower, values)), column)
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(type(op) in _COMPARE for op in ops):
            signs = tuple(_COMPARE[type(op)] for op in ops)
            return _operation("compare", tuple(map(_lower, [left, *rest])), column, signs)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _operation("where", (_lower(test), _lower(body), _lower(orelse)), column)
        case ast.Call():
            return _call(node)
    _refuse_form(node)


def _number(value: object, column: int) -> Node:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(column, "'...'" if value is ... else _shown(str(value)))
    if not abs(value) <= MAX_NUMBER:
        _refuse(column, "a number too large", f"numbers up to {MAX_NUMBER:g}")
    return Node("number", number=float(value), column=column, nonnegative=value >= 0)


def _name(name: str, column: int) -> Node:
    if name in CONSTANTS:
        return _number(CONSTANTS[name], column)
    if name in COORDINATES:
        return Node("coordinate", number=COORDINATES[name], column=column)
    if name in ("radius", "theta"):
        return Node(name, column=column, nonnegative=name == "radius")
    if name in FUNCTIONS:
        _refuse(column, f"the function {name!r} without its parentheses", f"forms such as {name}(x)")
    _refuse(column, f"the name {_shown(name)}", f"the names {ALLOWED_NAMES} and the functions {', '.join(FUNCTIONS)}")


def _call(node: ast.Call) -> Node:
    column = node.col_offset
    if not isinstance(node.func, ast.Name):
        _lower(node.func)  # refuses what is forbidden in it, with its own words
        _refuse(column, "a value used as a function", "a product written with *, such as 2*(x + 1)")
    name = node.func.id
    if name not in FUNCTIONS:
        if name in COORDINATES or name in CONSTANTS or name in ("radius", "theta"):
            _refuse(column, f"the name {name!r} used as a function", f"a product written with *, such as {name}*(x + 1)")
        _refuse(column, f"the function {_shown(name)}", f"the functions {', '.join(FUNCTIONS)}")
    if node.keywords:
        _refuse(node.keywords[0].col_offset, "a named argument", f"arguments without names in {name}(...)")
    least, most = FUNCTIONS[name]
    if not least <= len(node.args) <= most:
        wanted = f"exactly {least}" if least == most else f"{least} to {most}"
        _refuse(column, f"{name}(...) with an argument count of {len(node.args)}", wanted)
    return _operation(name, tuple(map(_lower, node.args)), column)


def _operation(name: str, args: tuple[Node, ...], column: int, signs: tuple[str, ...] = ()) -> Node:
    """An operation, folded to a number where all its arguments are numbers."""
    if name == "**" and args[1].name == "number" and abs(args[1].number) > MAX_EXPONENT:
        _refuse(args[1].column, "an exponent too large", f"exponents between -{MAX_EXPONENT} and {MAX_EXPONENT}")
    node = Node(name, args, signs=signs, column=column, nonnegative=is_nonnegative(name, args))
    if any(arg.name != "number" for arg in args):
        return node
    value = float(evaluate(node, torch.zeros(1, dtype=torch.float64)))
    if not abs(value) <= MAX_NUMBER:
        _refuse(column, f"a constant part that comes to {value:g}", f"numbers up to {MAX_NUMBER:g}")
    return Node("number", number=value, column=column, nonnegative=value >= 0)


def _refuse_form(node: ast.expr) -> NoReturn:
    if isinstance(node, ast.Attribute):
        _refuse((node.end_col_offset or 0) - len(node.attr) - 1, f"attribute access {_shown('.' + node.attr)}")
    if isinstance(node, ast.BinOp):
        sign = _SIGNS[type(node.op)]
        _refuse(node.left.end_col_offset or 1, f"the operator '{sign}'", "** for powers" if sign == "^" else ALLOWED)
    if isinstance(node, ast.UnaryOp):
        _refuse(node.col_offset, f"the operator '{_SIGNS[type(node.op)]}'")
    if isinstance(node, ast.Compare):
        sign = next(_SIGNS[type(op)] for op in node.ops if type(op) in _SIGNS)
        _refuse(node.col_offset, f"the operator '{sign}'")
    _refuse(node.col_offset, _FORMS.get(type(node), type(node).__name__))


def _name_at(text: str, column: int) -> str:
    word = re.match(r"\w+", text[column - 1 :])
    return word.group() if word else "x"


def _shown(text: str, limit: int = 40) -> str:
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")
