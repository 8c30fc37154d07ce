"""What every target owes: score, density, samples, labels and pairs that agree with each other.

A law known by samples alone owes its samples and labels, and a refusal of the rest (test_digits.py).
"""

from __future__ import annotations

import math

import pytest
import torch
from targets.cases import CASES

from gdviz.errors import GdvizError
from gdviz.laws import Law, pair
from gdviz.targets import TARGETS

LEVELS = [0.001, 0.03, 0.3, 0.9, 0.999]
FALSE_ALARM = 1e-9  # of one comparison; some 10^3 are made with fixed seeds
Z = -float(torch.special.ndtri(torch.tensor(FALSE_ALARM / 2, dtype=torch.float64)))

pytestmark = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def laws():
    return {}


@pytest.fixture
def law(name, laws) -> Law:
    if name not in laws:
        laws[name] = CASES[name].build()
    return laws[name]


@pytest.fixture
def known(law) -> Law:
    """A law with a density."""
    if law.by_samples:
        pytest.skip("known by samples alone: it has no density")
    return law


def noised(law: Law, n: int, t: float, seed: int = 0) -> torch.Tensor:
    """Samples of X_t = sqrt(1-t) X_0 + sqrt(t) Z, [n, d]."""
    generator = torch.Generator().manual_seed(seed)
    x = law.sample(n, generator).x
    return math.sqrt(1 - t) * x + math.sqrt(t) * torch.randn(x.shape, generator=generator, dtype=x.dtype)


def places(law: Law, t: float) -> torch.Tensor:
    """Where the law is, and well outside, [48, d]."""
    x = noised(law, 40, t)
    return torch.cat([x, 3 * noised(law, 8, t, seed=1)])


def relative(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found.double() - wanted).abs().max() / wanted.abs().max().clamp_min(1e-3))


@pytest.mark.parametrize("t", LEVELS)
def test_score_is_the_gradient_of_the_log_density(known, t):
    x = places(known, t).requires_grad_()
    (gradient,) = torch.autograd.grad(known.log_density(x, t).sum(), x)
    assert relative(known.score(x.detach(), t), gradient) < 1e-8


@pytest.mark.parametrize("t", LEVELS[1:])
def test_samples_follow_the_density(known, t):
    """E cos(k.x) and E sin(k.x): over samples, and over the density by quadrature, which also integrates to 1."""
    step = 0.5 * math.sqrt(t)  # the trapezoid rule is exact to 1e-16 for a density smoothed this much
    low, high = (math.sqrt(1 - t) * corner for corner in known.box())
    count = ((high - low + 14 * math.sqrt(t)) / step).ceil().int().tolist()
    if math.prod(count) > 300_000:
        pytest.skip(f"{math.prod(count):,} places of the quadrature in {known.dimension} dimensions")
    axes = [a - 7 * math.sqrt(t) + step * torch.arange(n, dtype=torch.float64) for a, n in zip(low, count, strict=True)]
    grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flatten(0, -2)  # [M, d]
    mass = known.log_density(grid, t).exp() * step**known.dimension  # [M]
    assert float(mass.sum()) == pytest.approx(1, abs=1e-5)  # the box leaves out up to 1e-6 of each axis

    generator = torch.Generator().manual_seed(2)
    n = 4000
    x = noised(known, n, t, seed=3)
    for _ in range(6):
        k = 1.5 * torch.randn(known.dimension, generator=generator, dtype=torch.float64)  # [d]
        for wave in (torch.cos, torch.sin):
            exact = float((mass * wave(grid @ k)).sum())
            variance = float((mass * wave(grid @ k).square()).sum()) - exact**2
            assert abs(float(wave(x @ k).mean()) - exact) < Z * math.sqrt(max(variance, 1e-12) / n) + 1e-5


@pytest.mark.parametrize("t", LEVELS)
def test_a_level_may_be_a_tensor(known, t):
    x = noised(known, 12, t).reshape(3, 4, -1)
    later = torch.tensor([[t], [0.2], [0.7]], dtype=torch.float64)  # [3, 1]
    for function in (known.score, known.log_density, known.posterior_mean):
        alone = function(x, t)
        assert torch.equal(function(x, torch.tensor(t, dtype=torch.float64)), alone)
        rows = function(x, later)
        assert rows.shape == alone.shape
        for k in range(3):
            assert torch.allclose(rows[k], function(x[k], float(later[k])), rtol=1e-12, atol=1e-12)


