"""The loop: it can be left and taken up again, fits any module, and refuses what cannot be trained."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from tasks import TARGET, tiny
from torch import nn

from gdviz.checkpoints import TrainingReport
from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.training import Fitting, Task, TrainingState, TrainingStep, assess, train, untrained
from gdviz.training.fitting import rate_share

TILTED = {"what": "tilted", "reward": {"kind": "expression", "expression": "exp(x)"}}


def last(task: Task, **how: object) -> TrainingStep:
    *_, step = train(task, **how)
    return step


def same(first: Checkpoint, second: Checkpoint) -> bool:
    return first.to_bytes() == second.to_bytes()


# ---------------------------------------------------------------------- leaving and going on
@pytest.mark.parametrize("changes", [{}, {"what": "conditional"}, {"what": "classifier"}, TILTED], ids=str)
def test_an_interrupted_training_ends_as_one_that_was_not(changes):
    """Bit for bit, through the bytes of its state, and with several pools of points in between."""
    task = tiny(90, seed=5, **changes)
    whole = last(task)
    state = None
    for stop in (1, 40, 41, 90):
        for step in train(task, None if state is None else TrainingState.from_bytes(state)):
            if step.step == stop:
                state = step.state().to_bytes()
                break
    assert same(step.checkpoint(), whole.checkpoint())
    assert step.ema_loss == whole.ema_loss
    assert step.cpu_seconds > 0


def test_it_meets_the_same_pools_after_an_interruption():
    task = tiny(20).model_copy(update={"recipe": tiny().recipe.model_copy(update={"batch": 16_384})})  # four steps a pool
    for step in train(task):
        if step.step == 9:
            state = step.state()
    assert same(last(task, resume=state).checkpoint(), step.checkpoint())


def test_a_seed_is_a_training():
    assert same(last(tiny(30, seed=1)).checkpoint(), last(tiny(30, seed=1)).checkpoint())
    first, second = (last(tiny(30, seed=seed)).checkpoint().tensors["first.weight"] for seed in (1, 2))
    assert not torch.equal(first, second)


def test_training_leaves_the_programs_randomness_alone():
    torch.manual_seed(0)
    wanted = torch.randn(3)
    torch.manual_seed(0)
    last(tiny(3))
    assert torch.equal(torch.randn(3), wanted)


def test_steps_are_counted_and_timed():
    steps = list(train(tiny(25)))
    assert [step.step for step in steps] == list(range(1, 26)) and steps[0].steps == 25
    assert all(a.seconds < b.seconds and a.cpu_seconds <= b.cpu_seconds for a, b in pairwise(steps))
    smoothed = steps[0].loss
    for step in steps[1:]:
        smoothed = 0.99 * smoothed + 0.01 * step.loss
    assert steps[-1].ema_loss == pytest.approx(smoothed)


def test_the_beginning_is_the_untrained_network():
    fresh, begun = untrained(tiny()), next(iter(train(tiny()))).checkpoint()
    assert fresh.about["steps"] == 0
    assert torch.allclose(fresh.tensors["first.weight"], begun.tensors["first.weight"], atol=1e-3)


# ---------------------------------------------------------------------- what is refused
def test_what_cannot_be_trained_is_refused_in_a_sentence():
    plain = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]]}]}
    for what in ("conditional", "classifier"):
        with pytest.raises(GdvizError, match=f"found '{what}', but this target has no labels"):
            last(Task.parse({"target": plain, "what": what, "steps": 5}))
    difference = Task.parse({"target": TARGET, **TILTED, "recipe": {"tilt": "difference"}, "steps": 5})
    with pytest.raises(GdvizError, match="train that one first"):
        last(difference)
    for value in ({"target": TARGET, "what": "tilted"}, {"target": TARGET, "reward": TILTED["reward"]}):
        with pytest.raises(GdvizError, match="a reward is given for what = 'tilted'"):
            Task.parse(value)


def test_a_foreign_or_damaged_state_is_refused():
    state = next(iter(train(tiny(5)))).state()
    with pytest.raises(GdvizError, match="another task"):
        last(tiny(6), resume=state)
    fewer = {name: value for name, value in state.tensors.items() if not name.startswith("exp_avg.first")}
    for tensors in (fewer, {**state.tensors, "generator": torch.zeros(3, dtype=torch.uint8)}):
        with pytest.raises(GdvizError, match="damaged state"):
            last(tiny(5), resume=TrainingState(tensors, state.numbers))
    with pytest.raises(GdvizError, match=r"^checkpoint: found"):
        TrainingState.from_bytes(state.to_bytes()[:-50])


def test_a_loss_that_leaves_the_numbers_is_said():
    wild = tiny(400).model_copy(update={"recipe": tiny().recipe.model_copy(update={"rate": 1.0, "activation": "gelu"})})
    try:
        final = last(wild)
    except GdvizError as error:
        assert "a smaller recipe.rate" in str(error)
    else:
        assert math.isfinite(final.loss)


# ---------------------------------------------------------------------- fitting any module
def test_any_module_can_be_fitted():
    """Least squares through noise: the averaged weights come near the solution in closed form."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(400, 3, generator=generator)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(400, 1, generator=generator)
    torch.manual_seed(1)
    line = nn.Linear(3, 1)
    fitting = Fitting(line, 600, rate=0.05, averaging=0.9)
    for _ in range(600):
        fitting.descend(nn.functional.mse_loss(line(x), y))
    best = torch.linalg.lstsq(torch.cat([x, torch.ones(400, 1)], 1), y).solution[:, 0]
    averaged = fitting.averaged()
    assert torch.allclose(torch.cat([averaged["weight"][0], averaged["bias"]]), best, atol=1e-3)


