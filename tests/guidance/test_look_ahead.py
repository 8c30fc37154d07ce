"""Look-aheads: their gradients against finite differences on every target and reward, their values against closed forms."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import torch
from guidance.simulated import mean_and_variance, means
from scipy.special import dawsn
from targets.cases import EXAMPLES
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.guidance import GuidanceContext, Plan
from gdviz.guidance.look_ahead import LookAhead
from gdviz.guidance.look_aheads import LOOK_AHEADS, LookAheadKind, Seen, log_reward_ahead, see_ahead
from gdviz.guidance.reward import RewardGuidance
from gdviz.laws import FullComponents, Law, Mixture, SharedComponents
from gdviz.laws.posterior import MANY
from gdviz.laws.tilt import tilt
from gdviz.networks import Recipe
from gdviz.networks.denoiser import Denoiser
from gdviz.networks.frozen import Frozen
from gdviz.rewards import REWARDS, Reward, RewardContext, build_reward
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun
from gdviz.scores.exact import ExactScores
from gdviz.sweep import SweepOptions, gathered, sweep

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0.5], [-1, 1.5]]), torch.tensor([[0.6, 0.2], [0.2, 0.4]]).repeat(3, 1, 1)),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
A_BUMP = {"kind": "bumps", "bumps": [{"center": [1, 0.5]}], "floor": 0.1}


def reward(described: dict[str, Any], law: Law = LAW) -> Reward:
    return build_reward(REWARDS.parse(described), RewardContext(law.dimension, law.log_posterior, law.labels))


@dataclass(frozen=True)
class Ahead:
    """A look-ahead of a law and a reward."""

    kind: str = "tweedie"
    reward: Reward = field(default_factory=lambda: reward(A_BUMP))
    law: Law = LAW
    fields: dict[str, Any] = field(default_factory=dict)

    def see(self, x: Tensor, t: float) -> Seen:
        return see_ahead(self._look, self.reward, self.law.score, x, at(t))

    def value(self, x: Tensor, t: float) -> Tensor:
        return log_reward_ahead(self._look, self.reward, self.law.score, x, at(t), gradient=False)[0]

    @property
    def _look(self) -> LookAheadKind:
        return LOOK_AHEADS.parse({"kind": self.kind, **self.fields})


def look(kind: str, described: dict[str, Any] = A_BUMP, law: Law = LAW, **fields: Any) -> Ahead:
    return Ahead(kind, reward(described, law), law, fields)


def at(t: float) -> Moment:
    return Moment(0, t, t / 2, 1 - t, 1 - t / 2, 1)


def noised(law: Law, t: float, n: int = 12) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    clean = law.sample(n, generator).x  # [n, d]
    return math.sqrt(1 - t) * clean + math.sqrt(t) * torch.randn(clean.shape, generator=generator, dtype=torch.float64)


def differences(ahead: Ahead, x: Tensor, t: float, h: float = 1e-5) -> Tensor:
    """The gradient by central differences of the value, [n, d]."""
    steps = h * torch.eye(x.shape[-1], dtype=x.dtype)
    return torch.stack([(ahead.value(x + e, t) - ahead.value(x - e, t)) / (2 * h) for e in steps], -1)


def agree(ahead: Ahead, x: Tensor, t: float) -> bool:
    with torch.no_grad():  # as in a sweep
        seen = ahead.see(x, t)
    wanted = differences(ahead, x, t)
    assert torch.allclose(seen.value, ahead.value(x, t), rtol=1e-9, atol=1e-9)
    assert not seen.gradient.requires_grad and not seen.score.requires_grad
    return torch.allclose(seen.gradient, wanted, rtol=1e-4, atol=1e-5 * (1 + float(wanted.abs().max())))


# ---------------------------------------------------------------------- gradients
KNOWN = [pytest.param(target, id=name) for name, target in EXAMPLES.items() if target.kind_name() != "digits"]
FEW = [{"kind": "tweedie"}, {"kind": "flow_map", "steps": 3}]
LABEL = {"kind": "class_probability", "label": "a"}


@pytest.mark.parametrize("target", KNOWN)
def test_the_score_of_every_target_can_be_differentiated(target):
    law = target.build()
    bump = {"kind": "bumps", "bumps": [{"center": [0.3] * law.dimension, "width": 2}], "floor": 0.1}
    for t in (0.8, 0.05):
        x = noised(law, t)
        for fields in FEW:
            assert agree(look(**fields, described=bump, law=law), x, t)


EVERY_REWARD = [
    pytest.param({"kind": name, **example}, id=f"{name}-{k}")
    for name, kind in REWARDS.kinds.items()
    for k, example in enumerate(kind.examples)
]


@pytest.mark.parametrize("described", EVERY_REWARD)
def test_every_reward_can_be_differentiated(described):
    if REWARDS.kinds[described["kind"]].gives == "potential":
        described = {"kind": "exp", "strength": 0.7, "of": described}
    for kind, t in (("here", 0.5), ("tweedie", 0.3)):
        assert agree(look(kind, described), noised(LAW, t), t)


@pytest.mark.parametrize(
    "formula", ["sqrt(x) if x > 0 else 0.1", "where(x < 0.5, 0.2, 1 + log(x + 0.5))", "exp(-y**2) if radius > 1 else 1 + x**2"]
)
def test_a_branch_that_is_not_taken_has_no_slope(formula):
    """0 times the NaN of sqrt at x < 0 would be NaN."""
    ahead = look("here", {"kind": "expression", "expression": formula})
    x = torch.tensor([[-0.7, 0.3], [0.2, -0.4], [1.3, 0.9]], dtype=torch.float64)
    assert agree(ahead, x, 0.5)


def test_a_plateau_and_the_outside_of_r_give_no_push():
    x = torch.tensor([[-0.7, 0.3], [1.3, 0.9]], dtype=torch.float64)
    plateau = look("here", {"kind": "expression", "expression": "where(x > 0, 2, 0.1)"}).see(x, 0.5)
    assert bool((plateau.gradient == 0).all())
    outside = look("here", {"kind": "expression", "expression": "x"}).see(x, 0.5)
    assert outside.gradient[0].tolist() == [0, 0]
    assert bool(outside.value[0].isnan()) and float(outside.value[1]) == pytest.approx(math.log(1.3))


def test_many_components_and_any_shape():
    means = torch.randn(MANY + 8, 2, generator=torch.Generator().manual_seed(2))
    law = Mixture(FullComponents(means, 0.05 * torch.eye(2).repeat(len(means), 1, 1)), torch.zeros(len(means)))
    ahead, x = look("tweedie", law=law), noised(law, 0.2)
    assert agree(ahead, x, 0.2)
    whole = ahead.see(x.T.reshape(2, 3, 4).movedim(0, -1), 0.2)  # coordinate first, [3, 4, 2]
    assert torch.allclose(whole.gradient.reshape(12, 2), ahead.see(x, 0.2).gradient)
    assert torch.allclose(whole.score.reshape(12, 2), law.score(x, 0.2))
    assert whole.gradient.movedim(-1, 0).is_contiguous() and whole.value.shape == (3, 4)


def test_a_network_can_be_differentiated():
    """The fast evaluation of a frozen network and the one with gradients are the same function."""
    torch.manual_seed(0)
    network = Denoiser(2, 3, Recipe(width=16, frequencies=4))
    torch.nn.init.normal_(network.last.weight)
    network.requires_grad_(False)
    rows, frozen = torch.randn(7, 2), Frozen(network)
    first, difference = frozen.noises(rows, 0.3, (1, 3))
    leaf = rows.clone().requires_grad_(True)
    slow, apart = frozen.noises(leaf, 0.3, (1, 3))
    assert slow.requires_grad and torch.allclose(first, slow, atol=1e-5) and torch.allclose(difference, apart, atol=1e-5)
    (gradient,) = torch.autograd.grad(slow.sum(), leaf)
    step = 1e-2 * torch.eye(2)
    numeric = [(frozen.noises(rows + e, 0.3, (1,))[0] - frozen.noises(rows - e, 0.3, (1,))[0]).sum(-1) / 2e-2 for e in step]
    assert torch.allclose(gradient, torch.stack(numeric, -1), rtol=0.02, atol=0.02)


# ---------------------------------------------------------------------- values
@cache
def gaussian() -> tuple[Mixture, Reward]:
    """N((.4, -.2), .5 I) and r = exp(-|x - (1, 0)|^2)."""
    law = Mixture(FullComponents(torch.tensor([[0.4, -0.2]]), 0.5 * torch.eye(2)[None]), torch.zeros(1))
    return law, reward({"kind": "exp", "of": {"kind": "quadratic", "center": [1, 0], "curvature": 2}}, law)


def value(kind: str, x: Tensor, t: float, **fields: Any) -> Tensor:
    law, r = gaussian()
    return Ahead(kind, r, law, fields).value(x, t)


def test_the_values_on_a_gaussian():
    """X_0 given X_t = x has the mean m, and the deterministic path ends where it keeps its quantile."""
    law, _ = gaussian()
    a, mean, variance = torch.tensor([1.0, 0]), law.components.means[0], 0.5
    for t in (0.999, 0.6, 0.05):
        x = noised(law, t)
        noised_variance = (1 - t) * variance + t
        m = mean + variance * math.sqrt(1 - t) / noised_variance * (x - math.sqrt(1 - t) * mean)  # [n, 2]
        assert torch.allclose(value("tweedie", x, t), -(m - a).square().sum(-1))
        end = mean + math.sqrt(variance / noised_variance) * (x - math.sqrt(1 - t) * mean)  # the whole of the deterministic path
        errors = [float((value("flow_map", x, t, steps=n) + (end - a).square().sum(-1)).abs().max()) for n in (16, 32, 64)]
        assert errors[0] < 0.07 and errors[0] > 2 * errors[1] > 4 * errors[2]  # second order, in the end 4 times less
        assert torch.allclose(value("here", x, t), -(x - a).square().sum(-1))


def test_a_flow_map_of_one_step_is_the_denoiser():
    x = noised(LAW, 0.4)
    assert torch.allclose(look("flow_map", steps=1).value(x, 0.4), look("tweedie").value(x, 0.4), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("kind", "scores"), [("here", 1), ("tweedie", 1), ("flow_map", 3)])
def test_the_score_at_x_is_evaluated_once(kind, scores):
    asked: list[float] = []

    def score(x: Tensor, t: float) -> Tensor:
        asked.append(t)
        return LAW.score(x, t)

    x = noised(LAW, 0.4)
    fields = {"steps": 3} if kind == "flow_map" else {}
    seen = see_ahead(LOOK_AHEADS.parse({"kind": kind, **fields}), reward(A_BUMP), score, x, at(0.4))
    assert torch.allclose(seen.score, LAW.score(x, 0.4)) and len(asked) == scores


def test_a_reward_that_is_not_positive_where_the_look_ahead_lands_is_refused():
    """Positive at both atoms, negative between them: their mean lies there, a noised point too, the end of a path does not."""
    atoms = GuidanceContext(Mixture(SharedComponents(torch.tensor([[-2.0, 0], [2, 0]])), torch.zeros(2)), ExactScores())

    def guidance(kind: str) -> LookAhead:
        return LookAhead(reward={"kind": "expression", "expression": "abs(x) - 0.5"}, look={"kind": kind})

    for kind in ("here", "tweedie"):
        with pytest.raises(GdvizError, match="found r = -0"):
            guidance(kind).build(atoms)
    guidance("flow_map").build(atoms)


# ---------------------------------------------------------------------- where the samples end (MATH section 5)
A, VARIANCE = torch.tensor([1.0, 0], dtype=torch.float64), 0.5
BOWL = {"kind": "exp", "of": {"kind": "quadratic", "center": [1, 0], "curvature": 2}}  # r = exp(-|x - a|^2)
ROUND = Mixture(FullComponents(torch.zeros(1, 2), VARIANCE * torch.eye(2)[None]), torch.zeros(1))
SDE, ODE = Ddpm(steps=200), Heun(steps=60)


def plan(law: Law = ROUND, described: dict[str, Any] = BOWL, **fields: Any) -> Plan:
    return LookAhead(reward=described, **fields).build(GuidanceContext(law, ExactScores()))


def test_the_denoisers_look_ahead_on_a_gaussian():
    """L = strength s^2 = 1/2: the exact tilt is N(a / 2, 1/4); the ODE and the SDE miss it, each in its own way."""
    L = VARIANCE
    ode = 2 * L**0.5 * float(dawsn(L**0.5)), VARIANCE * math.exp(-2 * L)
    sde = 1 - math.exp(-2 * L), VARIANCE * (1 - math.exp(-4 * L)) / (4 * L)
    assert ode == pytest.approx((0.724778, 0.183940), abs=1e-6) and sde == pytest.approx((0.632121, 0.216166), abs=1e-6)
    for sampler, (mean, variance) in ((ODE, ode), (SDE, sde)):
        x, y, spread = mean_and_variance(plan(), sampler, 1.0, mean * A)
        assert x.agrees(mean) and y.agrees(0) and spread.agrees(variance)
        assert not x.agrees(0.5)


def test_the_flow_map_added_to_the_velocity_on_a_gaussian():
    strength, s = 0.3, VARIANCE**0.5
    mean, variance = 1 - math.exp(-math.pi * strength * s), VARIANCE * math.exp(-2 * math.pi * strength * s)
    ahead = plan(look={"kind": "flow_map", "steps": 8}, added_to="velocity")
    x, y, spread = mean_and_variance(ahead, Heun(steps=30), strength, mean * A)
    assert x.agrees(mean, far=0.005) and y.agrees(0) and spread.agrees(variance, far=0.005)


def test_a_linear_reward_on_a_gaussian_is_the_one_that_a_denoiser_sees_exactly():
    """log r of the mean is then log of the mean r but for a constant: the push is that of reward guidance."""
    described = {"kind": "exp", "strength": 0.8, "of": {"kind": "linear", "direction": [1, -0.5]}}
    exact = RewardGuidance(reward=described).build(GuidanceContext(ROUND, ExactScores())).rule
    for t in (0.9, 0.3, 0.01):
        x = noised(ROUND, t)
        one, other = (rule(x, at(t), None)[0] for rule in (plan(described=described).rule, exact))
        assert torch.allclose(one.push, other.push, rtol=1e-9) and torch.allclose(one.base, other.base, rtol=1e-9)


def test_a_hacked_reward():
    """Two modes at (+-2.5, 0), R = -|x - (0, 2.5)|^2, strength 3: samples earn more than the tilted law has to give."""
    means_of_modes = torch.tensor([[-2.5, 0.0], [2.5, 0]])
    law = Mixture(FullComponents(means_of_modes, VARIANCE * torch.eye(2).repeat(2, 1, 1)), torch.zeros(2))
    described = {"kind": "exp", "strength": 3, "of": {"kind": "quadratic", "center": [0, 2.5], "curvature": 2}}
    hacked = plan(law, described)

    def earned(x: Tensor) -> Tensor:
        return torch.stack([-(x - torch.tensor([0, 2.5])).square().sum(1), x[:, 1]], 1)  # [n, 2]

    tilted = tilt(law, hacked.reward)
    assert tilted.components.means.tolist() == [[pytest.approx(m), pytest.approx(1.875)] for m in (-0.625, 0.625)]
    exact = -1.03125
    for sampler, told in ((ODE, -0.35), (SDE, -0.24)):
        reward_earned, height = means(hacked, sampler, 1.0, earned)
        assert reward_earned.agrees(told, far=0.01)  # printed to two digits, of one seed
        assert reward_earned.value > exact + 10 * reward_earned.error and height.value > 1.875 + 0.4


def test_no_gradient_selects_a_mode():
    """R = 0 for x >= 0, -10 else: its gradient is 0 almost everywhere, and the guided paths are the unguided ones."""
    law = Mixture(FullComponents(torch.tensor([[-3.0], [3.0]]), torch.ones(2, 1, 1)), torch.zeros(2))
    steps = {"kind": "exp", "strength": 5, "of": {"kind": "expression", "expression": "0 if x >= 0 else -10"}}
    x = gathered(sweep(plan(law, steps), Ddpm(steps=20), Ddpm(steps=20).build_levels(), SweepOptions((0.0, 1.0), 256, 0))).x
    assert torch.equal(x[0], x[1])
