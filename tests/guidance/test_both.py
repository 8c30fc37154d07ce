"""Several methods at once: what is added up, what is aimed at, and what is refused."""

from __future__ import annotations

import pytest
import torch

from gdviz.diffusion.spacings.logit import Logit
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import GUIDANCE, GuidanceContext, Guide
from gdviz.guidance.both import Both
from gdviz.laws import FullComponents, Mixture
from gdviz.scores.exact import ExactScores

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
CONTEXT = GuidanceContext(LAW, ExactScores())
X = torch.randn(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
MOMENTS = list(Logit().build(12).moments())


def by_class(label):
    return {"kind": "reward", "reward": {"kind": "class_probability", "label": label}}


TILT = {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x/2)"}}
AHEAD = {"kind": "look_ahead", "reward": {"kind": "expression", "expression": "exp(x/2)"}}


def both(*parts, **more):
    return Both(parts=tuple({"weight": weight, "guidance": guidance} for weight, guidance in parts), **more)


@pytest.mark.parametrize(
    "parts",
    [
        [(1, by_class("b")), (0.5, TILT)],
        [(1, by_class("a")), (-0.7, by_class("b"))],
        [(1, {"kind": "cfg", "label": "b"}), (2, {"kind": "apg", "label": "b"}), (-1, {"kind": "confusing_class", "label": "b"})],
        [(2, AHEAD), (1, {**TILT, "schedule": {"kind": "linear"}})],
    ],
    ids=["a label and a reward", "a negative label", "three on p(x | b)", "schedules of their own"],
)
def test_the_push_is_the_weighed_sum_of_the_parts(parts):
    """Each part runs on its own beside it, with its own memory and schedule."""
    together = Guide(both(*parts, schedule={"kind": "cosine"}).build(CONTEXT).rule, 1.3)
    alone = [(weight, Guide(GUIDANCE.parse(guidance).build(CONTEXT).rule, 1.0)) for weight, guidance in parts]
    omega = both(*parts, schedule={"kind": "cosine"}).schedule.omega
    for moment in MOMENTS:
        each = [(weight, guide(X, moment)) for weight, guide in alone]
        wanted = each[0][1].base + 1.3 * omega(moment) * sum(weight * (g.total - g.base) for weight, g in each)
        assert torch.allclose(together(X, moment).total, wanted, rtol=1e-9, atol=1e-9)


def test_a_label_and_a_reward_are_held_against_the_law_with_both():
    plan = both((1, by_class("b")), (0.5, TILT)).build(CONTEXT)
    (goal,) = plan.goals
    x = goal.draw(1.0, 40_000, torch.Generator().manual_seed(0))
    given = LAW.given("b").sample(400_000, torch.Generator().manual_seed(1)).x
    weights = torch.softmax(given[:, 0] / 4, 0)  # r^(1/2) = exp(x / 4)
    wanted, ess = weights @ given, 1 / float(weights.square().sum())
    error = (x.var(0) / len(x) + x.var(0) / ess).sqrt()  # [2]
    assert bool(((x.mean(0) - wanted).abs() < 4 * error).all())
    assert torch.allclose(plan.reward.log(X), LAW.log_posterior("b")(X) + X[:, 0] / 4)
    assert plan.reward_title == "r(x) r(x)^0.5" and plan.identity is None and plan.unguided is LAW


def test_methods_that_aim_at_one_law_keep_it_as_their_goal():
    plan = both((1, {"kind": "cfg", "label": "b"}), (1, {"kind": "confusing_class", "label": "b"})).build(CONTEXT)
    assert [goal.name for goal in plan.goals] == ["conditional"]
    assert both((1, {"kind": "none"}), (1, TILT)).build(CONTEXT).goals == ()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([{"kind": "cfg", "label": "a"}, {"kind": "cfg", "label": "b"}], r"parts\[1\].guidance: found the base p\(x \| b\)"),
        ([TILT, {"kind": "cfg", "label": "b"}], "all methods need one base law"),
        ([TILT, {"kind": "damped_look_ahead", "reward": TILT["reward"]}], "found 'damped_look_ahead', which is not proportional"),
        ([TILT], "parts"),
        ([TILT] * 5, "parts"),
        ([TILT, {"kind": "both", "parts": [{"guidance": TILT}, {"guidance": TILT}]}], "found 'both' inside 'both'"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, message):
    target = {
        "kind": "gaussian_mixture",
        "components": [{"mean": [k, 0], "covariance": [[1, 0], [0, 1]], "label": label} for k, label in enumerate("ab")],
    }
    guidance = {"kind": "both", "parts": [{"guidance": part} for part in parts]}
    with pytest.raises(GdvizError, match=message):
        Experiment.parse({"target": target, "guidance": guidance, "w": [0]}).build()
