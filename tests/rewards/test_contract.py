"""What every registered reward must do, whatever it is."""

from __future__ import annotations

import json

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.rewards import REWARDS, Potential, Reciprocal, Reward, RewardContext, RewardKind, build_reward, check_positive


def log_posterior(label: str):
    """Two classes "a" and "b", parted at x = 0.5."""
    if label not in ("a", "b"):
        raise GdvizError(f"found label {label!r}; allowed: a, b.")
    sign = 1 if label == "a" else -1
    return lambda x: torch.nn.functional.logsigmoid(sign * 3 * (x[..., 0] - 0.5))


def context(d: int) -> RewardContext:
    return RewardContext(d, log_posterior, ("a", "b"))


def points(d: int, shape: tuple[int, ...] = (50,), seed: int = 0) -> torch.Tensor:
    return 1.5 * torch.randn(*shape, d, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


CASES = [
    pytest.param(name, example, d, id=f"{name}-{d}d-{i}")
    for name, kind in REWARDS.kinds.items()
    for d, examples in ((2, kind.examples), (1, kind.line_examples))
    for i, example in enumerate(examples)
]
every_example = pytest.mark.parametrize("name, example, d", CASES)


def parse(name: str, example: dict) -> RewardKind:
    return REWARDS.parse({"kind": name, **example})


def test_the_family_is_the_one_promised():
    assert set(REWARDS.kinds) >= {
        "bumps", "class_probability", "exp", "expression", "half_plane", "linear", "product", "quadratic", "ring_distance",
        "shift", "sum",
    }  # fmt: skip


@pytest.mark.parametrize("name", REWARDS.kinds)
def test_every_kind_has_a_card_and_examples_in_both_dimensions(name):
    kind = REWARDS.kinds[name]
    assert kind.card.title and kind.card.idea and kind.card.formula
    assert kind.examples and kind.line_examples


@every_example
def test_builds_what_it_says(name, example, d):
    kind = parse(name, example)
    assert isinstance(kind.build(context(d)), {"reward": Reward, "potential": Potential}[kind.gives])


@every_example
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,)])
def test_shape_and_dtype(name, example, d, dtype, shape):
    built = parse(name, example).build(context(d))
    x = points(d, shape).to(dtype)
    values = [built(x)] + ([built.log(x)] if isinstance(built, Reward) else [])
    for value in values:
        assert value.shape == shape
        assert value.dtype == dtype
        assert bool(torch.isfinite(value).all())


@every_example
def test_single_precision_agrees_with_double(name, example, d):
    built = parse(name, example).build(context(d))
    function = built.log if isinstance(built, Reward) else built
    exact, rough = function(points(d)), function(points(d).float()).double()
    # a float32 point is off by 1e-7 of its size, log r moves by its gradient times that, over a handful of operations
    x = points(d).requires_grad_()
    slope = torch.autograd.grad(function(x).sum(), x)[0].norm(dim=-1)
    allowed = 20 * torch.finfo(torch.float32).eps * (1 + exact.abs() + slope * (1 + x.detach().norm(dim=-1)))
    assert bool(((exact - rough).abs() <= allowed).all())


@every_example
def test_log_is_the_log_of_the_value(name, example, d):
    built = parse(name, example).build(context(d))
    if not isinstance(built, Reward):
        built = REWARDS.parse({"kind": "exp", "of": {"kind": name, **example}}).build(context(d))
    x = points(d)
    torch.testing.assert_close(built(x).log(), built.log(x), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(Reciprocal(built)(x) * built(x), torch.ones(50, dtype=torch.float64), rtol=1e-12, atol=0)
    check_positive(built, x)


@every_example
def test_gradient_is_that_of_finite_differences(name, example, d):
    built = parse(name, example).build(context(d))
    x = points(d, (10,), seed=3).requires_grad_()
    assert torch.autograd.gradcheck(built.log if isinstance(built, Reward) else built, (x,))


@every_example
def test_closed_form_is_the_reward_itself(name, example, d):
    kind = parse(name, example)
    built = kind.build(context(d))
    x = points(d, (200,), seed=5)
    if isinstance(built, Reward):
        pairs = [(built.exponentials(), built(x)), (Reciprocal(built).exponentials(), 1 / built(x))]
    else:
        pairs = []
    if isinstance(built, Potential):
        pairs.append((built.exponent(), built(x).exp()))
    for terms, value in pairs:
        if terms is None:
            continue
        m = len(terms.constant)
        assert terms.linear.shape == (m, d) and terms.curvature.shape == (m, d, d)
        assert {part.dtype for part in (terms.constant, terms.linear, terms.curvature)} == {torch.float64}
        assert torch.equal(terms.curvature, terms.curvature.mT)
        by_hand = torch.zeros(200, dtype=torch.float64)
        for c, b, a in zip(terms.constant, terms.linear, terms.curvature, strict=True):
            by_hand += torch.exp(c + x @ b - ((x @ a) * x).sum(-1) / 2)
        torch.testing.assert_close(by_hand, value, rtol=1e-10, atol=0)


@every_example
def test_round_trip_through_json(name, example, d):
    kind = parse(name, example)
    again = REWARDS.parse(json.loads(json.dumps(kind.model_dump(mode="json"))))
    assert again == kind
    assert hash(again) == hash(kind)
    x = points(d)
    assert torch.equal(again.build(context(d))(x), kind.build(context(d))(x))


@every_example
def test_unknown_keys_are_errors(name, example, d):
    with pytest.raises(ValueError, match="not_a_key"):
        parse(name, {**example, "not_a_key": 1})


@every_example
def test_a_bare_potential_is_refused_with_its_wrap(name, example, d):
    kind = parse(name, example)
    if kind.gives == "reward":
        assert isinstance(build_reward(kind, context(d)), Reward)
    else:
        with pytest.raises(GdvizError, match=r'wrap it as {"kind": "exp", "strength": 1, "of": {...}}'):
            build_reward(kind, context(d))


WITH_CLOSED_FORM = {"bumps": 2, "linear": 1, "quadratic": 3}


@pytest.mark.parametrize("name, count", WITH_CLOSED_FORM.items())
def test_closed_forms_that_must_exist(name, count):
    kind = REWARDS.kinds[name]
    built = [parse(name, example).build(context(2)) for example in kind.examples]
    assert len(built) == count
    assert all((b.exponentials() if isinstance(b, Reward) else b.exponent()) is not None for b in built)
