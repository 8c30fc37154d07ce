"""The benchmark: a definition that nobody changes, ranks that the seeds allow, files that are read with care."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import ttest_rel

from gdviz.bench import BenchEntry, Definition, find_definition
from gdviz.bench.card import card_lines, sentence
from gdviz.bench.entry import read_entry
from gdviz.bench.ranking import places, results_page
from gdviz.checkpoints import build_trained
from gdviz.cli import main
from gdviz.comparison.answer import MEASURES, ComparisonAnswer, Entry
from gdviz.comparison.contest import Contest
from gdviz.experiment import Experiment

FROZEN = "4edd165f2b869f05a9f1c4952d95ef9fd5215dce664177737ddc5d4d19b06d46"
"""Of guidance2d-v1. A definition of another sha256 is another benchmark: give it another name."""

SUITE = find_definition("guidance2d-v1")
ROOT = Path(__file__).resolve().parents[2]


def test_the_definition_is_the_one_that_was_released():
    assert SUITE.digest == FROZEN
    assert len(SUITE.scenes) == 6 and SUITE.seeds == 5
    assert replace(SUITE, seeds=6).digest != FROZEN


@pytest.mark.parametrize("scene", SUITE.scenes, ids=lambda scene: scene.name)
def test_a_scene_has_every_default_written_out_and_lies_in_the_plane(scene):
    experiment = Experiment.parse(scene.experiment)
    assert json.loads(experiment.canonical()) == scene.experiment
    assert experiment.target.build().dimension == 2


def test_what_is_measured_is_what_was_released():
    """Numbers of the floor: a change of a measure, of the goal's samples or of their seeds would be seen here."""
    scene = next(scene for scene in SUITE.scenes if scene.name == "overlap")
    floors = Contest(Experiment.parse(scene.experiment), scene.w, 256, 2, build_trained).floors()
    held = {
        "sliced_w2": (0.157691, 0.135353),
        "energy_distance": (-0.00307897, -0.000838456),
        "w2": (0.319958, 0.300076),
        "mmd": (0.000158897, 2.72893e-05),
        "reward_gap": (-0.0142614, 0.030258),
    }
    for name, values in held.items():
        assert floors[name] == pytest.approx(values, rel=1e-4), name


# --- ranks ---------------------------------------------------------------------------------------

DISTANCES = {
    "near": (0.100, 0.110, 0.105, 0.098, 0.104),
    "as near": (0.102, 0.108, 0.107, 0.097, 0.105),
    "far": (0.300, 0.320, 0.310, 0.305, 0.315),
    "noisy": (0.050, 0.600, 0.020, 0.700, 0.100),
    "lost": (None, None, 0.2, 0.2, 0.2),
}


def entry(title: str, values: tuple[float | None, ...]) -> BenchEntry:
    measured = {name: values if name == "sliced_w2" else (0.1,) * 5 for name in MEASURES}
    run = Entry(title, title, "cheap, biased", "", 32, 16, measured, (1.0,) * 5, None, None, 0, ())
    floors = {name: (0.1, 0.11, 0.1, 0.105, 0.1) for name in MEASURES}
    answer = ComparisonAnswer("p(x)", "p(x)", "r(x)", 1.0, 1024, 5, (run,), floors, ())
    scenes = {"ring": answer}
    return BenchEntry(SUITE.name, SUITE.digest, title, "About | it.", f"{title}.py", "c0de", False, "gdviz", 1.0, scenes)


ENTRIES = [entry(title, values) for title, values in DISTANCES.items()]


def test_a_rank_counts_those_that_the_seeds_tell_to_be_nearer():
    found = {place.entry.title: place.rank for place in places(ENTRIES, "ring", 32)}
    known = {title: values for title, values in DISTANCES.items() if None not in values}
    for title, values in known.items():
        nearer = [
            other
            for other, theirs in known.items()
            if other != title and ttest_rel(theirs, values, alternative="less").pvalue < 0.05 / 2 / (len(known) - 1)
        ]
        assert found[title] == 1 + len(nearer), (title, nearer)
    assert found["near"] == found["as near"] == found["noisy"] == 1 and found["far"] == 3 and found["lost"] is None
    assert [place.entry.title for place in places(ENTRIES, "ring", 32)] == ["near", "as near", "noisy", "far", "lost"]


def test_the_results_page_has_a_table_a_scene_and_no_total():
    page = results_page(SUITE, ENTRIES)
    assert page.count("\n## ") == 7 and "there is no total" in page
    (line,) = (line for line in page.splitlines() if line.startswith("| far |"))
    assert "**3** · 0.3100 ± 0.0098" in line
    assert "| floor | 0.1030 ± " in page and "ran away" in page
    assert "No entry ran here." in page and "About \\| it." in page


