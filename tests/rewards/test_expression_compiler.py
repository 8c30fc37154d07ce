"""The expression language: what it computes, and what it refuses and how."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from rewards.oracle import evaluate

from gdviz.errors import GdvizError
from gdviz.rewards import compile_expression
from gdviz.rewards._compiler import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, MAX_NODES, MAX_PARENTHESES


def points(d: int = 2, n: int = 60) -> torch.Tensor:
    random = torch.randn(n, d, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 2
    special = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 2.0], [1.0, 1.0]], dtype=torch.float64)
    return torch.cat([random, special[:, :1].expand(-1, d) if d != 2 else special])


def agree(text: str, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Where torch and the oracle agree within the oracle's error bound, and where that bound is finite."""
    value = compile_expression(text)(x).numpy()
    expected, bound = evaluate(text, x.numpy())
    known = np.isfinite(bound)
    with np.errstate(invalid="ignore"):
        same = (value == expected) | (np.isnan(value) & np.isnan(expected)) | (np.abs(value - expected) <= bound)
    return same, known


VALID = [
    "3", "x", " x ", "-y", "+x", "x0 - x1", "2*x + 3*y - 1", "x*y/(1 + x**2)", "x**3 - x**-2", "2**x", "-x**2", "2**-1", "x**0.5",
    "1e-3 + .5 + 2.", "pi*radius + e*theta", "radius**2", "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)",
    "x < y", "x <= 1", "x > 0 > y", "0 < x < y < 2", "x == 1", "x != 0", "x >= y != 0",
    "x > 0 and y > 0", "x > 0 or y > 0 or x", "not x", "not x < y", "x and y", "x or 0", "not (x and not y)",
    "1 if x > 0 else 2", "1 if x > 1 else 2 if x > 0 else 3", "where(x > y, x, y)", "where(x, 1, -1)",
    "min(x, y)", "max(x, y, 0)", "min(x, 1, y, -1)", "abs(x)", "exp(x)", "log(1 + x**2)", "log(x)", "sqrt(abs(x))", "sqrt(x)",
    "sin(x)*cos(y)", "tanh(3*x)", "sigmoid(10*x - 4)", "1/x", "x/0", "0*x/x", "exp(exp(x))", "(x > 0)*3 + (x < 0)*2",
    "exp(x\n  + y)", "sin(theta)*radius", "min(max(x, -1), 1)", "x - x", "e**(-x**2/2)", "abs(x - y) < 1.5 < radius",
]  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_agrees_with_an_independent_evaluator(text):
    same, known = agree(text, points())
    assert known.all()
    assert same.all()


def test_the_cases_use_every_function():
    assert all(any(f"{name}(" in text for text in VALID) for name in FUNCTIONS)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(2,), (5, 2), (3, 4, 2), (0, 2)])
@pytest.mark.parametrize("text", ["1", "x", "pi", "x < y", "not x", "exp(x)", "where(1, 2, x)", "radius + theta", "max(1, x, 2)"])
def test_shape_and_dtype_are_those_of_the_points(text, shape, dtype):
    x = torch.ones(shape, dtype=dtype)
    compiled = compile_expression(text)
    for result in (compiled(x), compiled.log(x)):
        assert result.shape == shape[:-1]
        assert result.dtype == dtype


def test_the_result_never_aliases_the_points():
    x = torch.ones(4, 1)
    compile_expression("x")(x).zero_()
    assert bool((x == 1).all())


@pytest.mark.parametrize("d", [1, 3, 10])
def test_other_dimensions(d):
    x = points(d)
    assert torch.equal(compile_expression(f"x{d - 1}")(x), x[:, -1])
    torch.testing.assert_close(compile_expression("radius")(x), x.square().sum(1).sqrt())


@pytest.mark.parametrize(
    "text",
    ["x*exp(-y**2) + sin(x*y)", "sqrt(1 + radius**2)", "where(x > 0, x**3, tanh(y))", "max(x, 2*y)", "log(2 + sigmoid(x))"],
)
def test_gradients_are_those_of_finite_differences(text):
    x = points(n=20)[:20].requires_grad_()
    assert torch.autograd.gradcheck(compile_expression(text), (x,))


