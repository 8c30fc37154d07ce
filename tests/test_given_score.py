"""gdviz.run(score=...): a network of the reader's in place of the exact score, looked at before it is run."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
from torch import nn

import gdviz
from gdviz.experiment import Experiment

MEANS = {"a": -1.0, "b": 1.5}
LINE = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [{"mean": [mean], "covariance": [[0.3]], "label": label} for label, mean in MEANS.items()],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 30},
    "w": [0, 1],
    "particles": 400,
}
PLAIN = {**LINE, "guidance": {"kind": "none"}, "w": [0]}


class Exact(nn.Module):
    """The mixture's own noise prediction, -sqrt(t) times its score; label 2 is no label."""

    def __init__(self) -> None:
        super().__init__()
        self.law = Experiment.parse(LINE).target.build()
        self.factor = nn.Parameter(torch.ones(1))
        self.calls: list[tuple[torch.dtype, tuple[int, ...]]] = []

    def forward(self, x, t, label):
        assert not self.training and x.dtype == t.dtype == torch.float32 and t.shape == label.shape == (len(x),)
        index = int(label[0])
        assert label.dtype == torch.int64 and bool((label == index).all())
        law = self.law if index == 2 else self.law.given("ab"[index])
        return self.factor * -t.sqrt()[:, None] * law.score(x.double(), t.double()).float()


def test_the_exact_score_given_is_the_exact_run():
    """Float32 in place of float64 on the way: end points agree to a few of its digits, and nothing was trained or kept."""
    network = Exact()
    exact, given = gdviz.run(LINE), gdviz.run(LINE, score=gdviz.GivenScore(network, prediction="noise"))
    np.testing.assert_allclose(given.samples, exact.samples, atol=2e-3)
    assert network.training and network.factor.requires_grad, "the reader's module stays as it was"
    assert given.rows[1].identity is None, "the identity is for exact scores"


def test_a_plain_function_is_the_score_at_the_noise_variance():
    law = Experiment.parse(PLAIN).target.build()
    given = gdviz.run(PLAIN, score=law.score)
    np.testing.assert_allclose(given.samples, gdviz.run(PLAIN).samples, atol=2e-3)
    low, high = re.search(r"relative error against the exact one is (\S+) to (\S+) by", given.notes[1]).groups()
    assert 0 <= float(low) <= float(high) < 1e-5


def test_the_file_says_that_it_cannot_be_run_again():
    result = gdviz.run(PLAIN, score=lambda x, t: -x, exact=False)
    told = json.loads(result.to_json())
    assert told["experiment"]["score"]["code"].startswith("python:") and "<lambda>" in told["experiment"]["score"]["code"]
    assert "This Experiment alone cannot be run again" in told["notes"][0]
    for again in (lambda: gdviz.run(told["experiment"]), lambda: Experiment.parse(told["experiment"]).build()):
        with pytest.raises(gdviz.GdvizError, match=r"was given from Python; its Experiment runs only with gdviz\.run"):
            again()


def test_the_wrong_convention_is_said():
    """A noise prediction taken for the score has the wrong sign: a relative error above 1 at every level."""
    network = Exact()
    notes = gdviz.run(LINE, score=network, distances=False).notes
    assert "likely to be wrong" in notes[1]
    assert "likely" not in gdviz.run(LINE, score=gdviz.GivenScore(network, "noise"), distances=False).notes[1]


def wide(x, t):
    return torch.cat([x, x], -1)


def lost(x, t):
    return x / 0 * 0


def fails(x, t):
    raise ValueError("no such layer")


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (wide, r"found \[2000, 2\] from your network; it must return \[2000, 1\]"),
        (lost, r"found NaN or infinity from lost at noise variance"),
        (fails, r"found ValueError in your network \(no such layer\)"),
        (3, r"found int; a torch module or a function of \(x, time\) is required"),
        (gdviz.GivenScore(wide, prediction="eps"), r"score\.prediction: found 'eps'"),
        (gdviz.GivenScore(wide, schedule="ddpm"), r"score\.schedule: found 'ddpm'"),
    ],
)
def test_what_it_cannot_be_is_one_sentence(score, words):
    with pytest.raises(gdviz.GdvizError, match=words) as refused:
        gdviz.run(PLAIN, score=score)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def test_where_it_cannot_stand_is_one_sentence():
    reward = {**LINE, "guidance": {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x)"}}}
    learned = {**LINE, "guidance": {"kind": "cfg", "label": "b", "schedule": {"kind": "learned"}}}
    for experiment, words in (
        (reward, "stands for p.x. and p.x . label., not for"),
        (learned, "under learned weights"),
        (LINE, "none, as it takes .x, time.; .* needs 'b'"),
    ):
        with pytest.raises(gdviz.GdvizError, match=words):
            gdviz.run(experiment, score=lambda x, t: -x)
    with pytest.raises(gdviz.GdvizError, match="runs in this process only"):
        gdviz.run(PLAIN, score=lambda x, t: -x, executor=lambda request, built: request.run(built))


def test_images_have_no_exact_score_to_hold_it_against():
    few = {"w": [0], "particles": 8, "sampler": {"kind": "ddpm", "steps": 3}}
    result = gdviz.run({"target": {"kind": "digits"}, "guidance": {"kind": "none"}, **few}, score=lambda x, t: -x)
    assert result.samples.shape == (1, 8, 64) and not any("relative error" in note for note in result.notes)