def test_a_weight_that_the_loss_does_not_touch_stays_and_is_no_hindrance():
    """And what is fitted is the module's own weights, whoever holds them."""
    both = nn.ModuleDict({"used": nn.Linear(2, 1), "unused": nn.Linear(2, 1), "frozen": nn.Linear(2, 1).requires_grad_(False)})
    kept = {name: value.clone() for name, value in both.state_dict().items()}
    held = both["used"].weight
    fitting = Fitting(both, 20, rate=0.1, averaging=0.5)
    for _ in range(20):
        fitting.descend(both["used"](torch.ones(1, 2)).square().sum())
    now = both.state_dict()
    assert all(torch.equal(now[name], kept[name]) == ("used." not in name.replace("unused", "")) for name in kept)
    assert held is both["used"].weight and not torch.equal(held, kept["used.weight"])
    assert fitting.averaged().keys() == kept.keys()


def test_the_average_is_an_exponential_moving_average():
    line = nn.Linear(2, 1)
    fitting, by_hand = Fitting(line, 50, rate=0.1, averaging=0.8), None
    for _ in range(50):
        fitting.descend(line(torch.randn(8, 2)).square().mean())
        now = line.weight.detach().clone()
        by_hand = now if by_hand is None else 0.8 * by_hand + 0.2 * now
    assert torch.allclose(fitting.averaged()["weight"], by_hand, atol=1e-6)
    assert not torch.allclose(by_hand, now)


def test_gradients_are_clipped():
    """A loss a million times as steep moves the weights no farther (Adam's first step is rate times the sign)."""
    for steepness in (1.0, 1e6):
        line = nn.Linear(2, 1)
        fitting = Fitting(line, 100, rate=0.1, averaging=0.9)
        fitting.descend(steepness * line(torch.ones(1, 2)).sum())
        norm = math.sqrt(sum(float(weight.grad.square().sum()) for weight in line.parameters()))
        assert norm == pytest.approx(1.0, rel=1e-3)


