"""The commands that check: check, score, verify, cite."""

from __future__ import annotations

import json

import pytest

from gdviz import cli
from gdviz.samplers._sampler import LinearStep
from gdviz.samplers.ddpm import Ddpm


@pytest.fixture
def call(capsys):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


# --- check ----------------------------------------------------------------------------------------


def test_check_prints_a_table_and_says_that_all_hold(call):
    code, out, _ = call("check", "preset:figure-1", "--particles", 1024)
    assert code == 0
    assert "E 1/p(1 | x) at w = 0" in out and "All 13 facts hold." in out and "Holm over 13 facts" in out


def test_check_exits_with_1_on_a_failure(call, monkeypatch):
    right = Ddpm.linear_step

    def louder(self, moment):
        keep, drift, noise = right(self, moment)
        return LinearStep(keep, drift, 1.2 * noise)

    monkeypatch.setattr(Ddpm, "linear_step", louder)
    code, out, _ = call("check", "preset:figure-1", "--particles", 1024)
    assert code == 1 and "fails" in out


def test_check_as_json(call):
    code, out, _ = call("check", "preset:cfg-plus-plus", "--particles", 500, "--json", "--rate", 0.01)
    found = json.loads(out)
    assert code == 0 and found["rate"] == 0.01 and found["passed"] is True
    assert {f["verdict"] for f in found["findings"]} == {"holds", "not applicable"}


def test_check_refuses_in_one_sentence(call):
    code, _, err = call("check", "preset:figure1")
    assert code == 2 and "did you mean 'figure-1'" in err
    code, _, err = call("check", "preset:figure-1", "--particles", 3)
    assert code == 2 and "particles" in err