def test_the_results_page_of_the_docs_has_the_entries_of_the_repository():
    files = sorted((ROOT / "benchmarks" / SUITE.name).glob("*.json"))
    page = results_page(SUITE, [read_entry(file, SUITE) for file in files])
    told = "gdviz bench guidance2d-v1 --results benchmarks/guidance2d-v1 > docs/benchmark-results.md"
    assert (ROOT / "docs" / "benchmark-results.md").read_text(encoding="utf-8") == page, f"out of date; run: {told}"
    for file in files:
        code = read_entry(file, SUITE).code
        assert not code or hashlib.sha256(file.with_suffix(".py").read_bytes()).hexdigest() == code, file.name


def test_a_card_says_where_the_method_is_not_told_from_the_goal():
    assert sentence(ENTRIES[0]).endswith("not told from the goal on ring.") and "32 network evaluations" in sentence(ENTRIES[0])
    assert sentence(ENTRIES[2]).endswith("told from it on ring.")
    lines = card_lines(SUITE, ENTRIES[0])
    assert [line["scene"] for line in lines] == [scene.name for scene in SUITE.scenes]
    assert lines[1]["sliced W2"] == "-"


# --- the command ---------------------------------------------------------------------------------


def said(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["bench", *arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, " ".join(out.err.split())


def test_entries_are_read_back_ranked_and_refused(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = SUITE.name
    for k, each in enumerate(ENTRIES[:2]):
        (tmp_path / f"{k}.json").write_bytes(each.to_json())
    code, out, _ = said(capsys, name, "--results", ".")
    assert code == 0 and out == results_page(SUITE, ENTRIES[:2])
    assert "found an entry, which is no quick run; leave it out." in said(capsys, name, "--results", ".", "--quick")[2]
    (tmp_path / "2.json").write_bytes(replace(ENTRIES[2], quick=True).to_json())
    assert "2.json: found a quick run, which is no entry; leave it out" in said(capsys, name, "--results", ".")[2]
    (tmp_path / "2.json").write_bytes(replace(ENTRIES[2], definition="0" * 64).to_json())
    assert "2.json: found an entry of guidance2d-v1 000000000000; guidance2d-v1 is" in said(capsys, name, "--results", ".")[2]
    (tmp_path / "2.json").write_text('{"a": 1}')
    assert "2.json: found no entry; gdviz bench guidance2d-v1 METHOD writes one." in said(capsys, name, "--results", ".")[2]


METHODS = {
    "syntax.py": "def guided(",
    "neither.py": "x = 1",
    "both.py": "def guided(problem, x, t, w): ...\ndef sampler(problem, w): ...",
    "title.py": "TITLE = 3\ndef sampler(problem, w): ...",
    "takes.py": "TAKES = 'labels'\ndef sampler(problem, w): ...",
    "none.py": "def sampler(problem, w): ...",
    "stops.py": "raise SystemExit('stop')",
}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["guidance2d"], "benchmark: found 'guidance2d' (did you mean 'guidance2d-v1'?); allowed: guidance2d-v1."),
        (["guidance2d-v1", "cgf"], "method: found 'cgf' (did you mean"),
        (["guidance2d-v1", "gone.py"], "gone.py: found no such file; give a Python file with guided(problem, x, t, w)"),
        (["guidance2d-v1", "syntax.py"], "syntax.py: found a file that does not run (SyntaxError: "),
        (["guidance2d-v1", "stops.py"], "stops.py: found a file that does not run (SystemExit: stop)."),
        (["guidance2d-v1", "neither.py"], "neither.py: found neither function; define one: guided(problem, x, t, w) or sampler"),
        (["guidance2d-v1", "both.py"], "both.py: found both functions; define one"),
        (["guidance2d-v1", "title.py"], "title.py: found a TITLE that is none; it is text of 1 to 60 characters on one line."),
        (["guidance2d-v1", "takes.py"], "method 'takes': found takes 'labels'; allowed: label, reward, both."),
        (["guidance2d-v1", "none.py", "--quick"], "none: found NoneType; an array is required."),
        (["guidance2d-v1", "cfg", "--out", "no/such.json"], "no/such.json: found no folder"),
        (["guidance2d-v1", "cfg", "--results", "."], "--results: found with a METHOD or --out"),
        (["guidance2d-v1", "--results", "no"], "no: found no folder; give one with entries"),
        (["guidance2d-v1", "--results", "."], ".: found no entry (*.json) in it"),
    ],
)
def test_wrong_input_is_one_sentence(capsys, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    for name, text in METHODS.items():
        (tmp_path / name).write_text(text)
    code, _, err = said(capsys, *arguments)
    assert code == 2 and sentence in err and "Traceback" not in err
    assert not list(tmp_path.glob("*.json")), "nothing half-done"


def test_a_definition_reads_itself_back():
    assert Definition.from_json(SUITE.to_json()) == SUITE
