"""gdviz verify: what is unchanged is reproduced, what was altered has moved, what is damaged is refused."""

from __future__ import annotations

import json

import pytest

import gdviz
from gdviz.errors import GdvizError
from gdviz.facts.reproduce import reproduce
from gdviz.presets import load


@pytest.fixture(scope="module")
def result() -> dict:
    asked = load("figure-1").experiment.model_dump(mode="json")
    asked = {**asked, "w": [0, 2], "particles": 600, "sampler": {"kind": "ddpm", "steps": 60}}
    return gdviz.run(asked).to_dict()


def again(result: dict, **changes):
    return reproduce(json.dumps({**result, **changes}).encode())


def with_row(result: dict, k: int, **values) -> list[dict]:
    rows = [dict(row) for row in result["rows"]]
    rows[k].update(values)
    return rows


def test_the_same_machine_reproduces_to_the_digit(result):
    found = again(result)
    assert found.identical and not found.moved and found.compared > 30
    assert "to the digit" in found.sentence and not found.differing_versions


def test_a_difference_within_error_is_told_apart(result):
    row = result["rows"][1]
    found = again(result, rows=with_row(result, 1, mean_reward=row["mean_reward"] + 0.5 * row["se_reward"]))
    assert not found.identical and not found.moved and "within error" in found.sentence


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("mean_reward", lambda row: row["mean_reward"] + 10 * row["se_reward"]),
        ("mean_reciprocal", lambda row: row["mean_reciprocal"] - 10 * row["se_reciprocal"]),
        ("improved", lambda row: 0.0),
        ("path_kl", lambda row: 2 * row["path_kl"]),
        ("spread", lambda row: 2 * row["spread"]),
        ("off_support", lambda row: 0.5),
        ("mode_weight_tv", lambda row: row["mode_weight_tv"] + 0.5),
        ("mean_reward", lambda row: None),
        ("identity", lambda row: {**row["identity"], "value": 0.0}),
    ],
)
def test_an_altered_number_has_moved(result, name, change):
    found = again(result, rows=with_row(result, 1, **{name: change(result["rows"][1])}))
    assert [moved.name.partition(".")[0] for moved in found.moved] == [f"w = 2, {name}"]
    assert found.sentence.startswith(f"Not reproduced: w = 2, {name}")


def test_another_seed_is_within_error(result):
    """The numbers of another run of the same law: nothing moved, at a rate of 0.001."""
    other = gdviz.run({**result["experiment"], "seed": 5}).to_dict()
    found = again(result, rows=other["rows"])
    assert not found.identical and not found.moved, found.sentence


def test_an_altered_exact_value_has_moved(result):
    found = again(result, exact={**result["exact"], "mean_reciprocal_w0": 2.001})
    assert [moved.name for moved in found.moved] == ["exact, mean_reciprocal_w0"]


def test_other_versions_are_told(result):
    assert again(result, versions={**result["versions"], "torch": "1.0"}).differing_versions == ("torch 1.0",)


def test_damaged_files_are_refused_before_the_run(result, monkeypatch):
    monkeypatch.setattr("gdviz.facts.reproduce.run", lambda *a, **k: pytest.fail("it was run"))
    text = json.dumps(result)
    rows = result["rows"]
    damaged = {
        "not JSON to its end": text[: len(text) // 2].encode(),
        "not JSON": b"\xff\xfe\x00",
        "found no result": b"[1, 2]",
        "found NaN": text.replace("0.5", "NaN", 1).encode(),
        "format": json.dumps({**result, "format": 2}).encode(),
        "unfinished": json.dumps({**result, "complete": False}).encode(),
        "not at the w": json.dumps({**result, "rows": rows[:1]}).encode(),
        "not a list": json.dumps({**result, "rows": "none"}).encode(),
        "particles": json.dumps({**result, "rows": with_row(result, 0, particles=7)}).encode(),
        "w = 2, se_reward is -1": json.dumps({**result, "rows": with_row(result, 1, se_reward=-1)}).encode(),
        "allowed": json.dumps({**result, "experiment": {**result["experiment"], "target": {"kind": "rong"}}}).encode(),
    }
    for words, data in damaged.items():
        with pytest.raises(GdvizError) as refused:
            reproduce(data)
        assert words in str(refused.value)
