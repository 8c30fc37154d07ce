"""The worker's answers for the Theory page: partial ones, the stored whole, strict JSON."""

from __future__ import annotations

import json

import pytest
from gdviz.jobs.theory import TOPICS, asked, plain, run_theory, theory_key

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.presets import load
from gdviz.store import SceneStore


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
    preset = load("figure-1").experiment.model_dump(mode="json")
    return Experiment.parse({**preset, "w": [0, 2], "particles": 1500, "sampler": {"kind": "ddpm", "steps": 40}, **changes})


@pytest.mark.parametrize("topic", list(TOPICS))
def test_every_topic_answers_in_parts_and_is_stored(topic, tmp_path):
    heard, text = Heard(), asked(topic, experiment(), mixtures=2, runs=5)
    raw = run_theory(topic, text, str(tmp_path), heard)
    answer = json.loads(raw)
    assert answer["complete"] and answer["seconds"] > 0
    assert all(not part["complete"] for part in heard.partials)
    assert len(heard.partials) == {"along": 2, "slope": 1, "tails": 4, "steps": 1, "winners": 0}[topic]
    assert heard.shares == sorted(heard.shares) and heard.shares[-1] == pytest.approx(1, abs=0.05)
    store = SceneStore(tmp_path)
    assert store.read(store.find(theory_key(topic, text))) == raw


def test_what_does_not_matter_to_a_topic_does_not_change_its_key():
    one, other = experiment(), experiment(w=[0, 1])
    assert asked("slope", one) == asked("slope", load("line-reward").experiment.model_copy(update={"particles": 1500}))
    assert asked("tails", one) == asked("tails", other)
    assert asked("along", one) != asked("along", other)
    assert theory_key("along", asked("along", one)) != theory_key("steps", asked("along", one))


def test_the_end_on_the_way_has_its_exact_law_beside_it(tmp_path):
    answer = json.loads(run_theory("along", asked("along", experiment()), str(tmp_path), Heard()))
    assert set(answer["ends"]) == {"0", "2"} and answer["ends"]["0"] == pytest.approx(2, abs=1e-2)
    assert answer["slope"] == pytest.approx(-0.1148, abs=1e-4)
    assert answer["names"]["f"] == "1 / p(1 | x)" and answer["particles"] == 1500


def test_what_has_no_theorem_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(GdvizError, match="ddpm and ancestral"):
        run_theory("along", experiment(sampler={"kind": "ddim", "steps": 10}).canonical(), str(tmp_path), Heard())


def test_what_is_not_finite_is_null():
    assert plain({"a": (1.0, float("nan")), "b": [float("inf")]}) == {"a": [1.0, None], "b": [None]}
