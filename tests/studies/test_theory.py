"""The topics of the Theory page: partial answers, the whole, and what their keys depend on."""

from __future__ import annotations

import pytest
from listening import JobReport, Listener, run

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.presets import load
from gdviz.store import SceneStore
from gdviz.studies.theory.martingale import MartingaleTopic
from gdviz.studies.theory.slope import SlopeTopic
from gdviz.studies.theory.steps import StepsTopic
from gdviz.studies.theory.tails import TailsTopic
from gdviz.studies.theory.topics import TOPICS, study_of
from gdviz.studies.theory.winners import WinnersTopic


def experiment(**changes) -> Experiment:
    preset = load("figure-1").experiment.model_dump(mode="json")
    return Experiment.parse({**preset, "w": [0, 2], "particles": 1500, "sampler": {"kind": "ddpm", "steps": 40}, **changes})


SMALL = {
    "along": MartingaleTopic(experiment()),
    "slope": SlopeTopic(1500, 0, mixtures=2),
    "tails": TailsTopic(experiment(), runs=5),
    "steps": StepsTopic(experiment()),
    "winners": WinnersTopic(experiment()),
}


def test_every_topic_is_one_of_these():
    assert {topic: type(study) for topic, study in SMALL.items()} == {
        topic: type(study_of(topic, experiment())) for topic in TOPICS
    }


@pytest.mark.parametrize("topic", list(TOPICS))
def test_every_topic_answers_in_parts_and_is_stored(topic, tmp_path):
    study, report = SMALL[topic], JobReport()
    raw = run_study(study, str(tmp_path), report)
    answer, partials = study.answer.from_bytes(raw), [study.answer.from_bytes(part) for part in report.sent]
    assert type(answer) is study.answer and answer.complete and answer.seconds > 0
    assert all(not part.complete for part in partials)
    assert len(partials) == {"along": 2, "slope": 1, "tails": 4, "steps": 1, "winners": 0}[topic]
    assert report.shares == sorted(report.shares) and report.shares[-1] == pytest.approx(1, abs=0.05)
    store = SceneStore(tmp_path)
    assert store.read(store.find(study.key)) == raw


def test_what_does_not_matter_to_a_topic_does_not_change_its_key():
    one, other = experiment(), experiment(w=[0, 1])
    elsewhere = load("line-reward").experiment.model_copy(update={"particles": 1500})
    assert study_of("slope", one).key == study_of("slope", elsewhere).key
    assert study_of("tails", one).key == study_of("tails", other).key
    assert study_of("along", one).key != study_of("along", other).key
    assert study_of("along", one).key != study_of("steps", one).key
    assert TailsTopic(one).key != TailsTopic(one, runs=5).key


def test_the_end_on_the_way_has_its_exact_law_beside_it(tmp_path):
    answer = run(MartingaleTopic(experiment()), tmp_path, heard := Listener())
    assert set(answer.ends) == {"0", "2"} and answer.ends["0"] == pytest.approx(2, abs=1e-2)
    assert all(part.ends == {} for part in heard.partials)
    assert answer.slope == pytest.approx(-0.1148, abs=1e-4)
    assert answer.names.f == "1 / p(1 | x)" and answer.particles == 1500


def test_what_has_no_theorem_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(GdvizError, match="ddpm and ancestral"):
        run(MartingaleTopic(experiment(sampler={"kind": "ddim", "steps": 10})), tmp_path)
