"""The studies behind the page of learned weights: answers against runs done another way, and what came with the program."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import gdviz
from gdviz.checkpoints import networks
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs import ship_weights, weights, weights_reward
from gdviz.jobs.weights import FLOW_TIMES, WeightsStudy, run_weights, shipped, shipped_file, weights_key
from gdviz.jobs.weights_contest import DRAWN
from gdviz.jobs.weights_reward import RewardStudy, run_reward
from gdviz.jobs.weights_subjects import DENOISERS, EXACT, LOSSES, TITLES, experiment, reward_study, weights_study
from gdviz.papers.learned_weights import JUDGED, SEARCHED
from gdviz.resources import resource
from gdviz.store import SceneStore

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
        self.partials.append(json.loads(data))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def answered(root):
    study, heard = WeightsStudy(Experiment.parse(SMALL), 2), Heard()
    for task in study.tasks():
        networks(root).trained(task)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "PROFILED", (0.5,))
        raw = run_weights(study.text(), str(root), heard)
    return study, heard, raw


def test_an_answer_grows_seed_by_seed_and_is_kept(answered, root):
    study, heard, raw = answered
    answer = json.loads(raw)
    assert [(len(each["contests"]), each["complete"]) for each in heard.partials] == [(0, False), (1, False), (2, True)]
    assert heard.shares == sorted(heard.shares) and heard.shares[-1] == pytest.approx(1)
    store = SceneStore(root)
    assert store.read(store.find(weights_key(study.text()))) == raw
    assert answer["labels"] == ["a", "b"] and answer["shares"] == pytest.approx([0.25, 0.75])
    assert {task.what for task in study.tasks()} == {"weights"} and len(study.tasks()) == 2
    assert WeightsStudy.of_text(study.text()) == study
    assert study.watched() == study.tasks()[0]


def test_curves_and_map_are_those_of_the_trained_network(answered, root):
    _, _, raw = answered
    answer, found = json.loads(raw), networks(root).found(answered[0].watched()).weights
    at = FLOW_TIMES.index(0.5)
    assert answer["curves"]["0.01"][1][at] == pytest.approx(found.curve(1, [0.5])[0], rel=1e-4)
    assert answer["curves"]["0.1"][1][at] == pytest.approx(found.curve(1, [0.5], 0.1)[0], rel=1e-4)
    assert answer["curves"]["0.1"][0][FLOW_TIMES.index(0.1)] is None, "no step of 0.1 fits there"
    table = answer["map"]
    row, column = table["s"].index(0.3), table["t"].index(0.6)
    assert table["omega"][0][row][column] == pytest.approx(found.curve(0, [0.6], 0.3)[0], abs=6e-4)
    assert table["omega"][0][column][row] is None


def test_methods_are_judged_on_the_samples_that_a_run_gives(answered):
    """Samples against `gdviz.run`, distances against the definition of the energy distance."""
    _, _, raw = answered
    answer = json.loads(raw)
    contest = answer["contests"][0]
    w = float(contest["picked"]["best constant"].removeprefix("w = "))
    energies = {0.0: [], w: []}
    for c, label in enumerate(("a", "b")):
        plain = {**SMALL, "guidance": {"kind": "cfg", "label": label}, "w": sorted({0.0, w}), "seed": JUDGED}
        result = gdviz.run(plain, device="cpu", frame_particles=0, step_change=False, exact=False, distances=False)
        by_w = dict(zip(result.experiment.w, result.samples, strict=True))
        for name, x in (("none", by_w[0.0]), ("best constant", by_w[w])):
            np.testing.assert_allclose(np.array(answer["samples"][name][c]), x[:DRAWN], atol=0.0051)
        law = result.built.law.given(label)
        y = law.sample(400, torch.Generator().manual_seed(10_000_019 * (c + 1) + JUDGED)).x.numpy()
        for at in energies:
            energies[at].append(energy(by_w[at].astype(float), y))
    assert contest["energy"]["none"] == pytest.approx(np.mean(energies[0.0]), abs=1e-4)
    assert contest["energy"]["best constant"] == pytest.approx(np.mean(energies[w]), abs=1e-4)
    assert contest["energy"]["learned"] not in (contest["energy"]["none"], contest["energy"]["best constant"])
    best = np.argmin(contest["tried"]["energy"])
    assert contest["tried"]["w"][best] == w and contest["search"] == {
        "none": 0, "best constant": 6, "limited interval": 6, "learned": 0
    }  # fmt: skip
    assert contest["floor"] > 0 and SEARCHED != JUDGED


def energy(x: np.ndarray, y: np.ndarray) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, unbiased, all pairs written out."""

    def mean(a, b, same=False):
        gaps = np.linalg.norm(a[:, None] - b[None], axis=-1)
        return gaps.sum() / (len(a) * (len(b) - same))

    return 2 * mean(x, y) - mean(x, x, True) - mean(y, y, True)


