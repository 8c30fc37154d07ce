"""A scene's networks: asked for once, waited for in words, and left alone where the reader cancelled them."""

from __future__ import annotations

import pytest
from tasks import EAGER, RECIPE, TARGET
from waiting import until

from gdviz.checkpoints import Library, required_tasks
from gdviz.experiment import Experiment
from gdviz.jobs import Pool
from gdviz.jobs.training import Training, Trainings
from gdviz.studies.curves import CurvesStudy
from gdviz.ui.parts.required_networks import duration, networks_progress, words_of

PLAIN = {"target": TARGET, "guidance": {"kind": "cfg", "label": "b"}, "w": [0, 1]}


def scene(steps: int) -> Experiment:
    return Experiment.parse({**PLAIN, "score": {"kind": "network", "recipe": RECIPE, "steps": steps}})


@pytest.fixture
def pool():
    made = Pool({"training": 5})
    yield made
    made.close()


@pytest.fixture
def trainings(pool, tmp_path) -> Trainings:
    return Trainings(pool, Library(tmp_path / "store", shipped=tmp_path / "none"), EAGER)


def test_exact_scores_need_nothing(trainings, pool):
    now = networks_progress(CurvesStudy(Experiment.parse(PLAIN)), trainings, pool)
    assert now.done and not now.error and trainings.list() == ()


@pytest.mark.slow
def test_a_missing_network_is_trained_and_told(trainings, pool):
    experiment, seen = scene(200), []

    def done() -> bool:
        now = networks_progress(CurvesStudy(experiment), trainings, pool)
        seen.append((now.progress, now.words))
        return now.done

    assert until(done)
    shares = [share for share, words in seen[:-1]]
    assert shares == sorted(shares) and seen[0][1].startswith("Starting to train the network")
    assert any(words.startswith("Training the network: ") for _, words in seen)
    assert networks_progress(CurvesStudy(experiment), trainings, pool).error is None
    (training,) = trainings.list()
    assert training.state == "done" and training.task == required_tasks(experiment)[0]


@pytest.mark.slow
def test_a_cancelled_one_is_the_readers_to_resume(trainings, pool):
    experiment = scene(500_000)
    (task,) = required_tasks(experiment)
    networks_progress(CurvesStudy(experiment), trainings, pool)
    assert until(lambda: (found := trainings.find(task.id)) is not None and found.report is not None)
    trainings.cancel(task.id)
    assert until(lambda: trainings.find(task.id).state == "paused")
    now = networks_progress(CurvesStudy(experiment), trainings, pool)
    assert now.done and now.error is not None and "resume it on the Train page" in now.error
    assert trainings.find(task.id).state == "paused"


def test_a_scene_that_does_not_fit_is_refused_in_one_sentence(trainings, pool):
    wrong = Experiment.parse({**PLAIN, "guidance": {"kind": "cfg", "label": "c"}, "score": {"kind": "network"}})
    now = networks_progress(CurvesStudy(wrong), trainings, pool)
    assert now.done and now.error is not None and "'c'" in now.error and trainings.list() == ()


def test_words_for_what_waits():
    task = required_tasks(scene(100))[0]
    words = words_of(Training("id", task, "waiting", position=2, seconds_to_start=75))
    assert words == "Waiting to train the network: 2 trainings before it, about 1 min 15 s"
    assert (duration(0.2), duration(59), duration(60)) == ("1 s", "59 s", "1 min 0 s")
