"""The studies behind the page of learned weights: answers against runs done another way, and what came with the program."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import gdviz
from gdviz.build_assets import weights as build_weights
from gdviz.checkpoints import networks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.resources import resource
from gdviz.store import SceneStore
from gdviz.studies import StudyContext
from gdviz.studies.weights import learned, reward
from gdviz.studies.weights.contest import JUDGED, SEARCHED
from gdviz.studies.weights.learned import DRAWN, FLOW_TIMES, LearnedAnswer, LearnedWeights
from gdviz.studies.weights.reward import RewardWeights
from gdviz.studies.weights.shipped import CHOICES, shipped, shipped_answer, shipped_file, study_of
from gdviz.studies.weights.subjects import DENOISERS, EXACT, LOSSES, TITLES, experiment, reward_study, weights_study

SMALL = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 1, "mean": [-1, 0], "covariance": [[0.3, 0], [0, 0.3]], "label": "a"},
            {"weight": 3, "mean": [1, 0], "covariance": [[0.3, 0], [0, 0.3]], "label": "b"},
        ],
    },
    "guidance": {
        "kind": "cfg",
        "label": "a",
        "schedule": {"kind": "learned", "steps": 3, "recipe": {"width": 8, "points": 16, "particles": 2}},
    },
    "sampler": {"kind": "churn", "steps": 12},
    "w": [0, 1, 3],
    "particles": 400,
}


class Heard:
    """A report that keeps what it hears."""

    executor, unwanted = None, False

    def __init__(self) -> None:
        self.shares, self.partials = [], []

    def progress(self, done, seconds_left=None):
        self.shares.append(done)

    def partial(self, data):
        self.partials.append(LearnedAnswer.from_bytes(data))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def answered(root):
    study, heard = LearnedWeights(Experiment.parse(SMALL), 2), Heard()
    for task in study.tasks():
        networks(root).trained(task)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "PROFILED", (0.5,))
        raw = run_study(study, str(root), heard)
    return study, heard, raw


@pytest.mark.slow
def test_an_answer_grows_seed_by_seed_and_is_kept(answered, root):
    study, heard, raw = answered
    answer = LearnedAnswer.from_bytes(raw)
    assert [(len(each.contests), each.complete) for each in heard.partials] == [(0, False), (1, False)]
    assert len(answer.contests) == 2 and answer.complete and answer.seconds > 0
    assert heard.shares == sorted(heard.shares) and heard.shares[-1] == pytest.approx(1)
    store = SceneStore(root)
    assert store.read(store.find(study.key)) == raw
    assert answer.to_bytes() == raw and json.loads(raw)["curves"]["0.1"][0][0] is None
    assert answer.labels == ("a", "b") and answer.shares == pytest.approx((0.25, 0.75))
    assert {task.what for task in study.tasks()} == {"weights"} and len(study.tasks()) == 2
    assert study.watched() == study.tasks()[0]


def test_curves_and_map_are_those_of_the_trained_network(answered, root):
    study, _, raw = answered
    answer, found = LearnedAnswer.from_bytes(raw), networks(root).found(study.watched()).weights
    at = FLOW_TIMES.index(0.5)
    assert answer.curves["0.01"][1, at] == pytest.approx(found.curve(1, [0.5])[0], rel=1e-4)
    assert answer.curves["0.1"][1, at] == pytest.approx(found.curve(1, [0.5], 0.1)[0], rel=1e-4)
    assert np.isnan(answer.curves["0.1"][0, FLOW_TIMES.index(0.1)]), "no step of 0.1 fits there"
    table = answer.map
    row, column = table.s.index(0.3), table.t.index(0.6)
    assert table.omega[0, row, column] == pytest.approx(found.curve(0, [0.6], 0.3)[0], abs=6e-4)
    assert np.isnan(table.omega[0, column, row])


def test_methods_are_judged_on_the_samples_that_a_run_gives(answered):
    """Samples against `gdviz.run`, distances against the definition of the energy distance."""
    _, _, raw = answered
    answer = LearnedAnswer.from_bytes(raw)
    contest = answer.contests[0]
    w = float(contest.picked["best constant"].removeprefix("w = "))
    energies = {0.0: [], w: []}
    for c, label in enumerate(("a", "b")):
        plain = {**SMALL, "guidance": {"kind": "cfg", "label": label}, "w": sorted({0.0, w}), "seed": JUDGED}
        result = gdviz.run(plain, device="cpu", frame_particles=0, step_change=False, exact=False, distances=False)
        by_w = dict(zip(result.experiment.w, result.samples, strict=True))
        for name, x in (("none", by_w[0.0]), ("best constant", by_w[w])):
            np.testing.assert_allclose(answer.samples[name][c], x[:DRAWN], atol=0.0051)
        law = result.built.law.given(label)
        y = law.sample(400, torch.Generator().manual_seed(10_000_019 * (c + 1) + JUDGED)).x.numpy()
        for at in energies:
            energies[at].append(energy(by_w[at].astype(float), y))
    assert contest.energy["none"] == pytest.approx(np.mean(energies[0.0]), abs=1e-4)
    assert contest.energy["best constant"] == pytest.approx(np.mean(energies[w]), abs=1e-4)
    assert contest.energy["learned"] not in (contest.energy["none"], contest.energy["best constant"])
    best = np.argmin(contest.tried.energy)
    assert contest.tried.w[best] == w and contest.search == {
        "none": 0, "best constant": 6, "limited interval": 6, "learned": 0
    }  # fmt: skip
    assert contest.floor > 0 and SEARCHED != JUDGED


def energy(x: np.ndarray, y: np.ndarray) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, unbiased, all pairs written out."""

    def mean(a, b, same=False):
        gaps = np.linalg.norm(a[:, None] - b[None], axis=-1)
        return gaps.sum() / (len(a) * (len(b) - same))

    return 2 * mean(x, y) - mean(x, x, True) - mean(y, y, True)


