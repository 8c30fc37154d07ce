"""What is known exactly of guided laws, where Monte Carlo can and cannot see it; what is refused."""

from __future__ import annotations

import copy
import math
from itertools import pairwise
from typing import Any

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guided_law import GuidedLaw, guided_laws, refusal
from gdviz.metrics import exact_values
from gdviz.rewards import RewardContext, build_reward
from gdviz.rewards.exp import Exp
from gdviz.rewards.linear import Linear

START = {"kind": "logit", "start": 1 - 1e-9, "stop": 1e-6}
"""Ends at which the start's bias and the last noise are nothing."""

SURROUNDED: dict[str, Any] = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 0.5, "mean": [0], "covariance": [[1]], "label": "0"},
            {"weight": 0.25, "mean": [1], "covariance": [[1]], "label": "1"},
            {"weight": 0.25, "mean": [-1], "covariance": [[1]], "label": "1"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "1"},
    "sampler": {"kind": "ddpm", "steps": 100, "levels": START},
    "w": [0],
}
FAR = copy.deepcopy(SURROUNDED)
FAR["target"]["components"] = [
    {"mean": [-2.5], "covariance": [[1]], "label": "0"},
    {"mean": [2.5], "covariance": [[1]], "label": "1"},
]
PLANE: dict[str, Any] = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 1, "mean": [1, 0], "covariance": [[0.5, 0.1], [0.1, 0.6]], "label": "a"},
            {"weight": 2, "mean": [-1, 0.5], "covariance": [[0.7, 0], [0, 0.4]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "a"},
    "sampler": {"kind": "ancestral", "steps": 100, "levels": START},
    "w": [0],
}


def laws(description: dict[str, Any], *w: float, **changes: Any) -> tuple[GuidedLaw, ...]:
    built = Experiment.parse(description | changes).build()
    return guided_laws(built.plan, built.sampler, built.levels, w, steps=100)


def reward(expression: str, form: str = "reward") -> dict[str, Any]:
    return {"kind": "reward", "form": form, "reward": {"kind": "expression", "expression": expression}}


@pytest.mark.parametrize(("description", "exact"), [(SURROUNDED, 2), (FAR, 2), (PLANE, 3)], ids=["surrounded", "far", "plane"])
def test_without_guidance_the_mean_of_one_over_p_is_one_over_the_weight(description, exact):
    """Also where a million samples cannot show it: two classes five apart."""
    (law,) = laws(description, 0.0)
    assert law.mean_reciprocal == pytest.approx(exact, rel=1e-4)
    assert law.mass == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("description", [SURROUNDED, FAR, PLANE], ids=["surrounded", "far", "plane"])
def test_at_minus_one_cfg_samples_the_plain_law(description):
    (law,) = laws(description, -1.0)
    built = Experiment.parse(description).build()
    points = torch.stack(torch.meshgrid(*law.axes, indexing="ij"), -1)  # [n_1, .., n_d, d]
    plain = built.law.log_density(points, 1e-6).exp()
    torch.testing.assert_close(law.density, plain, rtol=1e-4, atol=1e-4 * float(plain.max()))


@pytest.mark.parametrize("description", [SURROUNDED, PLANE], ids=["line", "plane"])
def test_the_slope_at_zero(description):
    """d/dw E 1/p = -(2 / p(c)) KL(p || p(. | c)), by quadrature, against a central difference of the laws."""
    h = 0.005
    below, above = laws(description, -h, h)
    built = Experiment.parse(description).build()
    exact = exact_values(built.plan, built.sampler)
    assert (above.mean_reciprocal - below.mean_reciprocal) / (2 * h) == pytest.approx(exact.slope_mean_reciprocal_w0, rel=2e-3)


@pytest.mark.parametrize(
    ("description", "expression"),
    [(SURROUNDED, "0.05 + exp(-(x-2)**2/2)"), (PLANE, "0.1 + exp(-((x-1)**2 + y**2)/2)"), (SURROUNDED, "1 + tanh(3*x)/2")],
    ids=["bump", "plane", "table"],
)
def test_a_reward_sought_at_one_gives_the_tilted_law(description, expression):
    """E r = E r^2 / E r at w = 1; the last reward has no closed form, its scores are tables with an error of their own."""
    zero, one = laws(description, 0.0, 1.0, guidance=reward(expression))
    built = Experiment.parse(description | {"guidance": reward(expression)}).build()
    exact = exact_values(built.plan, built.sampler)
    assert zero.mean_reward == pytest.approx(exact.mean_reward_w0, rel=1e-4)
    assert one.mean_reward == pytest.approx(exact.mean_reward_w1, rel=1e-4)
    assert zero.mean_reciprocal == pytest.approx(exact.mean_reciprocal_w0, rel=1e-4)


