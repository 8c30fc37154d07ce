"""gdviz import: a file goes in, a target comes out, and what was read is said."""

from __future__ import annotations

import json

import pytest

from gdviz import cli
from gdviz.targets import TARGETS

TABLE = "x,y,name\n" + "".join(f"{k / 7:.3f},{(k * k % 11) / 5:.3f},{'ab'[k % 2]}\n" for k in range(40))


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    (tmp_path / "data.csv").write_text(TABLE)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["import", "data.csv", *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_a_target_is_written_and_what_was_read_is_said(call, tmp_path):
    code, out, err = call("--out", "target.json", "--noise", "0.1")
    assert (code, err) == (0, "") and "Column 3 (name) is read as labels." in out and "40 points in 2 dimensions; a: 20" in out
    target = TARGETS.parse(json.loads((tmp_path / "target.json").read_text()))
    assert target.noise == 0.1 and target.build().labels == ("a", "b")


def test_printed_it_is_json_alone(call):
    code, out, err = call("--out", "-", "--at-most", "10", "--standardise")
    assert code == 0 and len(json.loads(out)["points"]) == 10
    assert "10 of 40 points were taken at random" in err and "back by x1 = " in err


def test_a_mixture_says_how_it_was_chosen(call, tmp_path):
    code, out, _ = call("--out", "mixture.json", "--as", "mixture")
    assert code == 0 and "BIC" in out and "chosen" in out
    assert TARGETS.parse(json.loads((tmp_path / "mixture.json").read_text())).build().labels == ("a", "b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "a.json", "--as", "mixture", "--noise", "1"], "noise: found 1 for a fitted mixture"),
        (["--out", "none/a.json"], "found no folder"),
        (["--out", "a.json", "--label", "z"], "found no column 'z'; there are x, y, name, or 1 to 3"),
        (["--out", "a.json", "--noise", "-1"], "invalid value"),
        ([], "missing option"),
    ],
)
def test_a_mistake_is_one_sentence(call, arguments, said, tmp_path):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "") and said in err and err.count("\n") == 1
    assert not (tmp_path / "a.json").exists()
