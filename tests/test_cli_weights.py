"""gdviz weights: what it trains and prints, the small table, and what it refuses."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdviz import cli
from gdviz.studies.weights.contest import LEARNED, SEARCHES, interval
from gdviz.studies.weights.table import METHODS, QUICK, TableContest, WeightsTable, cells, lines, verdict

SMALL = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [-1], "covariance": [[0.3]], "label": "a"},
            {"mean": [1], "covariance": [[0.3]], "label": "b"},
        ],
    },
    "guidance": {
        "kind": "cfg",
        "label": "b",
        "schedule": {"kind": "learned", "steps": 3, "recipe": {"width": 8, "points": 16, "particles": 2}},
    },
    "w": [0, 1],
    "particles": 100,
}


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    (tmp_path / "small.json").write_text(json.dumps(SMALL))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["weights", *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_it_trains_once_and_prints_a_weight_for_each_class_and_level(call):
    code, out, _ = call("small.json", "--json")
    found = json.loads(out)
    assert code == 0 and found["steps"] == 3 and len(found["id"]) == 64
    assert list(found["omega"]) == ["a", "b"]
    assert all(len(curve) == len(found["flow_time"]) and min(curve) >= 0 for curve in found["omega"].values())
    assert 0 < found["cpu_seconds"] < 60 and math.isfinite(found["loss"])
    code, out, _ = call("small.json")
    assert code == 0 and found["id"] in out and f"{found['omega']['b'][5]:.3f}" in out


def test_what_it_refuses_is_one_sentence(call):
    for arguments, said in (
        ((), "give one of them"),
        (("small.json", "--table"), "give one"),
        (("small.json", "--quick"), "--table"),
        (("small.json", "--keep", "done"), "--table"),
    ):
        code, out, err = call(*arguments)
        assert (code, out) == (2, "") and said in err and err.count("\n") == 1


@pytest.mark.slow
def test_the_small_table_has_every_method(call):
    code, out, _ = call("--table", "--quick", "--json")
    found = json.loads(out)
    assert code == 0
    assert [line["method"] for line in found["lines"]] == list(METHODS)
    assert [contest["seed"] for contest in found["contests"]] == list(QUICK.seeds)
    for contest in found["contests"]:
        assert len(set(contest["energy"].values())) >= 3  # each method sampled for itself
        assert contest["search"] == {
            **{name: 3 * len(QUICK.constants) * len(schedules) for name, schedules in SEARCHES.items()},
            "best constant a class": 3 * len(QUICK.constants),
        }
        assert set(contest["picked"]) == set(contest["search"]) and set(contest["cpu_seconds"]) == set(LEARNED)
    assert found["verdict"][0].startswith("60 steps: learned is ")


def test_a_table_that_was_stopped_goes_on(tmp_path, monkeypatch):
    from gdviz.studies.weights import table

    held = []
    one = contest(60, 0, {})
    monkeypatch.setattr(table, "_contest", lambda steps, seed, size: held.append(seed) or replace(one, seed=seed))
    first = table.contests(replace(QUICK, seeds=(0,)), folder=tmp_path)
    asked = replace(QUICK, seeds=(0, 1))
    assert held == [0] and first == [one]
    table.contests(asked, folder=tmp_path)
    assert held == [0, 0, 1]  # other words: seed 0 is held again
    assert [each.seed for each in table.contests(asked, folder=tmp_path)] == [0, 1]
    assert held == [0, 0, 1]


def contest(steps: int, seed: int, energies: dict[str, tuple[float, ...]]) -> TableContest:
    """Methods that are not named have 2."""
    energy = {m: energies.get(m, (2.0,) * 3)[seed] for m in METHODS}
    return TableContest(steps, seed, energy, {}, {"best constant": 36}, {"learned": 1.0})


def test_lines_are_means_and_paired_intervals():
    energies = {"none": (4.0, 6.0, 5.0), "learned": (1.0, 2.0, 3.0)}
    found = {line.method: line for line in lines([contest(80, seed, energies) for seed in range(3)])}
    none, best = found["none"], found["best constant"]
    assert (none.mean, best.mean, found["learned"].mean) == (5.0, 2.0, 2.0)
    assert none.se == pytest.approx(1 / math.sqrt(3))
    # t quantile of 2 degrees of freedom 4.30265; differences -3, -4, -2
    assert none.differences["learned"] == pytest.approx((-3 - 4.30265 / math.sqrt(3), -3 + 4.30265 / math.sqrt(3)), abs=1e-4)
    assert (best.search, none.search) == (36, 0)
    assert interval(np.array([1.0])) == (-math.inf, math.inf)


def test_the_verdict_says_where_it_fails_and_widens_for_two_comparisons():
    near = {"learned": (1.0, 1.01, 0.99)}
    far = {"learned": (3.0, 3.01, 2.99), "none": (2.9, 3.1, 3.0)}
    found = [contest(steps, seed, e) for steps, e in ((80, near), (100, far), (4000, far)) for seed in range(3)]
    short, middle, long = verdict(found)
    # Student's quantile of 2 degrees of freedom 4.30265 at 95 % and 6.20535 at 97.5 %; standard error 0.01 / sqrt(3)
    assert short == (
        "80 steps: learned is nearer than best constant, difference x 1000 -1024.8 to -975.2 (95 %); "
        "-1035.8 to -964.2 where both lengths shall hold at 95 %."
    )
    assert "farther than best constant" in middle
    assert long.startswith("4000 steps: learned is not clearly nearer or farther than none") and "both" not in long


def test_the_page_of_docs_has_the_rows_of_the_table_that_comes_with_it():
    table = WeightsTable.shipped()
    found = table.contests
    page = (Path(__file__).parents[1] / "docs" / "learned-weights.md").read_text(encoding="utf-8").replace("−", "-")
    assert len(found) == 15 and WeightsTable.of(found) == table
    for row in cells(lines(found)):
        assert f"| {' | '.join(row)} |".replace("-0.0 to", "0.0 to") in page, row