@pytest.mark.parametrize(
    "text",
    [
        "exp(-x**2)", "2*exp(x)*sigmoid(y)", "0.1 + exp(-radius)", "exp(x)/(1 + exp(y))", "sqrt(exp(x) + 1)", "radius**3",
        "x**2", "x**-2", "(1 + exp(x))**2.5", "2**x", "where(x > 0, exp(x), 0.5)", "max(exp(x), x)", "min(exp(x), 3)",
        "max(1, exp(y))", "0**x", "radius**x", "(x > 0)*exp(x)", "x + 3", "abs(x)", "3", "0*x", "tanh(x)", "1/radius",
        "x > 0 or y > 0", "x**3", "x**-1", "y**5",
    ],
)  # fmt: skip
def test_log_is_the_log_of_the_value(text):
    compiled = compile_expression(text)
    x = points()
    torch.testing.assert_close(compiled.log(x), compiled(x).log(), rtol=1e-12, atol=1e-12, equal_nan=True)


def test_log_does_not_underflow():
    x = torch.tensor([[30.0, 0.0]])
    compiled = compile_expression("2*exp(-x**2/0.18)*sigmoid(-100*x) + exp(-x**2/0.2)*0")
    assert float(compiled(x)) == 0
    torch.testing.assert_close(compiled.log(x), torch.tensor([np.log(2.0) - 900 / 0.18 - 3000], dtype=torch.float32))


