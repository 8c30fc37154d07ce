"""What the Check page draws, and the jobs behind it."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from gdviz.facts.background import facts_key, judge_key, run_facts, run_judgement

from gdviz.facts.judge import judge
from gdviz.facts.picture import picture
from gdviz.figures.sample_picture import sample_figure
from gdviz.palette import LIGHT
from gdviz.presets import load


class Told:
    def __init__(self):
        self.done = []

    def progress(self, done):
        self.done.append(done)


def drawn(preset, w=None, n=600):
    built = load(preset).experiment.build()
    x = built.plan.unguided.sample(n, torch.Generator().manual_seed(1)).x.numpy()
    return x, picture(x, built, judge(x, load(preset).experiment, w), w)


def test_densities_on_a_line_are_the_laws():
    _, found = drawn("figure-1", 2.0)
    axis = np.array(found["axes"][0])
    assert [law["name"] for law in found["laws"]] == ["plain", "conditional", "powered"]
    given = (np.exp(-((axis - 1) ** 2) / 2) + np.exp(-((axis + 1) ** 2) / 2)) / 2 / np.sqrt(2 * np.pi)
    plain = given / 2 + np.exp(-(axis**2) / 2) / 2 / np.sqrt(2 * np.pi)
    powered = given**3 * plain**-2
    cell = axis[1] - axis[0]
    for law, truth in zip(found["laws"], (plain, given, powered), strict=True):
        truth = truth / (truth.sum() * cell)
        np.testing.assert_allclose(law["density"], truth, rtol=3e-4, atol=1e-6)  # numbers travel with six digits


SHOWN = [("surrounded-class", 1, False), ("swiss-roll-reward", 0, True), ("figure-1", 2, False)]


@pytest.mark.parametrize(("preset", "laws", "atoms"), SHOWN)
def test_figures_show_samples_and_laws(preset, laws, atoms):
    x, found = drawn(preset)
    figure = sample_figure(found, LIGHT)
    names = [trace.name for trace in figure.data]
    assert "samples" in names and len(names) == 1 + laws + atoms
    assert ("points of the target" in names) == atoms
    shown = next(trace for trace in figure.data if trace.name == "samples")
    if x.shape[1] == 2:
        assert len(shown.x) == len(x)
    else:
        width = shown.x[1] - shown.x[0]
        assert float(np.sum(shown.y) * width) == pytest.approx(1, abs=0.02)


def test_the_jobs_answer_with_json():
    experiment = load("figure-1").experiment
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(0).standard_normal(200))
    told = Told()
    found = json.loads(run_judgement(experiment.canonical(), "a.npy", buffer.getvalue(), None, told))
    assert found["rows"][0][0] == "the samples" and found["picture"]["samples"] and told.done == sorted(told.done)
    found = json.loads(run_facts(load("cfg-plus-plus").experiment.canonical(), told))
    assert found["applicable"] == len(found["rows"]) == 3 and found["failures"] == 0
    assert all(reason for _, reason in found["left_out"])


def test_keys_tell_questions_apart():
    one = judge_key("e", "a.npy", b"1", None)
    others = judge_key("f", "a.npy", b"1", None), judge_key("e", "a.csv", b"1", None), judge_key("e", "a.npy", b"2", None)
    assert len({one, *others}) == 4
    assert judge_key("e", "a.npy", b"1", 0.0) != one == judge_key("e", "a.npy", b"1", None) != facts_key("e")
