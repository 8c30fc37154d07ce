"""A comparison on small scenes: measures against the goal, budgets, seeds, and what is said of them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import gdviz
from gdviz.comparison import METHODS, ComparisonAnswer, Entry, methods_for
from gdviz.comparison.answer import MEASURES
from gdviz.comparison.table import HEADINGS, blocks, spread
from gdviz.comparison.words import verdict
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.studies.comparison import Comparison

LABELLED = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
            {"mean": [2, 0], "covariance": [[0.5, 0], [0, 0.5]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "w": [1],
}
REWARDED = {
    **LABELLED,
    "guidance": {"kind": "reward", "reward": {"kind": "bumps", "bumps": [{"center": [1, 1], "width": 0.8}], "floor": 0.05}},
}


@pytest.fixture(scope="module")
def answer() -> ComparisonAnswer:
    names = ["none", "reward", "exact", "importance", "best_of_n"]
    return gdviz.compare(names, experiment=REWARDED, w=1, evaluations=(32, 64), particles=512, seeds=4)


def of(answer, name, evaluations=64) -> Entry:
    return next(e for e in answer.entries if e.method == name and e.evaluations == evaluations)


def test_what_reaches_the_goal_is_at_the_floor_and_what_does_not_is_not(answer):
    floor = answer.floors["energy_distance"]
    assert max(map(abs, floor)) < 0.05
    for name in ("exact", "importance", "reward"):
        assert of(answer, name).mean("energy_distance").value < 0.05
    assert of(answer, "none").mean("energy_distance").value > 0.15
    assert of(answer, "none").mean("reward_gap").value < -0.3
    assert of(answer, "none").aims == "the law of w = 0"


def test_a_budget_is_kept_and_every_seed_counts(answer):
    assert len(answer.entries) == 10
    for entry in answer.entries:
        assert entry.steps == max(4, round(entry.evaluations / METHODS[entry.method].scores))
        assert set(entry.values) == set(MEASURES) and all(len(v) == 4 for v in entry.values.values())
        assert len(entry.seconds) == 4 and entry.lost == 0
    assert of(answer, "importance").values["distinct"][0] < 1
    assert of(answer, "reward").values["distinct"][0] == 1
    assert 0 < of(answer, "importance").ess < 1 and of(answer, "reward").ess is None


def test_the_answer_reads_itself_back(answer):
    assert ComparisonAnswer.from_json(answer.to_json()) == answer


def test_tables_keep_methods_with_another_aim_apart(answer):
    goal, other = blocks(answer)
    assert goal[0]["method"] == "goal against goal (floor)" and set(goal[1]) == set(HEADINGS)
    assert {line["method"] for line in other} == {"No guidance", "Best of 4"}
    assert all(line["aims at"] for line in other)


def with_distances(answer, **distances):
    """The answer with sliced W2 of these values at the largest budget; others keep theirs."""
    changed = []
    for entry in answer.entries:
        if entry.method in distances and entry.evaluations == 64:
            entry = replace(entry, values={**entry.values, "sliced_w2": distances[entry.method]})
        changed.append(entry)
    return replace(answer, entries=tuple(changed), floors={**answer.floors, "sliced_w2": (0.05, 0.06, 0.05, 0.06)})


def test_the_sentence_names_a_winner_only_where_the_seeds_allow_it(answer):
    clear = {"exact": (0.1, 0.11, 0.1, 0.11), "importance": (0.5, 0.52, 0.49, 0.5), "reward": (0.6, 0.61, 0.6, 0.6)}
    said = verdict(with_distances(answer, **clear))
    assert said.startswith("Particles with the exact value comes nearest to p(x) r(x) / E r(x)")
    noisy = {**clear, "importance": (0.05, 0.5, 0.02, 0.4)}
    said = verdict(with_distances(answer, **noisy))
    assert "Particles with the exact value and Importance resampling come nearest" in said
    assert "4 seeds do not tell them apart" in said and "Reward guidance" not in said
    level = {name: (0.05, 0.06, 0.05, 0.06) for name in clear}
    assert verdict(with_distances(answer, **level)).endswith("two samples of the goal itself lie as far apart.")


def test_a_method_of_ones_own_is_a_change_of_the_scene():
    mine = {"sampler": {"kind": "heun"}, "evaluations_a_step": 4}
    answer = gdviz.compare({"mine": mine, "CFG here": "cfg"}, experiment=LABELLED, w=1, evaluations=40, particles=256, seeds=2)
    assert [(e.title, e.steps) for e in answer.entries] == [("mine", 10), ("CFG here", 20)]
    with pytest.raises(GdvizError, match="method 'x': found 'steps'; allowed: guidance, sampler, evaluations_a_step"):
        gdviz.compare({"x": {"steps": 3}}, experiment=LABELLED)


def test_runaway_particles_are_counted_and_leave_no_numbers():
    """A steep reward and few steps: the look-ahead's gradient throws particles away."""
    steep = {"kind": "exp", "strength": 400, "of": {"kind": "expression", "expression": "-((x-1)**2 + (y-1)**2)"}}
    scene = {**LABELLED, "guidance": {"kind": "reward", "reward": steep}}
    (entry,) = gdviz.compare(["look_ahead"], experiment=scene, evaluations=16, particles=256, seeds=2).entries
    assert entry.lost > 0
    assert all(value is None or math.isfinite(value) for values in entry.values.values() for value in values)


@pytest.mark.parametrize("scene", [LABELLED, REWARDED], ids=["label", "reward"])
def test_every_method_that_fits_runs(scene):
    experiment = Experiment.parse(scene)
    names = [method.name for method in methods_for(experiment)]
    answer = gdviz.compare(names, experiment=experiment, w=1.5, evaluations=16, particles=256, seeds=2)
    assert [entry.method for entry in answer.entries] == names
    for entry in answer.entries:
        assert entry.lost or entry.mean("sliced_w2").value is not None


def test_digits_follow_the_interval():
    assert spread((-0.0001, 0.0001)) == "0.0000 ± 0.0013"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"methods": ("rewards",)}, r"method: found 'rewards' \(did you mean 'reward'\?\); allowed: none, cfg"),
        ({"methods": ("look_ahead",)}, "found 'look_ahead' for a scene with a label; it takes a reward"),
        ({"methods": ()}, "methods: found 0; from one to 12"),
        ({"budgets": ()}, "evaluations: found 0 budgets"),
        ({"budgets": (4,)}, "evaluations: found 4; a sample may cost 8 to 2,000"),
        ({"particles": 300}, "particles: found 300; allowed: 256 to 4,096, in multiples of 64"),
        ({"seeds": 1}, "seeds: found 1; allowed: 2 to 20"),
        ({"experiment": {**LABELLED, "guidance": {"kind": "apg", "label": "b"}}}, "found 'apg'; a comparison starts from"),
    ],
)
def test_refusals_come_before_any_run(changes, told):
    asked = {"experiment": LABELLED, "methods": ("cfg",), **changes}
    with pytest.raises(GdvizError, match=told):
        Comparison(**{**asked, "experiment": Experiment.parse(asked["experiment"])}).check()
