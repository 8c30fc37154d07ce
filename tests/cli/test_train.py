"""gdviz train: lines for programs, a table for people, and what is kept after Ctrl-C."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import gdviz
from gdviz import cli
from gdviz.checkpoints import Library, required_tasks
from gdviz.experiment import Experiment

posix = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
ROOT = str(Path(gdviz.__file__).parents[1])
RECIPE = {"width": 16, "depth": 2, "frequencies": 4, "batch": 32}
LAW = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [-1], "covariance": [[0.3]], "label": "a"},
        {"mean": [1], "covariance": [[0.3]], "label": "b"},
    ],
}
SMALL = {
    "target": LAW,
    "guidance": {"kind": "cfg", "label": "b"},
    "score": {"kind": "network", "steps": 60, "recipe": RECIPE},
    "w": [0, 1],
}


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def call(capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["train", *(str(argument) for argument in arguments)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def small(tmp_path) -> Path:
    (tmp_path / "small.json").write_text(json.dumps(SMALL))
    return tmp_path / "small.json"


def lines(text: str) -> list[dict]:
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


@pytest.mark.slow
def test_json_is_a_line_per_report_and_one_with_the_id(call, small):
    code, out, err = call(small, "--json")
    assert (code, err) == (0, "")
    *reports, last = lines(out)
    (task,) = required_tasks(Experiment.from_json(json.dumps(SMALL)))
    assert last["id"] == task.id and last["ids"] == [task.id]
    assert {"step", "loss", "seconds", "cpu_seconds", "score_error"} <= set(reports[-1])
    assert [line["step"] for line in reports] == sorted({line["step"] for line in reports})
    assert all(line["assessed"] == line["step"] and 0 < line["score_error"] < 2 for line in reports)
    assert last["step"] == 60 and last["score_error"] == reports[-1]["score_error"]
    assert Library().find(task) is not None
    again = lines(call(small, "--json")[1])
    assert again[-1] == last, "what is there is not trained again"


@pytest.mark.slow
def test_without_json_a_line_for_people(call, small):
    code, out, _ = call(small, "--steps", 40)
    assert code == 0
    title, id = out.strip().splitlines()
    assert title.startswith("scores of p(x) and p(x | label), gaussian mixture: step 40, loss 0.")
    assert re.search(r"score error [\d.]+ % of p\(x\)(, [\d.]+ % of p\(x \| [ab]\))+$", title), title
    assert Library().full_id(id.strip()) == id.strip()


@pytest.mark.slow
def test_a_reward_needs_two_networks(call, tmp_path):
    reward = {"kind": "expression", "expression": "0.1 + exp(-(x - 1)**2)"}
    experiment = {**SMALL, "guidance": {"kind": "reward", "reward": reward}}
    (tmp_path / "reward.json").write_text(json.dumps(experiment))
    code, out, err = call("reward.json", "--steps", 20, "--json")
    assert code == 0 and re.fullmatch(r".*: the reward leaves \d.* % of the data\.\n", err)
    ids = lines(out)[-1]["ids"]
    assert ids == [task.id for task in _with_steps(experiment, 20)] and len(ids) == 2


@pytest.mark.slow
def test_a_reward_that_leaves_next_to_nothing_is_told_before_the_training(call, tmp_path):
    """r is all but 0 on 39 of 40 points: (E r)^2 / E r^2 = 1/40, counted on 65,536 draws (to 4 standard errors)."""
    target = {"kind": "points", "points": [[0], [1]], "weights": [39, 1]}
    reward = {"kind": "expression", "expression": "0.000001 + x**2"}
    experiment = {**SMALL, "target": target, "guidance": {"kind": "reward", "reward": reward}}
    (tmp_path / "steep.json").write_text(json.dumps(experiment))
    code, _, err = call("steep.json", "--steps", 2)
    found = re.fullmatch(r".*: the reward leaves (\S+) % of the data; below 5 % few points decide what is learned\.\n", err)
    assert code == 0 and found and abs(float(found[1]) - 2.5) < 400 * math.sqrt(39 / 40**2 / 65536)


def _with_steps(experiment: dict, steps: int):
    score = {**experiment["score"], "steps": steps}
    return required_tasks(Experiment.from_json(json.dumps({**experiment, "score": score})))


@pytest.mark.slow
def test_an_exact_experiment_trains_its_twin(call, tmp_path):
    exact = {key: value for key, value in SMALL.items() if key != "score"}
    (tmp_path / "exact.json").write_text(json.dumps(exact))
    code, out, _ = call("exact.json", "--steps", 2, "--json")
    assert code == 0 and lines(out)[-1]["step"] == 2


@pytest.mark.slow
def test_seconds_are_a_budget(call, small):
    """The steps are chosen so that they fit; a machine that gets slower stops early under an id that says so."""
    code, out, _ = call(small, "--seconds", 3, "--json")
    assert code == 0
    last = lines(out)[-1]
    whole = last["step"] == last["steps"]
    assert last["id"].endswith(f"-{last['step']}") is not whole
    assert len(str(last["steps"]).rstrip("0")) <= 2, "two digits"
    assert Library().read(last["id"]).about["steps"] == last["step"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seconds", "3", "--steps", "5"], "--seconds: found with --steps; give one of them."),
        (["--seconds", "0"], "--seconds: found 0; more than 0 is needed."),
        (["--seconds", "nan"], "--seconds: found nan; more than 0 is needed."),
        (["--steps", "0"], "steps: "),
    ],
)
def test_mistakes_are_one_sentence(call, small, options, said):
    code, out, err = call(small, *options)
    assert (code, out) == (2, "") and err.startswith(f"gdviz: {said}") and err.count("\n") == 1


def test_a_full_disk_is_one_sentence(call, small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "file" / "store"))
    code, out, err = call(small)
    assert (code, out) == (2, "") and err.startswith("gdviz: store: found ") and err.count("\n") == 1


@pytest.mark.slow
@posix
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(call, small):
    command = [sys.executable, "-m", "gdviz", "train", str(small), "--steps", "100000", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        first = json.loads(program.stdout.readline())
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
        assert program.returncode == 130
    (record,) = Library().records(shipped=False)
    at = record.report.saved
    assert said == f"gdviz: stopped; gdviz train {small} --steps 100000 goes on from step {at}.\n"
    assert not record.done and at >= first["step"] > 0
