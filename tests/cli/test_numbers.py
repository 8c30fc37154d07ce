"""A number on the command line that is none: what was found, and the point that may have been meant."""

from __future__ import annotations

import pytest

from gdviz import cli

SCORE = ["score", "x.npy", "--preset", "figure-1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*SCORE, "--w", "0,5"], "'--w': found '0,5' (did you mean 0.5? A comma separates numbers)"),
        (["check", "preset:figure-1", "--rate=0,01"], "'--rate': found '0,01' (did you mean 0.01? A comma separates numbers)"),
        (["check", "preset:figure-1", "--rate", "abc"], "'--rate': found 'abc'"),
        (["check", "preset:figure-1", "--particles", "1" * 5000], "'--particles': "),
    ],
)
def test_a_number_that_is_none(capsys, arguments, said):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    out, err = capsys.readouterr()
    line = " ".join(err.split())
    assert left.value.code == 2 and not out
    assert said in line.replace("invalid value for ", "") and len(line) < 500
