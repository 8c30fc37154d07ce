"""A formula in another language's writing is answered with what to write instead, and that can be read."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings

import pytest

from gdviz.errors import GdvizError
from gdviz.rewards import ExpressionRefused, compile_expression

INSTEAD = {
    "0.1 + (y > |x|)": ("write abs(x) instead", "0.1 + (y > abs(x))"),
    "0.1 + (y > sin x)": ("write sin(x) instead", "0.1 + (y > sin(x))"),
    "0.1 + (y > np.sin(x))": ("found np.sin; write sin instead", "0.1 + (y > sin(x))"),
    "exp(-x²)": ("U+00B2 (superscript two); write **2 instead", "exp(-x**2)"),
    "0.1 + (y − 1 > 0)": ("column 10: found the sign U+2212 (minus sign); write - instead", "0.1 + (y - 1 > 0)"),
    "0.1 + (y ≥ x)": ("U+2265 (greater-than or equal to); write >= instead", "0.1 + (y >= x)"),
    "exp(-x^2)": ("found the operator '^'; write ** instead", "exp(-x**2)"),
    "exp(-x**2": ("never closed; write the missing )", "exp(-x**2)"),
    # siblings
    "exp(-|x|^2": ("write abs(x) instead", "exp(-abs(x)**2)"),
    "10⁻² + exp(x)": ("write **-2 instead", "10**-2 + exp(x)"),
    "π·exp(x)": ("write pi instead", "pi *exp(x)"),
    "√x": ("write sqrt(...) instead", "sqrt(x)"),
    "１ + exp(x)": ("write 1 instead", "1 + exp(x)"),
    "1\u00a0+ exp(x)": ("U+00A0 (no-break space); write a blank instead", "1 + exp(x)"),
    "exp(-0,5*x)": ("found 0,5 with a decimal comma; write 0.5 instead", "exp(-0.5*x)"),
    "(x > 0) & (y > 0)": ("write and instead", "(x > 0) and (y > 0)"),
    "(x > 0) || (y > 0)": ("write or instead", "(x > 0) or (y > 0)"),
    "1 + (x = 1)": ("write == instead", "1 + (x == 1)"),
    "numpy.maximum(x, 1)": ("found numpy.maximum; write max instead", "max(x, 1)"),
    "ln(2 + x**2)": ("write log instead", "log(2 + x**2)"),
}


def refused(text: str) -> ExpressionRefused:
    with pytest.raises(ExpressionRefused) as caught:
        compile_expression(text)
    return caught.value


def refusal(text: str) -> str:
    return str(refused(text))


@pytest.mark.parametrize("text", INSTEAD)
def test_what_to_write_instead(text):
    words, whole = INSTEAD[text]
    said = refusal(text)
    assert words in said
    assert " ".join(said.partition(", as in ")[2].removesuffix(".").split()) == " ".join(whole.split())
    compile_expression(whole)
    assert refused(text).formula == " ".join(whole.split())


@pytest.mark.parametrize("text", ["x.__class__", "np.load(x)", "sin(x=1)", "1 +", "foo(x)", "x\u202e", "max(1,5) +"])
def test_nothing_is_suggested_where_nothing_is_known(text):
    assert "allowed" in refusal(text)


@pytest.mark.parametrize("text", ["||x|-1|", "|x", "x²y³", "sin 2*x", "max x, y", "x ^ foo"])
def test_what_cannot_be_repaired_whole_is_still_named(text):
    said = refusal(text)
    assert "; write " in said and "as in" not in said and refused(text).formula is None


def test_no_warning_comes_before_the_sentence():
    value = {"target": {"kind": "ring"}, "w": [0], "guidance": {"kind": "reward", "reward": {"kind": "expression"}}}
    value["guidance"]["reward"]["expression"] = "_.5else"
    code = "import sys, gdviz\ntry: gdviz.Experiment.from_json(sys.argv[1])\nexcept gdviz.GdvizError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code, json.dumps(value)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "found a number that runs into a name, '.5else'" in done.stdout


def test_random_texts_are_read_or_refused_without_a_warning():
    pieces = [
        "x",
        "_",
        ".5",
        "1",
        "else",
        "if",
        "e",
        ".",
        "in",
        "or",
        " ",
        "(",
        ")",
        "0x",
        "is",
        "|",
        "^",
        "²",
        "−",
        "sin",
        ",",
        "=",
    ]
    draw = random.Random(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5000):
            try:
                compile_expression("".join(draw.choices(pieces, k=draw.randint(1, 8))))
            except GdvizError as error:
                assert len(str(error)) <= 500 and str(error).isascii()
