"""gdviz run --score: the reader's own network, seen through the command line."""

from __future__ import annotations

import json

import pytest
from experiments import changed

from gdviz.cli import main

NET = """
def net(x, time, label):
    return 0.5 * time.sqrt()[:, None] * x
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(NET)
    (tmp_path / "e.json").write_text(json.dumps(changed("particles", 50)))
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments])
    return int(ended.value.code or 0)


def test_its_error_is_printed_and_it_is_used(folder, capsys):
    assert run("e.json", "--score", "mine.py:net", "--schedule", "vp", "--out", "own.json") == 0
    said = capsys.readouterr()
    printed = " ".join(said.err.split())
    assert "Relative error of your scores against the exact ones" in printed and "p(x | b)" in printed and "p(x)" in printed
    assert "Verdict: it is off for p(x | b) (median error" in printed and "may not be trained enough" in printed
    assert run("e.json", "--out", "exact.json") == 0
    own, exact = (json.loads((folder / name).read_text()) for name in ("own.json", "exact.json"))
    assert own["experiment"]["score"]["kind"] == "own" and own["experiment"]["score"]["labels"] == ["a", "b"]
    assert own["rows"][0]["mean_reward"] != exact["rows"][0]["mean_reward"]


def test_a_file_that_asks_for_code_is_refused(folder, capsys):
    (folder / "sneaky.json").write_text(json.dumps(changed("score", {"kind": "own", "code": "mine.py:net"})))
    (folder / "mine.py").write_text("raise SystemExit('it ran')")
    assert run("sneaky.json") != 0
    said = capsys.readouterr().err
    assert "runs only on their own command line" in " ".join(said.split()) and "it ran" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weights", "w.safetensors"], "--weights: found without --score"),
        (["--score", "gone.py:net"], "found no such file"),
        (["--score", "mine.py:net", "--schedule", "linear"], "score.schedule"),
        (["--score", "mine.py:net", "--prediction", "x0"], "score.prediction"),
        (["--score", "mine.py:net", "--scheduler", "tcp://127.0.0.1:1"], "runs on this machine only"),
    ],
)
def test_what_does_not_fit_is_refused(folder, capsys, arguments, words):
    assert run("e.json", *arguments) != 0
    said = " ".join(capsys.readouterr().err.split())
    assert words in said and "Traceback" not in said