FORBIDDEN = [
    "__import__('os')", "__import__", "().__class__", "x.numpy()", "x.shape", "open('f')", "open(x)", "lambda: 1",
    "(lambda: x)()", "[i for i in x]", "sum(i for i in x)", "{i for i in x}", "{i: i for i in x}", "[x, y]", "(x, y)", "x, y",
    "{x}", "{x: y}", "{}", "()", "'x'", '"x"', "f'{x}'", "b'x'", "x[0]", "x[0:1]", "x[...]", "...", "None", "True", "False",
    "x := 1", "(x := 1)", "x = 1", "x; y", "import os", "print(x)", "exec(x)", "eval(x)", "globals()", "getattr(x, y)",
    "sin(x=1)", "sin(x, y=1)", "min(x, y, key=x)", "exp(x, **y)", "where(c=x, a=1, b=2)", "min(*x)", "max(**x)", "yield",
    "(yield)", "await x", "x is y", "x in y", "x not in y", "x is not y", "x // y", "x % y", "x @ y", "x ^ y", "x & y",
    "x | y", "~x", "x << 1", "x >> 1", "1j", "2x", "0x10", "1_000", "010", "1if x else 2", "sin", "sin + 1", "x(2)", "pi(2)",
    "2(x)", "(x)(y)", "sin(x)(y)", "sin()", "sin(x, y)", "min(x)", "where(x, y)", "z", "X", "r", "t", "x10", "xx", "lambda_",
    "exp2(x)", "math.sin(x)", "x # comment", "x \\\n y", "`x`", "x ? y", "x ! y", "$x", "", " ", "\n", "(", ")", "x)", "((x)",
    "x +", "* x", "x y", "x if y", "not", "x\x00", "\x00", "x\x1b", "x\x7f", "\uff58", "\u0445", "x\u00b2", "x \u2212 y",
    "x\u200b", "\u03c0", "\ud800", "\U0001f600", "x\x0c", "1e400", "1e31", "-1e400", "9" * 400, "9**9**9**9", "9**9**9",
    "x**65", "x**-65", "x**(8**8)", "2.0**64**2", "1/0", "0/0", "log(0)", "log(-1)", "sqrt(-1)", "(-1)**0.5", "exp(100)",
    "x + 1e20*1e20", "0**-1", "x**(1/0)",
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_refuses_with_its_own_sentence(text):
    with pytest.raises(GdvizError) as refusal:
        compile_expression(text)
    message = str(refusal.value)
    assert message.startswith("expression")
    assert "allowed" in message or "; write " in message
    assert message.endswith(".")
    assert message.isascii()
    assert "\n" not in message
    assert len(message) < 500


HUGE = {
    "1 MB": "x" * 1_000_000,
    "1 MB of digits": "1" * 1_000_000,
    "100 MB": "(" * 100_000_000,
    "3000 parentheses": "(" * 3000 + "x" + ")" * 3000,
    "nested within the length": "(" * 990 + "x" + ")" * 990,
    "nested calls": "sin(" * 400 + "x" + ")" * 400,
    "brackets": "[" * 999 + "]" * 999,
    "minus signs": "-" * 1999 + "x",
    "nots": "not " * 499 + "x",
    "powers": "x**" * 600 + "x",
    "sums": "x+" * 900 + "x",
    "comparisons": "x<" * 900 + "x",
    "conditionals": "x if x else " * 160 + "x",
    "lambdas": "lambda:" * 280 + "x",
    "attributes": "x" + ".x" * 990,
    "calls": "x" + "()" * 990,
    "arguments": "min(" + "x," * 900 + "x)",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_refuses_the_huge_at_once(text):
    start = time.process_time()
    with pytest.raises(GdvizError, match=r"^expression.*(allowed|split)"):
        compile_expression(text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("depth", [4, 12])
def test_a_middle_operand_is_evaluated_once(depth, monkeypatch):
    """A nested chain 0 < (0 < (..) < 2) < 2 must cost its length, not 2^depth."""
    calls = []
    sine = torch.sin
    monkeypatch.setitem(
        compile_expression.__globals__["evaluate"].__globals__["OPERATIONS"], "sin", lambda v: calls.append(1) or sine(v)
    )
    text = "sin(x)"
    for _ in range(depth):
        text = f"0 < ({text}) < 2"
    compile_expression(text)(points())
    assert len(calls) == 1


def test_bounds_are_inclusive():
    assert compile_expression("x" + " " * (MAX_LENGTH - 1))
    assert compile_expression("(" * MAX_PARENTHESES + "x" + ")" * MAX_PARENTHESES)
    assert compile_expression("-" * (MAX_DEPTH - 1) + "x")
    assert compile_expression("min(" + ",".join(["x"] * 64) + ")")
    assert compile_expression("x**64 + 1e30")
    blocks = "+".join(["(" + "+".join(["x"] * 31) + ")"] * 8)  # 8 * 31 names and as many pluses less one
    assert blocks.count("x") * 2 - 1 == 495 <= MAX_NODES
    assert compile_expression(blocks)
    for text in ("x" + " " * MAX_LENGTH, "(" * (MAX_PARENTHESES + 1) + "x" + ")" * (MAX_PARENTHESES + 1), "-" * MAX_DEPTH + "x"):
        with pytest.raises(GdvizError):
            compile_expression(text)


@pytest.mark.parametrize(
    "text, beginning",
    [
        ("1 + x.shape", "expression column 6: found attribute access '.shape'; allowed are"),
        ("  foo + 1", "expression column 3: found the name 'foo'; allowed are the names x, y, x0 to x9"),
        ("x^2", "expression column 2: found the operator '^'; write ** instead, as in x**2."),
        ("x + 2y", "expression column 5: found a number that runs into a name, '2y'; allowed are forms such as 2*x."),
        ("print(x)", "expression column 1: found the function 'print'; allowed are the functions where, min"),
        ("1 + sin(x, y)", "expression column 5: found sin(...) with an argument count of 2; allowed are exactly 1."),
        ("min(x)", "expression column 1: found min(...) with an argument count of 1; allowed are 2 to 64."),
        ("exp(-x", "expression column 4: found a parenthesis ( that is never closed; write the missing ), as in exp(-x)."),
        ("x\u00b2", "expression column 2: found the superscript U+00B2 (superscript two); write **2 instead, as in x**2."),
        ("x**99", "expression column 4: found an exponent too large; allowed are exponents between -64 and 64."),
    ],
)
def test_messages_say_where_and_what_is_allowed(text, beginning):
    with pytest.raises(GdvizError) as refusal:
        compile_expression(text)
    assert str(refusal.value).startswith(beginning)


@pytest.mark.parametrize(
    "text, d, message",
    [
        (
            "x + y",
            1,
            "expression column 5: found 'y', which needs points with at least 2 coordinates; "
            "allowed are in 1 dimension the names x, x0, radius.",
        ),
        ("theta", 1, "expression column 1: found 'theta', which needs points with at least 2"),
        (
            "x + x7",
            2,
            "expression column 5: found 'x7', which needs points with at least 8 coordinates; "
            "allowed are in 2 dimensions the names x, y, x0, x1, radius, theta.",
        ),
    ],
)
def test_names_must_fit_the_dimension(text, d, message):
    compiled = compile_expression(text)
    for use in (lambda: compiled.check_dimension(d), lambda: compiled(points(d)), lambda: compiled.log(points(d))):
        with pytest.raises(GdvizError) as refusal:
            use()
        assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"], torch.ones(1)])
def test_only_text_is_compiled(value):
    with pytest.raises(GdvizError, match="must be text"):
        compile_expression(value)
