"""The sentence on the Robustness page: what it claims follows from the numbers and their errors."""

from __future__ import annotations

import pytest
from records import filled

from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.presets import load
from gdviz.studies.robustness import Effect, StepChange
from gdviz.studies.titles import Titles
from gdviz.ui.robustness.choice import networks, perturbed
from gdviz.ui.robustness.words import sentence

EXACT = load("figure-1").experiment
NAMES = filled(Titles, of="mean_reward", reward="r(x)")
COST = filled(Titles, of="mean_reciprocal", reward="p(c | x)")


def row(value, se, predicted=None, step=0.0, w=1.0, **more):
    means = {"measured": Mean(value, se), "predicted": Mean(predicted, 0.001)}
    return filled(Effect, w=w, **means, steps=StepChange(step, None), **more)


def known(size=0.1, kind="inward"):
    return perturbed(EXACT, kind, [size])


def test_the_largest_systematic_error_stands_beside_the_same_size_drawn_afresh():
    small, large, afresh = perturbed(EXACT, "inward", [0.05, 0.1])
    found = [(small, [row(-0.01, 0.001)]), (large, [row(-0.03, 0.002, -0.028)]), (afresh, [row(0.001, 0.001)])]
    assert sentence(found, NAMES) == (
        "At w = 1, for the mean of r(x): an inward error of 10 % costs 0.0300 ± 0.0039, first order 0.028; the same size drawn "
        "afresh at each step makes no difference that can be seen (-0.0010 ± 0.0020)."
    )


def test_a_rise_of_a_cost_costs_and_a_fall_gains():
    source, _ = known()
    assert "costs 0.030" in sentence([(source, [row(0.03, 0.002)])], COST)
    assert "gains 0.030" in sentence([(source, [row(-0.03, 0.002)])], COST)
    assert "mean of 1 / p(c | x)" in sentence([(source, [row(-0.03, 0.002)])], COST)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        (row(0.03, 0.02), "no difference that can be seen"),
        (row(0.03, 0.01, step=0.02), "no more difference than the step size does"),
        (row(0.03, 0.01, step=0.005), "gains 0.030"),
        (row(-0.03, 0.002, predicted=0.01), "not in first order"),
        (row(None, None), "tail does not let us estimate"),
    ],
)
def test_only_what_stands_out_is_said_to_be_there(numbers, says):
    assert says in sentence([(known()[0], [numbers])], NAMES)


def test_where_the_tail_hides_every_effect_the_reward_itself_is_told():
    small, large, afresh = perturbed(EXACT, "inward", [0.05, 0.1])
    hidden = [row(None, None, rewards=(Mean(0.8, 0.01), Mean(mean, 0.01))) for mean in (0.75, 0.7, 0.8)]
    found = [(small, hidden[:1]), (large, hidden[1:2]), (afresh, hidden[2:])]
    assert sentence(found, COST) == (
        "At w = 1 the tail of 1 / p(c | x) is too heavy for effects on its mean; the mean of p(c | x) is 0.800 ± 0.020 under "
        "exact scores, 0.700 ± 0.020 under an inward error of 10 %, 0.800 ± 0.020 under the same size drawn afresh at each step."
    )
    unknown = row(None, None, rewards=(UNKNOWN, UNKNOWN))
    assert sentence([(small, [unknown])], COST).endswith("too heavy for effects on its mean.")


def test_shortest_and_longest_training_at_the_w_nearest_to_one():
    sources = networks(EXACT, [300, 1000, 4000], networks_recipe())
    found = [(source, [row(-9, 1, w=0.0), row(-0.3 / k, 0.001, w=0.8), row(-9, 1, w=3.0)]) for k, source in enumerate(sources, 1)]
    text = sentence(found, NAMES)
    assert text.startswith("At w = 0.8")
    assert "a network trained for 300 steps costs 0.3000" in text and "a network trained for 4,000 steps costs 0.1000" in text
    assert "1,000" not in text


def networks_recipe():
    from gdviz.networks import Recipe

    return Recipe(width=16)


def test_a_family_drawn_afresh_needs_no_second_one():
    assert [source.name for source in known(kind="per_step")] == ["error drawn afresh, 10 %"]
    assert perturbed(EXACT, "field", []) == []
    assert len({source.experiment.id for source in perturbed(EXACT, "constant", [0.1, 0.2])}) == 3
