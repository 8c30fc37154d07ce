"""The worker's run of a wrong score beside the exact one: partial answers, the stored whole, and what is refused."""

from __future__ import annotations

import json

import pytest
from gdviz.jobs.robustness import robustness_key, run_robustness, why_not
from tasks import RECIPE

from gdviz.checkpoints import Library, Networks, required_tasks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.export.effects import effects_csv
from gdviz.presets import load
from gdviz.store import SceneStore

PERTURBED = {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "inward", "size": 0.3}}


class Heard:
    """A report that keeps what it hears."""

    executor, unwanted = None, False

    def __init__(self):
        self.shares, self.partials = [], []

    def progress(self, done, seconds_left=None):
        self.shares.append(done)

    def partial(self, data):
        self.partials.append(json.loads(data))


def experiment(**changes) -> Experiment:
    preset = load("line-reward").experiment.model_dump(mode="json")
    sampler = {"kind": "ddpm", "steps": 40}
    return Experiment.parse({**preset, "w": [0, 1], "particles": 1500, "score": PERTURBED, "sampler": sampler, **changes})


def test_partial_answers_sharpen_and_the_whole_is_stored(tmp_path):
    heard, asked = Heard(), experiment()
    raw = run_robustness(asked.canonical(), str(tmp_path), heard)
    assert [(answer["particles"], answer["complete"]) for answer in heard.partials] == [(1024, False), (1500, False)]
    assert heard.shares == sorted(heard.shares) and heard.shares[-1] == pytest.approx(1)
    answer = json.loads(raw)
    assert answer["complete"] and answer["names"] == {
        "reward": "r(x)", "of": "mean_reward", "unguided": "p(x)", "toward": answer["names"]["toward"], "away": "p(x)"
    }  # fmt: skip
    assert [row["w"] for row in answer["rows"]] == [0, 1]
    assert all(row["steps"] is None for row in heard.partials[-1]["rows"])
    assert all(row["steps"]["measured"] >= 0 and row["steps"]["gap"] >= 0 for row in answer["rows"])
    for row in answer["rows"]:  # the paired difference is the difference of the means, and far better known
        (exact, se_exact), (wrong, _) = row["rewards"]
        assert row["measured"][0] == pytest.approx(wrong - exact)
        assert 0 < row["measured"][1] < se_exact
    store = SceneStore(tmp_path)
    assert store.read(store.find(robustness_key(asked.id))) == raw


def test_the_exact_run_is_the_same_beside_every_wrong_score(tmp_path):
    found = [
        json.loads(run_robustness(experiment(particles=256, score=score).canonical(), str(tmp_path), Heard()))
        for score in (PERTURBED, {**PERTURBED, "error": {"kind": "field", "size": 0.1}})
    ]
    assert [row["rewards"][0] for row in found[0]["rows"]] == [row["rewards"][0] for row in found[1]["rows"]]


def test_a_network_comes_from_the_store_and_is_never_trained_here(tmp_path):
    asked = experiment(particles=256, score={"kind": "network", "steps": 60, "recipe": RECIPE})
    with pytest.raises(GdvizError, match="found no stored network"):
        run_robustness(asked.canonical(), str(tmp_path), Heard())
    library = Library(tmp_path)
    for _ in Networks(library).train(required_tasks(asked)):
        pass
    trained = {record.id for record in library.records()}
    assert trained >= {task.id for task in required_tasks(asked)}
    rows = json.loads(run_robustness(asked.canonical(), str(tmp_path), Heard()))["rows"]
    assert {record.id for record in library.records()} == trained
    value, se = rows[1]["measured"]  # sixty steps teach next to no push, and this is seen
    assert abs(value) > 5 * se


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sampler": {"kind": "ddim", "steps": 10}}, "full noise"),
        ({"guidance": {"kind": "none"}}, "No improvement identity"),
    ],
)
def test_what_has_no_identity_is_refused_in_one_sentence(changes, says, tmp_path):
    asked = experiment(**changes)
    assert says in why_not(asked)
    with pytest.raises(GdvizError, match=says):
        run_robustness(asked.canonical(), str(tmp_path), Heard())


def test_presets_with_an_identity_are_told_from_the_others():
    assert why_not(load("figure-1").experiment) is None
    assert why_not(load("letters-reward").experiment) is None
    assert "apg" in why_not(load("apg").experiment)
    assert "cfg_plus_plus" in why_not(load("cfg-plus-plus").experiment)


def test_the_table_has_a_line_for_each_score_and_w(tmp_path):
    answer = json.loads(run_robustness(experiment(particles=64).canonical(), str(tmp_path), Heard()))
    head, *lines = effects_csv([("a, b", answer["rows"]), ("c", answer["rows"])]).splitlines()
    assert len(lines) == 4 and lines[0].startswith('"a, b",0.0,64,0,mean_reward,')
    names = head.split(",")
    cells = dict(zip(names, lines[3].split(","), strict=True))
    assert float(cells["measured"]) == answer["rows"][1]["measured"][0]
    assert float(cells["step_change_gap"]) == answer["rows"][1]["steps"]["gap"]
