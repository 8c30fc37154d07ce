"""Methods of the caller's own in a comparison: the same numbers as ours, the same cost, and one sentence for what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gdviz
from gdviz.comparison.own import OwnCode, evaluations_of, with_own
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import Guide

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
REWARD = {"kind": "reward", "reward": {"kind": "exp", "strength": 0.5, "of": {"kind": "linear", "direction": [1, 1]}}}
SMALL = {"w": 1.5, "evaluations": 16, "particles": 256, "seeds": 2}


def cfg(problem, x, t, w):
    return problem.base(x, t) + w * (problem.toward(x, t) - problem.away(x, t))


def ddpm(problem, w):
    x = problem.start
    for k in range(problem.steps):
        t, a = problem.t[k], problem.alpha_bar[k] / problem.alpha_bar[k + 1]
        x = (x + (1 - a) * (2.5 * problem.cond(x, t) - 1.5 * problem.uncond(x, t)) + (1 - a) ** 0.5 * problem.noise[k]) / a**0.5
    return x


@pytest.mark.parametrize("guidance", [LABELLED["guidance"], REWARD], ids=["label", "reward"])
def test_cfg_written_by_hand_is_our_cfg(guidance):
    """The same noise, so the same samples but for rounding: a guided score, and a whole sampler."""
    scene, ours = {**LABELLED, "guidance": guidance}, guidance["kind"]
    methods = {"ours": ours, "score": cfg} | ({"sampler": ddpm} if ours == "cfg" else {})
    first, *others = gdviz.compare(methods, experiment=scene, **SMALL).entries
    for entry in others:
        assert entry.steps == first.steps == 8 and entry.at_goal
        np.testing.assert_allclose(entry.shown, first.shown, rtol=2e-3, atol=2e-3)
        for name in ("sliced_w2", "energy_distance", "reward_gap"):
            assert entry.values[name] == pytest.approx(first.values[name], abs=1e-3)


def test_what_a_guided_score_asks_for_is_counted():
    plan = Experiment.parse(LABELLED).build().plan

    def three(problem, x, t, w):
        cond, ahead = problem.cond(x, t), problem.cond(x + t, t)
        return cond + w * (0.5 * (cond + ahead) - problem.uncond(x, t))

    def with_gradient(problem, x, t, w):
        with torch.enable_grad():
            x = x.requires_grad_(True)
            base = problem.base(x, t)
            (push,) = torch.autograd.grad(problem.log_reward(x + t * base).sum(), x)
        return base.detach() + w * push

    assert evaluations_of(OwnCode("f", cfg), plan, 1.0) == 2, "base is toward here, and asked for once"
    assert evaluations_of(OwnCode("f", three), plan, 1.0) == 3
    assert evaluations_of(OwnCode("f", with_gradient, "torch"), plan, 1.0) == 2
    twice = {"rule": three, "sampler": {"kind": "heun"}}  # a guided score at both ends of a step
    answer = gdviz.compare({"once": three, "twice": twice}, experiment=LABELLED, **{**SMALL, "evaluations": 48})
    assert [entry.steps for entry in answer.entries] == [16, 8]


def test_every_w_of_a_sweep_and_the_reward_reach_the_function():
    experiment = Experiment.parse({**LABELLED, "w": [0, 1, 3]})
    built, seen = experiment.build(), list[float]()
    plan, moment = built.plan, list(built.levels.moments())[200]

    def look(problem, x, t, w):
        seen.append(w)
        np.testing.assert_allclose(problem.log_reward(x), plan.reward.log(torch.from_numpy(x)))
        return cfg(problem, x, t, w)

    own = with_own(plan, OwnCode("look", look))
    x = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(0))
    for points, w in ((x, torch.tensor([0.0, 1.0, 3.0])[:, None, None]), (x[0], 3.0)):
        mine, ours = (Guide(p.rule, w)(points, moment).total for p in (own, plan))
        np.testing.assert_allclose(mine, ours, rtol=1e-4, atol=1e-5)
    assert seen == [1, 3, 3], "w = 0 is no guidance: nobody is asked"


def mutated(problem, x, t, w):
    x += 1
    return problem.base(x, t)


def greedy(problem, w):
    x = problem.start
    for k in range(problem.budget + 1):
        problem.cond(x + k, 0.5)
    return x


@pytest.mark.parametrize(
    ("method", "told"),
    [
        (lambda problem, x, t, w: problem.base(x, t)[:, :1], r"mine: found shape \[64, 1\]; \[64, 2\] is required"),
        (lambda problem, x, t, w: None, "mine: found NoneType; an array is required"),
        (lambda problem, x, t, w: problem.base(x, t) * (np.nan if w else 1), "mine: found NaN or infinity at noise variance 0.9"),
        (mutated, "mine: found x changed in place; a guided score returns a new array"),
        (lambda problem, x, t, w: problem.bass(x, t), r"mine: found AttributeError in your function \('SceneScores' object has"),
        (
            lambda problem, x, t, gamma: problem.uncond(x, t) + gamma * (problem.cond(x, t) - problem.uncond(x, t)),
            "mine: found another score than problem.base's at w = 0, which is problem.toward here; w = 0 is no guidance",
        ),
        (lambda x: x, "mine: found 1 positional arguments without default; allowed: a sampler"),
        (lambda problem, w: problem.start[:5], r"mine: found shape \[5, 2\]; \[256, 2\] is required"),
        (lambda problem, w: problem.start * np.nan, "mine: found no finite sample among 256"),
        (greedy, "mine: found more than 16 network evaluations a sample; problem.budget says how many it has"),
        (3, "method 'mine': found int; allowed: a name, a function"),
        ({"rule": "cfg"}, "method 'mine': found str; allowed: a name, a function"),
        ({"rule": cfg, "guidance": {}}, "method 'mine': found 'guidance'; allowed: rule, sampler, evaluations_a_step, backend"),
        ({"rule": cfg, "backend": "jax"}, "method 'mine': found backend 'jax'; allowed: numpy, torch"),
        ({"rule": cfg, "evaluations_a_step": 0}, "method 'mine': found evaluations_a_step 0; allowed: a number above 0"),
        ({"rule": ddpm, "sampler": {"kind": "ddim"}}, r"method 'mine': found a sampler beside a function \(problem, w\)"),
        ({"rule": cfg, "sampler": {"kind": "smc"}}, "sampler: found 'smc' with a guidance method or schedule of its own rule"),
    ],
)
def test_a_mistake_is_one_sentence(method, told):
    with pytest.raises(GdvizError, match=told) as refused:
        gdviz.compare({"mine": method}, experiment=LABELLED, **SMALL)
    assert "\n" not in str(refused.value)


def test_a_scene_is_an_experiment_or_a_preset():
    (entry,) = gdviz.compare([cfg], preset="overlapping-classes", **SMALL).entries
    assert entry.title == "cfg" and entry.steps == 8
    for scene in ({}, {"experiment": LABELLED, "preset": "overlapping-classes"}):
        with pytest.raises(GdvizError, match="experiment: found no scene or two; give experiment= or preset="):
            gdviz.compare(["cfg"], **scene)
