"""Many components: softmax averages taken as attention, and what a pair shares, against one plain softmax each."""

from __future__ import annotations

import pytest
import torch

from gdviz.laws import FullComponents, Mixture, SharedComponents, pair
from gdviz.laws import posterior as module

TIMES = (0.999, 0.5, 0.02)


def laws(kind: str, count: int, dimension: int) -> Mixture:
    g = torch.Generator().manual_seed(count + dimension)
    means = torch.randn(count, dimension, generator=g, dtype=torch.float64) * 2
    if kind == "full":
        root = torch.randn(count, dimension, dimension, generator=g, dtype=torch.float64) * 0.3
        components = FullComponents(means, root @ root.mT + 0.1 * torch.eye(dimension, dtype=torch.float64))
    else:
        components = SharedComponents(means, 0.0 if kind == "atoms" else 0.05)
    labels = torch.arange(count) % 2
    return Mixture(components, torch.randn(count, generator=g, dtype=torch.float64), labels, ("a", "b"))


def pairs(law: Mixture) -> dict[str, tuple[Mixture, Mixture]]:
    mild = law.reweighted(torch.sin(law.components.means.sum(1)), "mild")
    steep = law.reweighted(30 * law.components.means.sum(1), "steep")
    return {
        "nested": (law.given("a"), law),
        "mild": (mild, law),
        "mild reversed": (law, mild),
        "steep": (steep, law),
        "disjoint": (law.given("a"), law.given("b")),
        "wider": (law, law.given("b")),
    }


def points(dimension: int, dtype: torch.dtype) -> torch.Tensor:
    return torch.randn(300, dimension, generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(dtype) * 1.5


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("kind", ["full", "common", "atoms"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_attention_gives_the_softmax_average(kind, dimension, dtype, monkeypatch):
    law, x = laws(kind, 2 * module.MANY, dimension), points(dimension, dtype)
    for t in TIMES:
        by_attention = law.score(x, t)
        with monkeypatch.context() as patch:
            patch.setattr(module, "MANY", 10**9)
            plain = law.score(x.double(), t)
        # a logit is a sum of terms this large, each rounded; a softmax average feels their absolute error
        at, features = law.at(t, x.double()), law.components.features(x.T.double())
        terms = float((at.linear.abs() @ features.abs()).max())
        close = 4 * torch.finfo(dtype).eps * (1 + terms) * float(plain.abs().max())
        assert float((by_attention.double() - plain).abs().max()) < close


@pytest.mark.parametrize("count", [12, 2 * module.MANY])
@pytest.mark.parametrize("kind", ["full", "common", "atoms"])
def test_a_pair_is_the_two_laws_one_after_the_other(kind, count):
    law, x = laws(kind, count, 2), points(2, torch.float64)
    for name, (toward, away) in pairs(law).items():
        together = pair(toward, away)
        for t in TIMES:
            score, push, log_ratio = together(x, t)
            exact, other = toward.score(x, t), away.score(x, t)
            close = 1e-9 * (1 + float(exact.abs().max()) + float(other.abs().max()))
            assert float((score - exact).abs().max()) < close, (name, t)
            assert float((push - (exact - other)).abs().max()) < close, (name, t)
            difference = toward.log_density(x, t) - away.log_density(x, t)
            assert float((log_ratio() - difference).abs().max()) < 1e-9 * (1 + float(difference.abs().max())), (name, t)


@pytest.mark.parametrize("count", [12, 2 * module.MANY])
def test_far_components_of_one_law_do_not_leak_into_the_other(count):
    """Weights that differ by e^15, the favoured ones far away: float32 against float64."""
    law, x = laws("common", count, 2), points(2, torch.float64)
    favours = law.reweighted(7.4 * torch.tanh(law.components.means[:, 0]), "favours")
    together = pair(favours, law)
    assert together.common_softmax
    for t in TIMES:
        exact, single = together(x, t), together(x.float(), t)
        at, features = law.at(t, x), law.components.features(x.T)
        terms = float((at.linear.abs() @ features.abs()).max())
        for wanted, found in ((exact.toward, single.toward), (exact.push, single.push), (exact.log_ratio(), single.log_ratio())):
            close = 8 * torch.finfo(torch.float32).eps * (1 + terms) * (1 + float(wanted.abs().max()))
            assert float((found.double() - wanted).abs().max()) < close


def test_gradients_go_through_the_score():
    """Training and look-ahead guidance differentiate it: attention and in-place work stand aside."""
    for count in (6, 2 * module.MANY):
        law = laws("full", count, 2)
        x = points(2, torch.float64)[:20].requires_grad_()
        (slope,) = torch.autograd.grad(law.score(x, 0.3).sum(), x)
        h = 1e-5
        for axis in torch.eye(2, dtype=torch.float64):
            numeric = ((law.score(x.detach() + h * axis, 0.3) - law.score(x.detach() - h * axis, 0.3)) / (2 * h)).sum(-1)
            assert torch.allclose(slope @ axis, numeric, rtol=1e-5, atol=1e-6)


def test_far_components_leave_no_denormal_numbers():
    """A denormal number costs a CPU a hundred ordinary ones; nothing of the kind leaves the softmax."""
    logits = torch.linspace(-500, 0, 64)[:, None].repeat(1, 8)
    moments = 1e-17 * torch.eye(64)[None]  # as small as the rounding of an off-diagonal zero
    _, sums = module.posterior(logits, moments)
    assert bool((sums >= torch.finfo(torch.float32).tiny).all())
    assert float(sums[0, 0].max()) < 1e-16 * float(sums[0, -1].min())  # and nothing beside the largest


def test_a_label_that_is_sure_or_impossible_keeps_finite_scores():
    """pi within e^-39 of 1, and e^-3000 of it: push and log ratio stay right at both ends."""
    law = Mixture(SharedComponents(torch.tensor([[-20.0, 0], [20, 0]]), 0.05), torch.zeros(2), torch.tensor([0, 1]), ("a", "b"))
    together, x = pair(law.given("a"), law), torch.tensor([[-20.0, 0.1], [20.0, 0.1], [0.3, 0]])
    for dtype in (torch.float32, torch.float64):
        score, push, log_ratio = together(x.to(dtype), 0.01)
        exact = law.given("a").log_density(x.double(), 0.01) - law.log_density(x.double(), 0.01)
        assert torch.allclose(log_ratio().double(), exact, rtol=1e-5, atol=1e-6)
        assert bool(torch.isfinite(score).all() and torch.isfinite(push).all())
        assert float(push[0].abs().max()) < 1e-12
