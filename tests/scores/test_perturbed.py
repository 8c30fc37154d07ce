"""Scores with a known error: as large as asked, where it is said to be, and with the effect that is claimed."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.experiment import Experiment
from gdviz.scores.perturbed import Error, ErrorField
from gdviz.sweep import Chunk, SweepOptions, sweep

KINDS = ("constant", "inward", "outward", "per_step", "field")
TARGET = {
    "kind": "gaussian_mixture",
    "components": [{"mean": [-1, 2], "covariance": [[0.5, 0], [0, 0.3]]}, {"mean": [2, 1], "covariance": [[0.2, 0], [0, 0.4]]}],
}
LINE = {"kind": "gaussian_mixture", "components": [{"mean": [3], "covariance": [[1]]}]}
Z = 6.0  # two-sided false-alarm rate 2e-9


def field(kind: str, size: float = 0.3, seed: int = 0, target: dict[str, Any] = TARGET) -> ErrorField:
    law = Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]}).build().law
    return ErrorField(Error(kind=kind, size=size, seed=seed), law)


def noised(of: ErrorField, t: float, n: int = 20_000, seed: int = 9) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(n, of.law.dimension, generator=generator, dtype=torch.float64)
    return math.sqrt(1 - t) * of.law.sample(n, generator).x + math.sqrt(t) * z


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("t", [0.01, 0.3, 0.9])
def test_it_is_as_large_as_asked(kind, t):
    """rms e over rms eps* on fresh points, within the standard errors of that estimate and of the error's own 2048 points."""
    error = field(kind)
    x = noised(error, t)
    e2 = error(x, t).expand_as(x).square().sum(-1)  # [n]
    eps2 = t * error.law.score(x, t).square().sum(-1)  # [n]
    spread = sum(float(a.std() / a.mean()) for a in (e2, eps2))
    tolerance = Z * spread * (1 / math.sqrt(len(x)) + 1 / math.sqrt(2048))
    assert float(e2.mean() / eps2.mean()) / 0.3**2 == pytest.approx(1, abs=tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_proportional_to_its_size_and_a_function_of_its_seed(kind):
    x, t = noised(field(kind), 0.4, 50), 0.4
    small, large, again, other = (field(kind, size, seed)(x, t) for size, seed in ((0.1, 0), (1, 0), (0.1, 0), (0.1, 1)))
    assert torch.allclose(large, 10 * small) and torch.equal(small, again)
    assert torch.equal(small, other) == (kind in ("inward", "outward"))
    assert not field(kind, 0.0)(x, t).any()


def test_constant_is_one_direction_and_per_step_another_at_each_level():
    levels = LinearBeta().build(40).t[:-1].tolist()
    for kind, turns in (("constant", False), ("per_step", True)):
        error = field(kind)
        ways = torch.stack([error(noised(error, t, 5), t).reshape(-1, 2)[0] for t in levels])
        ways = ways / ways.norm(dim=1, keepdim=True)  # [levels, 2]
        assert torch.allclose(ways, ways[0].expand_as(ways)) != turns
    assert float(ways.mean(0).norm()) < Z / math.sqrt(len(levels)), "and they point nowhere together"


def test_the_field_is_smooth():
    error = field("field")
    x = noised(error, 0.3, 500)
    step = 1e-4 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    slope = (error(x + step, 0.3) - error(x, 0.3)).norm(dim=1) / step.norm(dim=1)
    size = error(x, 0.3).square().sum(-1).mean().sqrt()
    assert float(slope.max()) < 20 * float(size), "no jump within the law"
    assert float((error(x, 0.3) - error(x, 0.3).mean(0)).norm(dim=1).mean()) > 0.3 * float(size), "and not a constant"


def test_inward_is_toward_the_mean_and_outward_away():
    """e is added to the noise that is removed: the score moves by -e / sqrt(t), toward the mean of the noised law."""
    for kind, sign in (("inward", 1), ("outward", -1)):
        error = field(kind)
        x, t = noised(error, 0.3, 300), 0.3
        to_mean = math.sqrt(1 - t) * error.law.sample(100_000, torch.Generator().manual_seed(0)).x.mean(0) - x
        along = (-error(x, t) * to_mean).sum(-1) / to_mean.norm(dim=1)
        assert float((sign * along > 0).double().mean()) > 0.97


# ---------------------------------------------------------------------- what it does
def samples(kind: str | None, size: float = 0.3) -> torch.Tensor:
    """End points on N(3, 1), 4096 of them on the same noise, [n]."""
    score = {"kind": "exact"}
    if kind is not None:
        score = {"kind": "perturbed", "of": score, "error": {"kind": kind, "size": size}}
    made = Experiment.parse(
        {"target": LINE, "guidance": {"kind": "none"}, "score": score, "sampler": {"kind": "ddpm", "steps": 200}, "w": [0]}
    ).build()
    run = sweep(made.plan, made.sampler, made.levels, SweepOptions((0.0,), 4096, seed=2))
    return torch.cat([news.x for news in run if isinstance(news, Chunk)], 1)[0, :, 0].double()


def test_systematic_errors_add_up_and_fresh_ones_average_out():
    exact = samples(None)
    shift = {kind: float((samples(kind) - exact).mean()) for kind in ("constant", "per_step")}
    assert abs(shift["constant"]) > 0.2
    assert abs(shift["per_step"]) < abs(shift["constant"]) / 4


def test_inward_draws_in_and_outward_drives_out():
    exact, inward, outward = (float((samples(kind) - 3).abs().mean()) for kind in (None, "inward", "outward"))
    assert inward < 0.9 * exact and outward > 1.1 * exact


def test_to_first_order_the_shift_of_the_mean_is_the_integral_of_the_error():
    """E f changes by Int E<e_t, grad f_t> du, e_t the error of the score and f_t(x) = E[f(X_0) | X_t = x].

    On N(3, 1) the noised law stays N(3 sqrt(1-t), 1), so f(x) = x has grad f_t = sqrt(1-t), the noise prediction has size
    sqrt(t) and a constant error moves the score by -+ size: the shift is -+ size * Int sqrt(1-t) du.
    """
    made = Experiment.parse(
        {"target": LINE, "guidance": {"kind": "none"}, "sampler": {"kind": "ddpm", "steps": 200}, "w": [0]}
    ).build()
    predicted = 0.02 * sum(math.sqrt(1 - moment.t) * moment.du for moment in made.levels.moments())
    measured = abs(float((samples("constant", 0.02) - samples(None)).mean()))
    measured_at_half = abs(float((samples("constant", 0.01) - samples(None)).mean()))
    second_order = abs(measured - 2 * measured_at_half)
    assert measured == pytest.approx(predicted, rel=0.06, abs=2 * second_order)
