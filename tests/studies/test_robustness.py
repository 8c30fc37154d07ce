"""A wrong score beside the exact one: partial answers, the whole, and what is refused."""

from __future__ import annotations

import pytest
from listening import JobReport, Listener, run
from tasks import RECIPE

from gdviz.checkpoints import Library, Networks, required_tasks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.export.effects import effects_csv
from gdviz.jobs.study_job import run_study
from gdviz.presets import load
from gdviz.store import SceneStore
from gdviz.studies.robustness import Robustness, RobustnessAnswer, why_not

PERTURBED = {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "inward", "size": 0.3}}


def experiment(**changes) -> Experiment:
    preset = load("line-reward").experiment.model_dump(mode="json")
    sampler = {"kind": "ddpm", "steps": 40}
    return Experiment.parse({**preset, "w": [0, 1], "particles": 1500, "score": PERTURBED, "sampler": sampler, **changes})


def test_partial_answers_sharpen_and_the_whole_is_stored(tmp_path):
    study, report = Robustness(experiment()), JobReport()
    raw = run_study(study, str(tmp_path), report)
    partials = [RobustnessAnswer.from_bytes(part) for part in report.sent]
    assert [(answer.particles, answer.complete) for answer in partials] == [(1024, False), (1500, False)]
    assert report.shares == sorted(report.shares) and report.shares[-1] == pytest.approx(1)
    answer = RobustnessAnswer.from_bytes(raw)
    names = answer.names
    assert answer.complete and (names.reward, names.of, names.unguided, names.away) == ("r(x)", "mean_reward", "p(x)", "p(x)")
    assert names.toward
    assert [row.w for row in answer.rows] == [0, 1]
    assert all(row.steps is None for row in partials[-1].rows)
    assert all(row.steps.measured >= 0 and row.steps.gap >= 0 for row in answer.rows)
    for row in answer.rows:  # the paired difference is the difference of the means, and far better known
        (exact, se_exact), (wrong, _) = row.rewards
        assert row.measured.value == pytest.approx(wrong - exact)
        assert 0 < row.measured.se < se_exact
    store = SceneStore(tmp_path)
    assert store.read(store.find(study.key)) == raw


def test_the_exact_run_is_the_same_beside_every_wrong_score(tmp_path):
    found = [
        run(Robustness(experiment(particles=256, score=score)), tmp_path)
        for score in (PERTURBED, {**PERTURBED, "error": {"kind": "field", "size": 0.1}})
    ]
    assert [row.rewards[0] for row in found[0].rows] == [row.rewards[0] for row in found[1].rows]


@pytest.mark.slow
def test_a_network_comes_from_the_store_and_is_never_trained_here(tmp_path):
    study = Robustness(experiment(particles=256, score={"kind": "network", "steps": 60, "recipe": RECIPE}))
    with pytest.raises(GdvizError, match="found no stored network"):
        run(study, tmp_path)
    library = Library(tmp_path)
    for _ in Networks(library).train(study.tasks()):
        pass
    trained = {record.id for record in library.records()}
    assert trained >= {task.id for task in required_tasks(study.experiment)}
    rows = run(study, tmp_path).rows
    assert {record.id for record in library.records()} == trained
    value, se = rows[1].measured  # sixty steps teach next to no push, and this is seen
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
        run(Robustness(asked), tmp_path)


def test_presets_with_an_identity_are_told_from_the_others():
    assert why_not(load("figure-1").experiment) is None
    assert why_not(load("letters-reward").experiment) is None
    assert "apg" in why_not(load("apg").experiment)
    assert "cfg_plus_plus" in why_not(load("cfg-plus-plus").experiment)


def test_the_table_has_a_line_for_each_score_and_w(tmp_path):
    rows = run(Robustness(experiment(particles=64)), tmp_path, Listener()).rows
    head, *lines = effects_csv([("a, b", rows), ("c", rows)]).splitlines()
    assert len(lines) == 4 and lines[0].startswith('"a, b",0.0,64,0,mean_reward,')
    names = head.split(",")
    cells = dict(zip(names, lines[3].split(","), strict=True))
    assert float(cells["measured"]) == rows[1].measured.value
    assert float(cells["step_change_gap"]) == rows[1].steps.gap