def test_guidance_improves_the_mean_at_every_strength():
    """E 1/p falls with w and every error stays far below the step from one w to the next."""
    found = laws(SURROUNDED, *range(11))
    falls = [a.mean_reciprocal - b.mean_reciprocal for a, b in pairwise(found)]
    assert min(falls) > 10 * max(law.error_reciprocal for law in found)


@pytest.mark.slow
def test_an_infinite_mean_is_not_a_number():
    """r a narrow bump: 1/r grows like the inverse of the density, and faster."""
    (law,) = laws(SURROUNDED, 0.0, guidance=reward("exp(-x**2)"))
    assert law.mean_reciprocal is None and law.error_reciprocal is None
    assert law.mean_reward is not None


@pytest.mark.slow
def test_a_schedule_that_is_off_at_low_noise():
    """Guidance limited to noise that is never met changes nothing; limited to all of it, everything."""
    plain, full = laws(SURROUNDED, 0.0, 3.0)

    def limited(low: float, high: float) -> GuidedLaw:
        schedule = {"kind": "interval", "low": low, "high": high}
        return laws(SURROUNDED, 3.0, guidance={"kind": "cfg", "label": "1", "schedule": schedule})[0]

    assert limited(0.0, 1e-7).mean_reciprocal == pytest.approx(plain.mean_reciprocal, rel=1e-4)
    assert limited(0.0, 1.0).mean_reciprocal == pytest.approx(full.mean_reciprocal, rel=1e-4)
    middle = limited(0.2, 0.8)
    assert full.mean_reciprocal + 0.02 < middle.mean_reciprocal < plain.mean_reciprocal - 0.02
    assert middle.mass == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["linear", "beta", "cosine", "clamped"])
def test_a_schedule_that_changes_all_the_way(kind):
    """The mass is 1 at every w, and a mean weight of 1 improves about as much as a constant one."""
    found = laws(SURROUNDED, 0.0, 2.0, 10.0, guidance={"kind": "cfg", "label": "1", "schedule": {"kind": kind}})
    assert all(law.mass == pytest.approx(1, abs=1e-3) for law in found)
    assert all(law.error_reciprocal < 1e-3 for law in found)
    assert found[0].mean_reciprocal > found[1].mean_reciprocal + 0.1 > found[2].mean_reciprocal + 0.4


def test_another_reward_can_be_read_off():
    """E exp(0.3 x) under p(. | a) = N(1, 0.5) in x."""
    built = Experiment.parse(PLANE).build()
    context = RewardContext(2, built.law.log_posterior, built.law.labels)
    measured = build_reward(Exp(of=Linear(direction=(0.3, 0.0))), context)
    (law,) = guided_laws(built.plan, built.sampler, built.levels, [0.0], measured, steps=60)
    assert law.mean_reward == pytest.approx(math.exp(0.3 + 0.3**2 * 0.5 / 2), rel=1e-4)
    assert law.mean_reciprocal == pytest.approx(math.exp(-0.3 + 0.3**2 * 0.5 / 2), rel=1e-4)


POINTS = {"kind": "points", "points": [[0.0, 0.0], [1.0, 0.0]], "labels": ["a", "b"]}
SPACE = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [0, 0, 0], "covariance": torch.eye(3).tolist(), "label": "a"},
        {"mean": [1, 0, 0], "covariance": torch.eye(3).tolist(), "label": "b"},
    ],
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": POINTS}, "no density"),
        ({"target": SPACE}, "3 dimensions"),
        ({"sampler": {"kind": "ddim", "eta": 0, "steps": 20}}, "full noise"),
        ({"sampler": {"kind": "heun", "steps": 20}}, "full noise"),
        ({"sampler": {"kind": "churn", "churn": 0.5, "steps": 20}}, "full noise"),
        ({"guidance": {"kind": "apg", "label": "a"}}, "toward - away"),
    ],
)
def test_what_is_refused(changes, words):
    built = Experiment.parse(PLANE | changes).build()
    assert words in refusal(built.plan, built.sampler)
    with pytest.raises(GdvizError, match="guided law: found"):
        guided_laws(built.plan, built.sampler, built.levels, [1.0])


def test_no_guidance_samples_the_plain_law_at_any_w():
    (law,) = laws(PLANE, 5.0, guidance={"kind": "none"})
    points = torch.stack(torch.meshgrid(*law.axes, indexing="ij"), -1)  # [n_1, n_2, 2]
    plain = Experiment.parse(PLANE).build().law.log_density(points, 1e-6).exp()
    torch.testing.assert_close(law.density, plain, rtol=1e-4, atol=1e-4 * float(plain.max()))
    assert law.mean_reward is None