def test_a_run_trains_nothing_in_passing(tmp_path):
    with pytest.raises(GdvizError, match="found no stored network for guidance weights"):
        LearnedWeights(Experiment.parse(SMALL), 1).run(StudyContext(tmp_path))


def test_reward_against_distance(root, monkeypatch):
    """Exact tilts by rejection have the mean of log r that quadrature gives; gamma_R alone tells the trainings apart."""
    monkeypatch.setattr(reward, "TILTS", (0.0, 2.0))
    monkeypatch.setattr(reward, "CONSTANTS", (0.0, 4.0))
    study = RewardWeights(Experiment.parse(SMALL), (0.0, 1.0))
    plain, rewarded = study.tasks()
    assert plain.id == LearnedWeights(Experiment.parse(SMALL), 1).watched().id
    assert (rewarded.weights.reward_strength, plain.weights.reward) == (1.0, None)
    for task in study.tasks():
        networks(root).trained(task)
    partials = []
    answer = study.run(StudyContext(root, partial=partials.append))
    assert [len(each.learned) for each in partials] == [1, 2] and not any(each.constant or each.complete for each in partials)
    assert type(answer).from_bytes(answer.to_bytes()).to_bytes() == answer.to_bytes()
    assert [each.at for each in answer.learned] == [0, 1]
    side = np.linspace(-5, 5, 801)
    x, y = np.meshgrid(side, side)
    log_r = -((np.hypot(x, y) - 3) ** 2) / 2
    for entry, k in zip(answer.tilt, (0.0, 2.0), strict=True):
        means = []
        for m in (-1, 1):
            density = np.exp(-((x - m) ** 2 + y**2) / 0.6 + k * log_r)
            means.append((density * log_r).sum() / density.sum())
        value, se = entry.reward
        assert abs(value - np.mean(means)) < 5 * se and 0 < se < 0.05
    none, large = answer.constant
    assert none.energy[0] < large.energy[0], "exact scores: guidance leads away from p(x | c)"


# ---------------------------------------------------------------------- what comes with the program
def test_every_answer_is_there_and_up_to_date():
    assert build_weights.missing() == [], "run `python -m gdviz.build_assets weights`"


def test_nothing_else_is_there_and_all_of_it_is_small():
    files = {path.name: path.stat().st_size for path in resource("assets", "weights").glob("*.json")}
    assert set(files) == {shipped_file(study_of(name)) for name in CHOICES}
    assert max(files.values()) < 200_000 and sum(files.values()) < 2_500_000


@pytest.mark.parametrize("denoiser", ["80", EXACT])
def test_shipped_weights_form_from_their_start(denoiser):
    answer = shipped_answer(weights_study("rings", denoiser))
    history = answer.history
    assert history.steps[0] == 0 and list(history.steps) == sorted(set(history.steps))
    assert set(history.curves[0]["0.01"][0, 1:]) == {0.5}, "the start of every weight"
    ends = [form["0.01"][:, 1:] for form in (history.curves[-1], answer.curves)]
    np.testing.assert_allclose(*ends, atol=1e-3, err_msg="the end is what samples, but for the rounding of another process")
    assert shipped(weights_study("rings", "80", particles=999)) is None


def test_exact_scores_learn_0_and_an_under_trained_denoiser_does_not():
    exact = shipped_answer(weights_study("rings", EXACT))
    assert exact.curves["0.01"].max() == 0
    under = shipped_answer(weights_study("rings", "80"))
    assert np.nanmax(under.curves["0.01"]) > 0.5
    for contest in exact.contests:
        assert contest.energy["learned"] == contest.energy["none"]


def test_every_choice_is_an_experiment():
    for target in TITLES:
        assert len(experiment(target, "80").target.build().labels) > 1
    assert len({weights_study("rings", denoiser, loss).key for denoiser in DENOISERS for loss in LOSSES}) >= 20
    assert reward_study("rings", "80").at(0.3).guidance.schedule.recipe.reward_strength == 0.3


@pytest.mark.parametrize("name", CHOICES)
def test_shipped_answers_are_what_the_records_write(name):
    raw = shipped(study_of(name))
    assert study_of(name).answer.from_bytes(raw).to_bytes() == raw
