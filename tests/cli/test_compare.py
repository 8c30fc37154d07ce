"""gdviz compare on the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gdviz.cli import main


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["compare", *arguments])
    out = capsys.readouterr()
    return ended.value.code, out.out, out.err


def test_it_prints_two_blocks_a_sentence_and_writes_the_answer(capsys, tmp_path):
    file = tmp_path / "answer.json"
    few = ("--methods", "cfg,exact", "--evaluations", "16", "--particles", "256", "--seeds", "2", "--out", str(file))
    code, out, err = said(capsys, "preset:overlapping-classes", *few)
    assert code == 0
    assert "Goal: p(x | b)^2 p(x)^-1" in out and "goal against goal (floor)" in out
    assert "These aim at another law:" in out
    assert "is the only method here that aims at the goal" in out and f"Wrote {file}." in err
    assert [entry["method"] for entry in json.loads(file.read_text())["entries"]] == ["cfg", "exact"]


def test_the_list_shows_what_fits_the_scene(capsys):
    code, out, _ = said(capsys, "preset:overlapping-classes", "--list")
    assert code == 0 and "Feynman-Kac corrector" in out and "Look-ahead" not in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["preset:overlapping-classes", "--methods", "cfg", "--evaluations", "1.5"], "--evaluations: found '1.5'; whole numbers"),
        (["preset:overlapping-classes", "--methods", "cfg,cfg"], "methods: found 2; from one to 12 different ones"),
        (["preset:apg"], "guidance: found 'apg'; a comparison starts from a scene with cfg or reward guidance."),
    ],
)
def test_wrong_input_is_one_sentence(capsys, arguments, sentence):
    code, _, err = said(capsys, *arguments)
    assert code == 2 and sentence in " ".join(err.split()) and "Traceback" not in err


def test_importing_the_command_does_not_load_torch():
    code = "import sys, gdviz.cli.compare; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
