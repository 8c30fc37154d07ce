"""Autoguidance: both parts mean one law, and the worse one is left behind."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from guidance.simulated import mean_and_variance

import gdviz
from gdviz.checkpoints import required_tasks
from gdviz.diffusion.spacings.logit import Logit
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import Plan, Unified
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import FullComponents, Mixture
from gdviz.laws import pair as exact_pair
from gdviz.samplers.heun import Heun

TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [-1, 0], "covariance": [[0.4, 0.1], [0.1, 0.3]], "label": "a"},
        {"weight": 2, "mean": [1, 0.5], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
    ],
}
EXACT = {"kind": "exact"}


def wrong(size: float) -> dict[str, Any]:
    return {"kind": "perturbed", "of": EXACT, "error": {"kind": "outward", "size": size}}


def parts(toward: dict[str, Any], away: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "by_part", "base": toward, "toward": toward, "away": away}


def experiment(score: dict[str, Any], **more: Any) -> Experiment:
    guidance = {"kind": "autoguidance", **more.pop("guidance", {})}
    asked = {"target": TARGET, "sampler": {"kind": "ddpm", "steps": 60}, "w": [0, 1], "particles": 2000}
    return Experiment.parse({**asked, "guidance": guidance, "score": score, **more})


@pytest.mark.parametrize("label", [None, "a"])
def test_the_push_is_what_the_worse_score_has_wrong(label):
    """Away from s - e is + e: good - bad is the error of the bad one alone."""
    built = experiment(parts(EXACT, wrong(0.4)), guidance={"label": label}).build()
    law = built.law if label is None else built.law.given(label)
    x, moment = torch.randn(40, 2, dtype=torch.float64), list(built.levels.moments())[30]
    guided, _ = built.plan.rule(x, moment, None)
    bad = experiment(wrong(0.4)).score.build(None).single(law)  # a perturbed exact score asks for no network
    assert torch.allclose(guided.base, law.score(x, moment.t))
    assert torch.allclose(guided.push, law.score(x, moment.t) - bad(x, moment.t))


def test_errors_in_the_same_direction_cancel():
    """Good errs by e, bad by 2 e: at w = 1 the guided score is s - e + (2 e - e) = s, and the samples are the law's."""
    result = gdviz.run(experiment(parts(wrong(0.3), wrong(0.6))), device="cpu", step_change=False)
    exact = gdviz.run(experiment(EXACT, guidance={"kind": "none"}, w=[0]), device="cpu", step_change=False)
    off = [float(abs(result.samples[k] - exact.samples[0]).max()) for k in (0, 1)]
    assert off[1] < 1e-3 < 0.1 < off[0]
    assert result.network_evaluations == 2 * 2000 * 60 * 2
    assert result.rows[0].identity is None and result.rows[0].mean_reward is None


def test_with_a_label_its_probability_is_read_off():
    result = gdviz.run(experiment(parts(EXACT, wrong(0.4)), guidance={"label": "a"}), device="cpu", step_change=False)
    assert all(0 < row.mean_reward < 1 for row in result.rows)
    assert [distance.to for distance in result.rows[1].distances] == ["conditional"]


@pytest.mark.parametrize(
    "score",
    [EXACT, wrong(0.3), parts(wrong(0.3), wrong(0.3)), {"kind": "network"}, {"kind": "checkpoint", "id": "0" * 8}],
    ids=["exact", "perturbed", "equal parts", "network", "checkpoint"],
)
def test_one_score_for_both_parts_is_refused(score):
    from gdviz.scores import ScoresContext

    checkpoints = ScoresContext(lambda wanted: None, lambda id: None)  # refused before a network is looked at
    with pytest.raises(GdvizError, match=r'^score: found one score for both parts.* as "toward"\.$'):
        experiment(score).build(checkpoints)


def test_an_unknown_label_is_refused():
    with pytest.raises(GdvizError, match="label"):
        experiment(parts(EXACT, wrong(0.3)), guidance={"label": "z"}).build()


def test_the_networks_of_two_lengths_of_training_are_both_wanted():
    score = parts({"kind": "network", "steps": 400}, {"kind": "network", "steps": 40})
    assert [(task.what, task.steps) for task in required_tasks(experiment(score, guidance={"label": "b"}))] == [
        ("conditional", 400),
        ("conditional", 40),
    ]


@pytest.mark.parametrize("w", [0.0, 1.0, math.log(3 / 2) / math.log(4 / 3), 3.0])
def test_the_dose_on_gaussians(w):
    """Truth N(0, 1), good N(0, 1 + e), bad N(0, 1 + 2 e): the ODE's variance is (1 + e) ((1 + e) / (1 + 2 e))^w (MATH section 5).

    No target has these laws, so the rule is given the two scores. One dose repairs the variance: with e = 1/2 the third w.
    """
    e = 0.5
    good, bad = (Mixture(FullComponents(torch.zeros(1, 1), torch.full((1, 1, 1), 1 + k * e)), torch.zeros(1)) for k in (1, 2))
    plan = Plan(Unified(exact_pair(good, bad), "toward", Constant()), unguided=good)
    _, variance = mean_and_variance(plan, Heun(steps=40, levels=Logit(start=1 - 1e-8, stop=1e-6)), w, torch.zeros(1))
    assert variance.agrees((1 + e) * ((1 + e) / (1 + 2 * e)) ** w)
