"""gdviz figure on the command line."""

from __future__ import annotations

import json

import pytest

from gdviz import cli
from gdviz.papers import figure_4
from gdviz.papers.make import FigureSize


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run the command line in this process, in a folder of its own: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.mark.slow
def test_a_figure_is_written_where_it_is_told(call, monkeypatch, tmp_path):
    monkeypatch.setattr(figure_4, "QUICK", FigureSize(steps=40, particles=200))
    code, out, err = call("figure", 4, "--quick", "--out", tmp_path / "made")
    assert code == 0, err
    names = {f"figure-4-quick.{ending}" for ending in ("png", "svg", "html", "json", "csv")}
    assert {path.name for path in (tmp_path / "made").iterdir()} == names
    assert all(f"Wrote {tmp_path / 'made' / name}." in err for name in names)
    assert out.strip() == json.loads((tmp_path / "made" / "figure-4-quick.json").read_text())["sentence"]
    assert "Ours: " in out and "Quick version: 40 steps and 200 trials" in out


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["6"], "gdviz: figure: found 6; allowed: 1, 2, 3, 4, 5."),
        (["one"], "gdviz: invalid value for '1|2|3|4|5': "),
        (["1", "--out", "taken"], "gdviz: --out: found a file taken; name a folder."),
        (["1", "--out", "none/here"], "gdviz: none/here: found no folder"),
        (["1", "--device", "tpu"], "gdviz: device: found 'tpu'; allowed: auto, cpu, cuda, mps."),
    ],
)
def test_a_mistake_is_one_sentence_before_any_work(call, tmp_path, monkeypatch, arguments, said):
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr("gdviz.result.running._Run.stream", lambda *_: pytest.fail("it ran"))
    code, out, err = call("figure", *arguments)
    assert code == 2 and not out and said in err and len(err.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]


def test_a_disk_that_refuses_is_one_sentence(call, monkeypatch, tmp_path):
    monkeypatch.setattr(figure_4, "QUICK", FigureSize(steps=20, particles=50))

    def full(self, data):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    code, _, err = call("figure", 4, "--quick")
    assert code == 2 and "figure-4-quick.png: found that it cannot be written (No space left on device)" in err
