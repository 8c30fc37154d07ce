"""Every resampler: unbiased, even where it claims to be, and the identity on equal weights where it is even."""

from __future__ import annotations

import pytest
import torch

from gdviz.samplers.particles.resamplers import RESAMPLERS

Z = 5.0  # standard errors: a false alarm in 1.7 million comparisons; fewer for those that scatter less
KINDS = [kind() for kind in RESAMPLERS.kinds.values()]
EVEN = [kind for kind in KINDS if kind.kind in ("systematic", "ssp")]

by_kind = pytest.mark.parametrize("resampler", KINDS, ids=lambda kind: kind.kind)


def offspring(resampler, weights, runs):
    """How many survivors descend from each particle, [runs, K]."""
    size = len(weights)
    uniform = torch.rand(runs, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    ancestors = resampler.ancestors(weights.expand(runs, size), uniform)
    assert ancestors.shape == (runs, size)
    assert 0 <= int(ancestors.min()) <= int(ancestors.max()) < size
    return torch.stack([(ancestors == k).sum(-1) for k in range(size)], -1).double()


@by_kind
@pytest.mark.parametrize("size", [1, 2, 8, 32])
def test_offspring_are_k_times_the_weight_on_average(resampler, size):
    runs = 4000
    weights = torch.rand(size, dtype=torch.float64, generator=torch.Generator().manual_seed(size)) ** 3
    weights = weights / weights.sum()
    found = offspring(resampler, weights, runs)
    variance = size * weights * (1 - weights)  # of independent draws, which no resampler exceeds
    rare = 6 / runs  # a Poisson count of mean below 0.05 exceeds 6 once in 10^13
    assert bool(((found.mean(0) - size * weights).abs() <= Z * (variance / runs).sqrt() + rare).all())


@pytest.mark.parametrize("resampler", EVEN, ids=lambda kind: kind.kind)
def test_no_offspring_is_off_by_more_than_one(resampler):
    weights = torch.tensor([0.41, 0.02, 0.2, 0.07, 0.0, 0.1, 0.15, 0.05], dtype=torch.float64)
    found = offspring(resampler, weights, 500)
    assert bool((found >= (8 * weights).floor()).all())
    assert bool((found <= (8 * weights).floor() + 1).all())
    assert bool((found[:, 4] == 0).all())


@pytest.mark.parametrize("resampler", EVEN, ids=lambda kind: kind.kind)
def test_equal_weights_leave_everyone_in_place(resampler):
    found = offspring(resampler, torch.full((16,), 1 / 16, dtype=torch.float64), 50)
    assert bool((found == 1).all())


def test_ssp_settles_fractions_with_less_noise_than_independent_draws():
    weights = torch.rand(64, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    weights = weights / weights.sum()
    values = torch.linspace(-1, 1, 64, dtype=torch.float64)
    spreads = {kind.kind: float((offspring(kind, weights, 1000) @ values / 64).std()) for kind in KINDS}
    assert spreads["ssp"] < 0.6 * spreads["multinomial"]
    assert spreads["systematic"] < 0.6 * spreads["multinomial"]
