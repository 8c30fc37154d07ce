"""Samples from anywhere: the law they follow is found, and none of them is said where it is none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binom

from gdviz.errors import GdvizError
from gdviz.facts.judge import goals, judge
from gdviz.facts.judgement_table import classifier_line, facts_line, law_rows, mode_rows
from gdviz.facts.retarget import retargeted
from gdviz.presets import load


def drawn(experiment, name, n=3000, seed=7, w=None):
    built = experiment.build()
    goal = next(goal for goal in goals(built, w) if goal.name == name)
    return goal.draw(w or 0.0, n, torch.Generator().manual_seed(seed)).numpy()


PRESETS = [
    ("surrounded-class", "plain", None),
    ("surrounded-class", "conditional", None),
    ("surrounded-class", "powered", 2.0),
    ("ring-reward", "tilted", None),
    ("swiss-roll-reward", "plain", None),
    ("swiss-roll-reward", "tilted", None),
]


@pytest.mark.parametrize(("preset", "name", "w"), PRESETS)
def test_samples_of_a_goal_are_nearest_to_it(preset, name, w):
    """By the ratio to the floor, which a goal's own samples exceed in 5 % of cases; the seeds are fixed."""
    experiment = load(preset).experiment
    found = judge(drawn(experiment, name, w=w), experiment, w)
    assert found.nearest is not None and found.nearest.name == name
    assert found.nearest.within_floor and found.nearest.agrees and found.nearest.title in found.sentence
    assert sum(found.mode_weights) == pytest.approx(1) or not found.modes


@pytest.mark.slow
@pytest.mark.parametrize("sets", [30, pytest.param(100, marks=pytest.mark.verify)])
def test_samples_of_a_goal_exceed_its_floor_in_about_1_of_20(sets):
    """Sets of 400 samples of one law: those beyond a floor of 95 %, and those told from it at 1 %, by the binomial at 1e-4."""
    experiment = load("figure-1").experiment
    fits = [judge(drawn(experiment, "plain", 400, seed), experiment).fits[0] for seed in range(sets)]
    assert sum(not fit.within_floor for fit in fits) <= binom.isf(1e-4, sets, 0.05)
    assert sum(not fit.agrees for fit in fits) <= binom.isf(1e-4, sets, 0.01)


def test_none_of_them():
    experiment = load("surrounded-class").experiment
    found = judge(drawn(experiment, "conditional") + np.array([0.5, 0]), experiment)
    assert found.sentence.startswith("None of them: the nearest goal law is p(x | ")
    assert not any(fit.within_floor for fit in found.fits)


def test_a_classifier_agrees():
    """It tells shifted samples from every goal law, and those of a law from the others, but not from its own (1e-3 by chance)."""
    experiment = load("surrounded-class").experiment
    x = drawn(experiment, "conditional")
    own = judge(x, experiment)
    apart = {fit.name: fit.classifier for fit in own.fits}
    assert apart["conditional"].p_value > 1e-3 and apart["conditional"].held_out == 3000
    assert apart["plain"].p_value < 1e-6 and apart["plain"].difference > apart["plain"].smallest_difference
    assert classifier_line(own).startswith(
        "Trained on half of the points, a classifier tells 1,500 held-out samples from as many of p(x | b)"
    )
    shifted = judge(x + np.array([0.5, 0]), experiment)
    assert all(fit.classifier.p_value < 1e-6 for fit in shifted.fits)
    assert own.to_dict()["fits"][0]["classifier"]["accuracy"] == apart["plain"].accuracy


def test_numbers_read_off_are_the_samples_own():
    experiment = load("figure-1").experiment
    x = drawn(experiment, "plain")[:, 0]
    found = judge(x, experiment)  # [n] on a line
    given, other = np.exp(-((x - 1) ** 2) / 2) + np.exp(-((x + 1) ** 2) / 2), 2 * np.exp(-(x**2) / 2)
    p = given / (given + other)
    assert found.mean_reward == pytest.approx(p.mean(), rel=1e-9)
    assert found.mean_reciprocal == pytest.approx((1 / p).mean(), rel=1e-9)
    assert found.spread == pytest.approx(x.std(ddof=1), rel=1e-9)
    assert found.reward_title == "p(1 | x)"
    share = [np.mean(np.abs(x[:, None] - [0, 1, -1]).argmin(1) == k) for k in range(3)]
    np.testing.assert_allclose(found.mode_weights, share)


def test_order_does_not_matter_and_what_is_not_finite_is_counted():
    experiment = load("surrounded-class").experiment
    x = drawn(experiment, "conditional")
    x = x[np.argsort(x[:, 0])]
    found = judge(np.concatenate([x, [[np.nan, 0], [np.inf, 1]]]), experiment)
    assert found.nonfinite == 2 and found.samples == len(x) + 2
    assert found.nearest.name == "conditional" and found.nearest.within_floor
    assert "2 of them not finite" in facts_line(found)


def test_off_support():
    experiment = load("swiss-roll-reward").experiment
    x = drawn(experiment, "plain", 400)
    x[:100] += 10
    assert judge(x, experiment).off_support == pytest.approx(0.25, abs=0.02)


def test_another_aim():
    experiment = load("figure-1").experiment
    assert judge(drawn(experiment, "plain"), retargeted(experiment, label="0")).reward_title == "p(0 | x)"
    by_reward = judge(drawn(experiment, "plain"), retargeted(experiment, reward="exp(x)"))
    assert [fit.name for fit in by_reward.fits] == ["plain", "tilted"]


def test_the_table_has_a_line_a_law_and_a_mode():
    experiment = load("figure-1").experiment
    found = judge(drawn(experiment, "plain"), experiment, 2.0)
    assert [row[0] for row in law_rows(found)] == ["the samples", *(fit.title for fit in found.fits)]
    headings, lines = mode_rows(found)
    assert len(lines) == 3 and all(len(line) == len(headings) for line in lines)
    assert found.to_dict()["sentence"] == found.sentence


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((100, 3)), "found shape [100, 3]; [n, 2] is required"),
        (np.zeros((10, 2)), "at least 50"),
        (np.full((100, 2), np.nan), "found 0 finite"),
        (np.zeros((100, 2), complex), "real numbers"),
    ],
)
def test_what_cannot_be_judged_is_refused(samples, words):
    with pytest.raises(GdvizError, match=r".") as refused:
        judge(samples, load("surrounded-class").experiment)
    assert words in str(refused.value)


def test_one_aim_at_a_time():
    with pytest.raises(GdvizError, match="both a label and a reward"):
        retargeted(load("figure-1").experiment, "0", "exp(x)")
