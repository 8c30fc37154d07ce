"""Feedback guidance: p(x | c) out of a diluted model, exactly, and what a wrong belief does."""

from __future__ import annotations

import math

import pytest
import torch
from guidance.simulated import means

from gdviz.diffusion.spacings.logit import Logit
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import GuidanceContext, Guide
from gdviz.guidance.feedback import FeedbackGuidance
from gdviz.laws import FullComponents, Mixture
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores.exact import ExactScores

LAW = Mixture(
    FullComponents(torch.tensor([[-1.0, 0], [1.5, 0.5], [0, 2]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.tensor([0.2, 0.3, 0.5]).log(),
    torch.tensor([0, 1, 0]),
    ("a", "b"),
)
MOMENTS = list(Logit().build(20).moments())
X = 1.5 * torch.randn(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def plan(**fields):
    return FeedbackGuidance(label="b", **fields).build(GuidanceContext(LAW, ExactScores()))


@pytest.mark.parametrize("share", [0.2, 0.8, 0.999])
def test_at_w_1_it_is_the_score_of_the_conditional_law(share):
    """At every level, though the rule has seen the scores of the diluted law and of p alone."""
    built = plan(share=share, most=1e6)
    for moment in MOMENTS:
        log_q = torch.logaddexp(
            LAW.given("b").log_density(X, moment.t) + math.log(share), LAW.log_density(X, moment.t) + math.log(1 - share)
        )
        assert torch.allclose(built.unguided.log_density(X, moment.t), log_q)
        likely = LAW.log_posterior("b")(X, moment.t) > math.log(1e-4)  # beyond it the bound on lambda holds it back
        total, exact = Guide(built.rule, 1.0)(X, moment).total, LAW.given("b").score(X, moment.t)
        assert int(likely.sum()) > 50 and torch.allclose(total[likely], exact[likely], rtol=1e-6, atol=1e-6)


def test_its_samples_are_those_of_the_conditional_law():
    """Mean and second moment of p(x | b), and the share of samples nearer to the other modes, which the diluted law has."""

    def read(x):
        return torch.cat([x, x.square(), (LAW.nearest_index(x) != 1)[:, None].double()], 1)  # [n, 5]

    built = plan(share=0.7)
    exact = read(LAW.given("b").sample(400_000, torch.Generator().manual_seed(1)).x)  # [n, 5]
    found = means(built, Ddpm(steps=150), 1.0, read)
    for each, mean, error in zip(found, exact.mean(0), exact.std(0) / len(exact) ** 0.5, strict=True):
        assert each.agrees(float(mean), far=4 * float(error))
    diluted = means(built, Ddpm(steps=150), 0.0, read)
    assert not diluted[4].agrees(float(exact[:, 4].mean()))


def test_a_share_assumed_too_small_pushes_too_far_and_a_share_of_one_does_nothing():
    moment = MOMENTS[12]
    none, true, wrong = (Guide(plan(share=s, assumed=a).rule, 1.0)(X, moment) for s, a in ((1, 1), (1, None), (1, 0.8)))
    assert torch.equal(none.total, none.base) and torch.equal(true.total, true.base)
    cfg = wrong.push / (none.base - LAW.score(X, moment.t))  # lambda - 1, whatever the coordinate
    assert bool((cfg > 0).all()) and torch.allclose(cfg[:, 0], cfg[:, 1])


def test_the_scale_is_bounded_where_the_belief_cannot_be():
    """r below 1 - assumed: the mixture that is believed in has no such point."""
    moment = MOMENTS[12]
    guided = Guide(plan(share=1, assumed=0.3, most=7).rule, 1.0)(X, moment)
    scale = 1 + (guided.push / (guided.base - LAW.score(X, moment.t)))[:, 0]
    r = (LAW.given("b").log_density(X, moment.t) - LAW.log_density(X, moment.t)).exp()
    believed = r > 0.7
    assert 20 < int(believed.sum()) < 180
    assert torch.allclose(scale[~believed], torch.full_like(scale[~believed], 7.0))
    assert torch.allclose(scale[believed], (r / (r - 0.7)).clamp_max(7)[believed])


def test_scores_without_densities_are_refused():
    target = {
        "kind": "gaussian_mixture",
        "components": [{"mean": [k], "covariance": [[1]], "label": label} for k, label in enumerate("ab")],
    }
    score = {"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "inward", "size": 0.1}}
    with pytest.raises(GdvizError, match=r"score: found scores that know no densities.*allowed: exact scores\.$"):
        Experiment.parse({"target": target, "guidance": {"kind": "feedback", "label": "b"}, "score": score, "w": [0]}).build()
