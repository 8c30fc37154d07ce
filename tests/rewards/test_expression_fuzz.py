"""Random texts and random trees: either a tensor of the right type or the module's own error, and the right values."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from rewards.oracle import evaluate

from gdviz.errors import GdvizError
from gdviz.rewards import compile_expression

POINTS = torch.cat(
    [
        torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 2,
        torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0], [2.0, 2.0], [0.5, -2.0]], dtype=torch.float64),
    ]
)

LEAVES = st.one_of(
    st.sampled_from(["x", "y", "x0", "x1", "radius", "theta", "pi", "e", "0", "1", "2", "0.5"]),
    st.integers(0, 30).map(str),
    st.floats(1e-6, 1e6, allow_nan=False).map(repr),
)
PIECES = [
    "x", "y", "z", "0", "1", "2.5", "1e3", ".", "..", "(", ")", "((", "))", "[", "]", "{", "}", ",", " ", "\n", "\t", "+", "-",
    "*", "**", "/", "//", "%", "@", "^", "~", "<", "<=", "==", "!=", "=", ":=", ":", ";", "and", "or", "not", "if", "else",
    "is", "in", "lambda", "for", "yield", "await", "None", "True", "sin(", "where(", "min(", "exp", "open(", "__class__",
    "__import__", "'", '"', "f'", "\\", "#", "`", "e", "j", "_", "x9", "\x00", "\uff58", "\ud800",
]  # fmt: skip


def combine(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One allowed operation over allowed parts."""
    some = st.lists(parts, min_size=2, max_size=4)
    signs = st.lists(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), min_size=3, max_size=3)
    one = ["abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid"]
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(parts, st.integers(-4, 4)).map(lambda t: f"({t[0]})**{t[1]}"),
        st.tuples(parts, parts).map(lambda t: f"({t[0]})**({t[1]})"),
        parts.map(lambda p: f"-({p})"),
        parts.map(lambda p: f"(not {p})"),
        st.tuples(st.sampled_from(one), parts).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), some).map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        st.tuples(parts, parts, parts).map(lambda t: f"where({', '.join(t)})"),
        st.tuples(parts, parts, parts).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(st.sampled_from([" and ", " or "]), some).map(lambda t: f"({t[0].join(t[1])})"),
        st.tuples(some, signs).map(
            lambda t: "(" + t[0][0] + "".join(f" {s} {p}" for s, p in zip(t[1], t[0][1:], strict=False)) + ")"
        ),
    )


def forbid(part: str) -> st.SearchStrategy[str]:
    """A form outside the language, around a part inside it."""
    forms = [
        "{}.real", "({}).__class__", "{}[0]", "[{}]", "({},)", "{{{}}}", "{{1: {}}}", "(lambda: {})", "(lambda x: {})(1)",
        "[{} for x in y]", "({} for x in y)", "(q := {})", "min(*{})", "max(x, key={})", "print({})", "f'{{{}}}'", "'{}'",
        "{} // 2", "{} % 2", "{} @ x", "~({})", "({} is x)", "({} in x)", "foo + {}", "(yield {})", "(await {})", "exp({}, x)",
        "where({}, 1)", "({})(x)", "{}; x", "1j * {}", "True + {}",
    ]  # fmt: skip
    return st.sampled_from(forms).map(lambda form: form.format(part))


VALID = st.recursive(LEAVES, combine, max_leaves=12)


def outcome(text: str) -> torch.Tensor | None:
    """The value at POINTS, checked for type; None where the text was refused. Anything else escapes."""
    try:
        compiled = compile_expression(text)
        result = compiled(POINTS)
        log_result = compiled.log(POINTS)
    except GdvizError as error:
        assert str(error).startswith("expression")
        return None
    assert isinstance(result, torch.Tensor)
    assert result.shape == log_result.shape == POINTS.shape[:-1]
    assert result.dtype == log_result.dtype == POINTS.dtype
    return result


@given(st.text(max_size=60))
def test_any_text(text):
    outcome(text)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_pile_of_tokens(text):
    event("compiled" if outcome(text) is not None else "refused")


@settings(max_examples=300)
@given(VALID)
@example("(0 * log(x))")
def test_valid_trees_agree_with_the_oracle(text):
    result = outcome(text)
    if result is None:  # the only valid trees refused are those with a constant part or an exponent out of bounds
        try:
            compile_expression(text)
        except GdvizError as error:
            assert "constant part" in str(error) or "exponent too large" in str(error)
        return
    expected, bound = evaluate(text, POINTS.numpy())
    known = np.isfinite(bound)
    event(f"compared at {round(100 * known.mean(), -1):.0f} % of the points")
    value = result.numpy()
    with np.errstate(invalid="ignore"):
        same = (value == expected) | (np.isnan(value) & np.isnan(expected)) | (np.abs(value - expected) <= bound)
    assert same[known].all()


@settings(max_examples=300)
@given(VALID)
def test_log_agrees_with_the_value(text):
    """log r part by part is the log of the value wherever the value neither under- nor overflows on the way."""
    try:
        compiled = compile_expression(text)
    except GdvizError:
        return
    value, log_value = compiled(POINTS), compiled.log(POINTS)
    _, bound = evaluate(text, POINTS.numpy())
    bound = torch.from_numpy(bound)
    normal = (value > 1e-12) & (value < 1e12) & (bound < 1e-9 * value)
    event(f"compared at {round(100 * float(normal.double().mean()), -1):.0f} % of the points")
    difference = (log_value - value.log()).abs()
    assert bool((difference[normal] < 1e-6).all())


@given(st.data())
def test_trees_with_a_forbidden_form_are_refused(data):
    part = data.draw(st.recursive(LEAVES, combine, max_leaves=4))
    text = data.draw(forbid(f"({part})"))
    for _ in range(data.draw(st.integers(0, 3))):
        text = data.draw(st.sampled_from(["({} + x)", "sin({})", "where(x, {}, y)", "min(1, {})", "(1 if {} else 2)"])).format(
            text
        )
    assert outcome(text) is None
