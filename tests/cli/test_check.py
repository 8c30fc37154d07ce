"""The commands that check: check, score, verify, cite."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gdviz import cli
from gdviz.presets import load
from gdviz.samplers import LinearStep
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


# --- score ----------------------------------------------------------------------------------------


@pytest.fixture
def points(tmp_path):
    """2000 samples of p(x | 1) of the preset figure-1."""
    rng = np.random.default_rng(3)
    path = tmp_path / "points.npy"
    np.save(path, rng.choice([-1.0, 1.0], 2000) + rng.standard_normal(2000))
    return path


def test_score_names_the_nearest_law(call, points):
    code, out, _ = call("score", points, "--preset", "figure-1")
    assert code == 0 and "The nearest goal law is p(x | 1)" in out and "mean 1/p(1 | x)" in out
    code, out, _ = call("score", points, "--preset", "figure-1", "--reward", "exp(x)", "--json")
    found = json.loads(out)
    assert [fit["name"] for fit in found["fits"]] == ["plain", "tilted"] and found["sentence"].startswith("None of them")


def test_score_reads_what_run_writes(call, tmp_path):
    file, samples = tmp_path / "e.json", tmp_path / "s.npz"
    file.write_text(json.dumps({**load("figure-1").experiment.model_dump(mode="json"), "w": [0, 3], "particles": 500}))
    assert call("run", file, "--samples", samples)[0] == 0
    code, out, _ = call("score", samples, "--experiment", file, "--w", 3)
    assert code == 0 and "p(x | 1)^(1+w) p(x)^(-w), w = 3" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "name one with --preset"),
        (["--preset", "figure-1", "--label", "7"], "label: found '7'; allowed: 0, 1"),
        (["--preset", "figure-1", "--label", "1", "--reward", "x"], "both a label and a reward"),
        (["--preset", "surrounded-class"], "[n, 2] is required"),
    ],
)
def test_score_refuses_in_one_sentence(call, points, options, words):
    code, _, err = call("score", points, *options)
    assert code == 2 and words in err and err.count("\n") == 1


# --- verify and cite ------------------------------------------------------------------------------


def test_verify_runs_a_result_again(call, tmp_path):
    file, result = tmp_path / "e.json", tmp_path / "r.json"
    small = {**load("figure-1").experiment.model_dump(mode="json"), "w": [0, 1], "particles": 300}
    file.write_text(json.dumps({**small, "sampler": {"kind": "ddpm", "steps": 40}}))
    assert call("run", file, "--out", result)[0] == 0
    code, out, _ = call("verify", result)
    assert code == 0 and "Reproduced to the digit" in out
    moved = json.loads(result.read_text())
    moved["rows"][1]["mean_reward"] += 0.5
    result.write_text(json.dumps(moved))
    code, out, _ = call("verify", result)
    assert code == 1 and "moved: w = 1, mean_reward" in out
    result.write_bytes(result.read_bytes()[:-100])
    code, _, err = call("verify", result)
    assert code == 2 and "damaged" in err and err.count("\n") == 1
    code, _, err = call("verify", tmp_path / "none.json")
    assert code == 2 and "No such file" in err


def test_cite_prints_bibtex(call):
    code, out, _ = call("cite", "preset:figure-1")
    assert code == 0 and "@article{ho2022classifier," in out and "@software{gdviz," in out and "% DDPM" in out
