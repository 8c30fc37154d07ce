"""gdviz weights: what it trains and prints, the small table, and what it refuses."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from gdviz import cli
from gdviz.papers.learned_weights import METHODS, QUICK, Contest, interval, lines

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
    ):
        code, out, err = call(*arguments)
        assert (code, out) == (2, "") and said in err and err.count("\n") == 1


def test_the_small_table_has_every_method(call):
    code, out, _ = call("--table", "--quick", "--json")
    found = json.loads(out)
    assert code == 0
    assert [line["method"] for line in found["lines"]] == list(METHODS)
    assert [contest["seed"] for contest in found["contests"]] == list(range(QUICK.seeds))
    for contest in found["contests"]:
        assert len(set(contest["energy"].values())) >= 3  # each method sampled for itself
        assert contest["search"]["limited interval"] == 3 * len(QUICK.constants) * len(QUICK.intervals)


def test_lines_are_means_and_paired_intervals():
    energies = {"none": (4.0, 6.0, 5.0), "learned": (1.0, 2.0, 3.0)}  # the others always 2
    found = [
        Contest(80, seed, {m: energies.get(m, (2.0,) * 3)[seed] for m in METHODS}, {}, {"best constant": 36}, 1.0)
        for seed in range(3)
    ]
    none, best, _, _, learned, _ = lines(found)
    assert (none.mean, best.mean, learned.mean) == (5.0, 2.0, 2.0)
    assert none.se == pytest.approx(1 / math.sqrt(3))
    # t quantile of 2 degrees of freedom 4.30265; differences -3, -4, -2
    assert none.differences["learned"] == pytest.approx((-3 - 4.30265 / math.sqrt(3), -3 + 4.30265 / math.sqrt(3)), abs=1e-4)
    assert (best.search, none.search) == (36, 0)
    assert interval(np.array([1.0])) == (-math.inf, math.inf)