def test_the_rate_rises_and_falls():
    share = [rate_share(step, 4000) for step in range(4000)]
    assert share[0] == pytest.approx(0.01, rel=1e-3) and max(share) > 0.99 and share[-1] < 1e-6
    top = share.index(max(share))
    assert top == 99 and all(a > b for a, b in pairwise(share[top:]))
    assert 0 < rate_share(0, 1) <= 1


# ---------------------------------------------------------------------- what is known of it
def test_an_assessment_of_the_truth_is_no_error():
    """A network that starts as sqrt(t) x is exact for N(0, 1): error 0; for another law it is not."""
    for variance, error in ((1.0, 0.0), (0.25, None)):
        target = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[variance]]}]}
        task = tiny().model_copy(update={"target": Task.parse({"target": target}).target})
        found = assess(task, untrained(task), points=2000)
        if error is not None:
            assert found.score_error == pytest.approx(0, abs=1e-5) and found.low_noise_error == pytest.approx(0, abs=1e-5)
        else:
            assert 0.1 < found.score_error < 1 and found.low_noise_error > found.score_error
        assert found.cloud.shape == (400, 1) and len(found.by_level) == 12


def test_each_score_of_a_network_has_an_error_of_its_own():
    """A network that starts as sqrt(t) x, for classes N(0, 1) and N(1, 1): exact for one of its three scores, said of each.

    By quadrature over the levels: eps* of N(1, 1) is sqrt(t) (x - sqrt(1-t)), so E |eps - eps*|^2 = t (1 - t) and
    E |eps*|^2 = t. The root of the ratio of their means over 5,000 points has a relative standard error of 1 %.
    """
    parts = [{"mean": [0], "covariance": [[1]], "label": "a"}, {"mean": [1], "covariance": [[1]], "label": "b"}]
    task = Task.parse({"target": {"kind": "gaussian_mixture", "components": parts}, "what": "conditional", "steps": 1})
    found = assess(task, untrained(task))
    error = dict(found.by_part)
    levels = LinearBeta().build(1000).t[:-1]
    expected = float(np.sqrt((levels * (1 - levels)).mean() / levels.mean()))
    assert list(error) == ["p(x)", "p(x | b)", "p(x | a)"]
    assert error["p(x | a)"] == pytest.approx(0, abs=1e-5) and error["p(x | b)"] == pytest.approx(expected, rel=0.05)
    assert 0 < error["p(x)"] < error["p(x | b)"] == found.score_error
    assert max(error for _, error in found.by_level) > found.score_error  # it is larger where there is less noise
    report = TrainingReport("t", 1, 1, 0, 0, 0, 0).with_(found, 1)
    assert TrainingReport.from_json(report.to_json()).by_part == found.by_part
    assert "0.0 % of p(x | a)" in report.error_words and f"{100 * found.score_error:.1f} % of p(x | b)" in report.error_words


@pytest.mark.slow
def test_training_lowers_the_error():
    for changes in ({"what": "conditional"}, {"what": "classifier"}):
        narrow = {**TARGET, "components": [{**part, "covariance": [[0.03]]} for part in TARGET["components"]]}
        asked = tiny(700, **changes).model_dump(mode="json")
        task = Task.parse({**asked, "target": narrow, "recipe": {**asked["recipe"], "averaging": 0.95}})
        before, after = (assess(task, c, points=2000).score_error for c in (untrained(task), last(task).checkpoint()))
        assert after < 0.6 * before, changes


def test_a_black_box_without_an_exact_answer_has_no_score_error():
    """d = 3 and no closed form: the reward is called on clean points, and the error is unknown."""
    target = {"kind": "gaussian_mixture", "components": [{"mean": [0, 0, 0], "covariance": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}]}
    task = Task.parse(
        {
            "target": target,
            **TILTED,
            "reward": {"kind": "expression", "expression": "1 + abs(x*y)"},
            "steps": 4,
            "recipe": {"batch": 16},
        }
    )
    found = assess(task, last(task).checkpoint(), points=500)
    assert found.score_error is None and found.by_level == () and found.cloud.shape == (400, 3)
