"""Away from the class that the wanted one is most easily taken for."""

from __future__ import annotations

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.guidance import GuidanceContext
from gdviz.guidance.confusing_class import ConfusingClass, most_confused
from gdviz.laws import FullComponents, Mixture, SampledLaw
from gdviz.scores.exact import ExactScores


def law(means, labels=("a", "b", "c")):
    return Mixture(
        FullComponents(torch.tensor(means), 0.3 * torch.eye(2).repeat(len(means), 1, 1)),
        torch.zeros(len(means)),
        torch.arange(len(means)),
        labels,
    )


LAW = law([[0.0, 0], [3, 0], [-1, 0.5]])


def build(of=LAW, **fields):
    return ConfusingClass(label="a", **fields).build(GuidanceContext(of, ExactScores()))


def test_the_nearest_class_is_the_confusing_one():
    assert most_confused(LAW, "a") == "c" and most_confused(LAW, "b") == "a"
    samples = LAW.sample(3000, torch.Generator().manual_seed(0))
    classify = lambda x: torch.stack([LAW.log_posterior(name)(x) for name in LAW.labels], -1)  # noqa: E731
    assert most_confused(SampledLaw(samples.x, samples.label, LAW.labels, classify), "a") == "c"


@pytest.mark.parametrize(("fields", "away"), [({}, "c"), ({"against": "b"}, "b")])
def test_the_push_leads_from_one_class_to_the_other(fields, away):
    plan, x = build(**fields), torch.randn(20, 2, dtype=torch.float64)
    assert plan.identity is None and plan.unguided.name == "p(x | a)" and [goal.name for goal in plan.goals] == ["conditional"]
    for t in (0.7, 0.1):
        toward, push, _ = plan.rule.pair(x, t)
        assert torch.allclose(toward, LAW.given("a").score(x, t))
        assert torch.allclose(push, LAW.given("a").score(x, t) - LAW.given(away).score(x, t))


@pytest.mark.parametrize(
    ("of", "fields", "message"),
    [
        (LAW, {"against": "a"}, "against: found 'a', the class that samples are guided to"),
        (LAW, {"against": "z"}, "allowed: a, b, c"),
        (law([[0.0, 0]], ("a",)), {}, "the target's only one"),
    ],
)
def test_a_class_that_cannot_be_left_is_refused(of, fields, message):
    with pytest.raises(GdvizError, match=message):
        build(of, **fields)