def test_dtype_and_device_of_x_are_kept(known):
    x = noised(known, 6, 0.3)
    for dtype in (torch.float32, torch.float64):
        assert known.score(x.to(dtype), 0.3).dtype == dtype
        assert known.log_density(x.to(dtype), 0.3).dtype == dtype


def test_points_lie_in_the_box(law):
    low, high = law.box()
    x = law.sample(2000, torch.Generator().manual_seed(4)).x
    assert bool(torch.isfinite(low).all() and torch.isfinite(high).all() and (low <= high).all())
    # At most 1e-6 of each axis' mass lies outside: two or more of 2000 d coordinates have probability < 1e-5.
    assert int(((x < low - 1e-9) | (x > high + 1e-9)).sum()) <= 1


def test_equal_seeds_give_equal_points(law):
    first, again = (law.sample(50, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first.x, again.x) and torch.equal(first.label, again.label)
    assert first.x.dtype == torch.float64 and first.label.dtype == torch.int64


def test_labels_are_drawn_with_their_probability(law):
    n = 20_000
    label = law.sample(n, torch.Generator().manual_seed(6)).label
    total = 0.0
    for k, name in enumerate(law.labels):
        p = law.class_probability(name)
        total += p
        assert abs(float((label == k).double().mean()) - p) <= Z * math.sqrt(p * (1 - p) / n) + 1e-12
    unlabelled = float((label == -1).double().mean())
    assert total <= 1 + 1e-12
    assert abs(unlabelled - (1 - total)) <= Z * math.sqrt(max(total * (1 - total), 0) / n) + 1e-12


def test_a_given_label_draws_that_label_only(law):
    for k, label in enumerate(law.labels):
        points = law.given(label).sample(200, torch.Generator().manual_seed(7))
        assert bool((points.label == k).all())


@pytest.mark.parametrize("t", LEVELS)
def test_the_law_is_the_sum_of_its_classes(known, t):
    """p_t = sum_c p(c) p_t(. | c), and the posteriors are Bayes' rule and sum to one, where every point has a label."""
    x = places(known, t)
    parts = []
    for label in known.labels:
        joint = known.given(label).log_density(x, t) + math.log(known.class_probability(label))  # [n]
        assert torch.allclose(known.log_posterior(label)(x, t), joint - known.log_density(x, t), rtol=0, atol=1e-9)
        parts.append(joint)
    if sum(map(known.class_probability, known.labels)) > 1 - 1e-9:
        assert torch.allclose(torch.stack(parts).logsumexp(0), known.log_density(x, t), rtol=1e-10, atol=1e-9)


def test_an_unknown_label_is_refused_with_the_known_ones(law):
    for ask in (law.given, law.class_probability, law.log_posterior):
        with pytest.raises(GdvizError, match=r"^label: found 'nobody'; allowed: ") as caught:
            ask("nobody")
        assert all(label in str(caught.value) for label in law.labels)


@pytest.mark.parametrize("t", LEVELS)
def test_a_pair_is_its_two_laws(known, t):
    """Shared work changes nothing: 1e-10 in float64, and float32 keeps 1e-4 of the largest value."""
    x = places(known, t)
    for label in known.labels[:2]:
        given, last = known.given(label), known.given(known.labels[-1])
        for toward, away in ((given, known), (known, given), (given, last)):
            score, push, log_ratio = pair(toward, away)(x, t)
            assert log_ratio is not None
            assert relative(score, toward.score(x, t)) < 1e-10
            assert relative(score - push, away.score(x, t)) < 1e-10
            wanted = toward.log_density(x, t) - away.log_density(x, t)
            assert float((log_ratio() - wanted).abs().max()) < 1e-10 * max(1.0, float(toward.log_density(x, t).abs().max()))


def test_a_pair_in_float32(known):
    for t in (0.03, 0.3, 0.9):
        x = noised(known, 200, t)
        for label in known.labels[:2]:
            both = pair(known.given(label), known)
            score, push, _ = both(x, t)
            single_score, single_push, _ = both(x.float(), t)
            assert relative(single_score, score) < 1e-4
            # The push is a difference of scores: it is compared on their scale.
            assert float((single_push.double() - push).abs().max() / score.abs().max()) < 1e-4


def test_the_description_survives_json_and_builds_the_same_law(name, law):
    again = TARGETS.parse(CASES[name].model_dump(mode="json"))
    assert again == CASES[name]
    same = again.build()
    drawn, drawn_again = (each.sample(20, torch.Generator().manual_seed(8)).x for each in (law, same))
    assert torch.equal(drawn, drawn_again)
    if not law.by_samples:
        x = noised(law, 5, 0.2)
        assert torch.equal(same.score(x, 0.2), law.score(x, 0.2))
