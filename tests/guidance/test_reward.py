"""Reward guidance: the law it samples at w = 1, its two forms, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from scipy import stats

from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.metrics.exact import exact_values
from gdviz.sweep import Chunk, SweepOptions, sweep

MIXTURE = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
        {"mean": [3, 1], "covariance": [[0.2, 0], [0, 0.4]], "label": "b"},
    ],
}
ATOMS = {"kind": "swiss_roll", "n": 200}
FALSE_ALARM = 1e-5
PARTICLES = 4096


def expression(text: str) -> dict[str, Any]:
    return {"kind": "expression", "expression": text}


def built(reward: dict[str, Any], form: str = "reward", target: dict[str, Any] = MIXTURE, steps: int = 300) -> Built:
    guidance = {"kind": "reward", "form": form, "reward": reward}
    sampler = {"kind": "ancestral" if target is ATOMS else "ddpm", "steps": steps}
    return Experiment.parse({"target": target, "guidance": guidance, "sampler": sampler, "w": [0]}).build()


def rewards(built: Built, w: list[float], *, halved: bool = False) -> torch.Tensor:
    """r at the end points, [W, PARTICLES]."""
    run = sweep(built.plan, built.sampler, built.levels, SweepOptions(tuple(w), PARTICLES, 7, halvings=int(halved)))
    x = torch.cat([item.x for item in run if isinstance(item, Chunk)], 1).double()
    assert built.plan.reward is not None
    return built.plan.reward(built.law.nearest(x))


@pytest.mark.parametrize(
    ("reward", "target"),
    [
        (expression("0.05 + exp(-((x-2)**2 + (y-1)**2)/2)"), MIXTURE),  # closed form
        (expression("0.2 + sigmoid(4*x - 8*y)"), MIXTURE),  # from tables
        (expression("where(x > 1, 2, 0.1)"), MIXTURE),
        (expression("1 + abs(x)"), ATOMS),  # reweighted
    ],
)
def test_w_one_samples_the_tilted_law(reward: dict[str, Any], target: dict[str, Any]) -> None:
    """E r at w = 1 is E r^2 / E r, within z standard errors plus the change under halved steps."""
    scene = built(reward, target=target)
    exact = exact_values(scene.plan, scene.sampler)
    z = -stats.norm.ppf(FALSE_ALARM / 2)
    fine, coarse = rewards(scene, [0.0, 1.0]), rewards(scene, [0.0, 1.0], halved=True)  # [2, PARTICLES]
    for r, half, value in zip(fine, coarse, (exact.mean_reward_w0, exact.mean_reward_w1), strict=True):
        assert value is not None
        error = float(r.std()) / PARTICLES**0.5
        assert abs(float(r.mean()) - value) < z * error + abs(float(r.mean() - half.mean()))
        assert exact.mean_reward_w1 - exact.mean_reward_w0 > 8 * error  # the two are told apart


@pytest.mark.slow
def test_cost_form_lowers_the_mean_reciprocal_and_samples_the_costly_law_at_minus_one() -> None:
    scene = built(expression("0.2 + sigmoid(4*x - 8*y)"), "cost")
    exact = exact_values(scene.plan, scene.sampler)
    assert scene.plan.baseline == pytest.approx(exact.mean_reciprocal_w0, rel=1e-9)
    z = -stats.norm.ppf(FALSE_ALARM / 2)
    w = [-1.0, 0.0, 1.0]
    fine, coarse = 1 / rewards(scene, w), 1 / rewards(scene, w, halved=True)  # [3, PARTICLES]
    means = fine.mean(1)  # [3]
    errors = z * fine.std(1) / PARTICLES**0.5 + (means - coarse.mean(1)).abs()  # [3]
    assert exact.mean_reciprocal_w0 is not None
    assert abs(float(means[1]) - exact.mean_reciprocal_w0) < float(errors[1])
    assert scene.plan.away is not None
    costly = 1 / scene.plan.reward(scene.plan.away.sample(100_000, torch.Generator().manual_seed(0)).x)  # type: ignore[misc]
    assert abs(float(means[0] - costly.mean())) < float(errors[0]) + z * float(costly.std()) / 100_000**0.5
    assert float(means[2]) < exact.mean_reciprocal_w0 - float(errors[2])


def test_the_plan_names_its_laws() -> None:
    seek, avoid = built(expression("exp(x)")).plan, built(expression("exp(x)"), "cost").plan
    assert (seek.unguided.name, seek.toward.name, seek.away.name) == ("p(x)", "p(x) r(x) / E r", "p(x)")  # type: ignore[union-attr]
    assert (avoid.unguided.name, avoid.toward.name, avoid.away.name) == ("p(x)", "p(x)", "p(x) J(x) / E J")  # type: ignore[union-attr]
    assert (seek.identity, avoid.identity) == ("mean_reward", "mean_reciprocal")


def test_the_goal_is_the_tilted_law_in_both_forms() -> None:
    draws = []
    for form in ("reward", "cost"):
        (goal,) = built(expression("exp(x/2)"), form).plan.goals
        assert goal.name == "tilted"
        draws.append(goal.draw(1.0, 20_000, torch.Generator().manual_seed(1)))
    torch.testing.assert_close(draws[0], draws[1])


def test_a_goal_that_does_not_exist_draws_nothing() -> None:
    (goal,) = built(expression("exp(x**2)"), "cost").plan.goals  # E 1/r is finite, E r is not
    assert goal.draw(1.0, 10, torch.Generator()) is None


def test_class_probability_as_reward_is_guided_by_the_conditional_law() -> None:
    plan = built({"kind": "class_probability", "label": "b"}).plan
    assert plan.baseline == pytest.approx(0.5)
    x = torch.randn(50, 2, dtype=torch.float64)
    assert plan.toward is not None
    torch.testing.assert_close(plan.toward.score(x, 0.3), plan.unguided.given("b").score(x, 0.3))


@pytest.mark.parametrize(
    ("reward", "message"),
    [
        (expression("x"), "found r = "),
        (expression("sin(3*y)"), "add a constant"),
        ({"kind": "linear", "direction": [1, 0]}, "wrap it as"),
        (expression("exp(x**2)"), "E r infinite"),
        ({"kind": "class_probability", "label": "z"}, "allowed: a, b"),
    ],
)
def test_rewards_that_cannot_guide_are_refused(reward: dict[str, Any], message: str) -> None:
    with pytest.raises(GdvizError, match=message):
        built(reward)


def test_the_examples_of_the_card_run() -> None:
    from gdviz.guidance.reward import RewardGuidance

    for example in RewardGuidance.examples:
        scene = Experiment.parse({"target": MIXTURE, "guidance": {"kind": "reward", **example}, "w": [0]}).build()
        score = scene.plan.rule(torch.zeros(3, 2), next(iter(scene.levels.moments())), None)[0].total
        assert bool(torch.isfinite(score).all())


def test_a_named_reward_is_called_so_and_one_without_a_name_changes_no_id() -> None:
    plain = {"kind": "reward", "reward": expression("1 + x**2")}
    made = {"target": MIXTURE, "w": [0, 1]}
    unnamed, named = (Experiment.parse(made | {"guidance": plain | name}) for name in ({}, {"name": "far out"}))
    assert "name" not in unnamed.model_dump()["guidance"] and '"name"' not in unnamed.canonical()
    assert Experiment.parse(made | {"guidance": plain | {"name": None}}).id == unnamed.id != named.id
    assert Experiment.from_json(named.canonical()) == named and named.build().plan.reward_title == "far out"
    assert unnamed.build().plan.reward_title == "r(x)"
    for wrong in ("", "x" * 41):
        with pytest.raises(GdvizError, match=r"guidance\.name"):
            Experiment.parse(made | {"guidance": plain | {"name": wrong}})