def test_a_run_trains_nothing_in_passing(tmp_path):
    with pytest.raises(GdvizError, match="found no stored network for guidance weights"):
        run_weights(WeightsStudy(Experiment.parse(SMALL), 1).text(), str(tmp_path), Heard())


def test_reward_against_distance(root, monkeypatch):
    """Exact tilts by rejection have the mean of log r that quadrature gives; gamma_R alone tells the trainings apart."""
    monkeypatch.setattr(weights_reward, "TILTS", (0.0, 2.0))
    monkeypatch.setattr(weights_reward, "CONSTANTS", (0.0, 4.0))
    study = RewardStudy(Experiment.parse(SMALL), (0.0, 1.0))
    plain, rewarded = study.tasks()
    assert plain.id == WeightsStudy(Experiment.parse(SMALL), 1).watched().id
    assert (rewarded.weights.reward_strength, plain.weights.reward) == (1.0, None)
    for task in study.tasks():
        networks(root).trained(task)
    answer = json.loads(run_reward(study.text(), str(root), Heard()))
    assert [each["at"] for each in answer["learned"]] == [0, 1]
    side = np.linspace(-5, 5, 801)
    x, y = np.meshgrid(side, side)
    log_r = -((np.hypot(x, y) - 3) ** 2) / 2
    for entry, k in zip(answer["tilt"], (0.0, 2.0), strict=True):
        means = []
        for m in (-1, 1):
            density = np.exp(-((x - m) ** 2 + y**2) / 0.6 + k * log_r)
            means.append((density * log_r).sum() / density.sum())
        value, se = entry["reward"]
        assert abs(value - np.mean(means)) < 5 * se and 0 < se < 0.05
    none = answer["constant"][0]
    assert none["energy"][0] < answer["constant"][1]["energy"][0], "exact scores: guidance leads away from p(x | c)"
    assert RewardStudy.of_text(study.text()) == study


# ---------------------------------------------------------------------- what comes with the program
def test_every_answer_is_there_and_up_to_date():
    assert ship_weights.missing() == [], "run `python -m gdviz.jobs.ship_weights`"


def test_nothing_else_is_there_and_all_of_it_is_small():
    files = {path.name: path.stat().st_size for path in resource("assets", "weights").glob("*.json")}
    assert set(files) == {shipped_file(ship_weights.text_of(name)) for name in ship_weights.CHOICES}
    assert max(files.values()) < 200_000 and sum(files.values()) < 2_500_000


@pytest.mark.parametrize("denoiser", ["80", EXACT])
def test_shipped_weights_form_from_their_start(denoiser):
    answer = json.loads(shipped(weights_study("rings", denoiser).text()))
    history = answer["history"]
    assert history["steps"][0] == 0 and history["steps"] == sorted(set(history["steps"]))
    assert set(history["curves"][0]["0.01"][0][1:]) == {0.5}, "the start of every weight"
    ends = [np.array(form["0.01"], float)[:, 1:] for form in (history["curves"][-1], answer["curves"])]
    np.testing.assert_allclose(*ends, atol=1e-3, err_msg="the end is what samples, but for the rounding of another process")
    assert shipped(weights_study("rings", "80", particles=999).text()) is None


def test_exact_scores_learn_0_and_an_under_trained_denoiser_does_not():
    exact = json.loads(shipped(weights_study("rings", EXACT).text()))
    assert max(max(row) for row in exact["curves"]["0.01"]) == 0
    under = json.loads(shipped(weights_study("rings", "80").text()))
    known = [w for row in under["curves"]["0.01"] for w in row if w is not None]
    assert max(known) > 0.5
    for contest in exact["contests"]:
        assert contest["energy"]["learned"] == contest["energy"]["none"]


def test_every_choice_is_an_experiment():
    for target in TITLES:
        assert len(experiment(target, "80").target.build().labels) > 1
    assert len({weights_study("rings", denoiser, loss).text() for denoiser in DENOISERS for loss in LOSSES}) >= 20
    assert reward_study("rings", "80").at(0.3).guidance.schedule.recipe.reward_strength == 0.3
