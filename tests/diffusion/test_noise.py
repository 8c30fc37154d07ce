"""The noise source: its law, and that it is a function of (seed, tile, step)."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gdviz.diffusion import TileNoise
from gdviz.diffusion.noise import TILE
from gdviz.diffusion.spacings.logit import Logit

MOMENTS = list(Logit().build(20).moments())
FALSE_ALARM = 1e-6


@pytest.mark.parametrize("which", ["start", "step"])
def test_the_increments_are_standard_normal_and_independent(which):
    noise = TileNoise(7, 2, 0, 20 * TILE)
    z = (noise.start() if which == "start" else noise.step(MOMENTS[3])).double().numpy()
    n = len(z)
    for column in z.T:
        assert stats.kstest(column, "norm").pvalue > FALSE_ALARM
        assert abs(np.mean(column**2) - 1) < 5 * math.sqrt(2 / n)
    other = noise.step(MOMENTS[4]).double().numpy()
    for a, b in ((z[:, 0], z[:, 1]), (z[:, 0], other[:, 0]), (z[:TILE, 0], z[TILE : 2 * TILE, 0])):
        assert abs(np.mean(a * b)) < 5 / math.sqrt(len(a))


def test_nearby_seeds_steps_and_tiles_are_unrelated():
    streams = [TileNoise(seed, 1, 0, TILE).step(MOMENTS[k])[:, 0] for seed in range(6) for k in range(6)]
    streams += [TileNoise(0, 1, tile * TILE, TILE).step(MOMENTS[0])[:, 0] for tile in range(1, 6)]
    products = torch.corrcoef(torch.stack(streams)) - torch.eye(len(streams))
    pairs = len(streams) * (len(streams) - 1) / 2
    bound = stats.norm.isf(FALSE_ALARM / pairs / 2) / math.sqrt(TILE)
    assert float(products.abs().max()) < bound


def test_a_particle_keeps_its_noise_whoever_stands_beside_it():
    whole = TileNoise(3, 2, 0, 5 * TILE)
    for first, count in ((0, 1), (0, TILE + 1), (TILE, 2 * TILE), (4 * TILE, 10)):
        part = TileNoise(3, 2, first, count)
        assert torch.equal(part.start(), whole.start()[first : first + count])
        assert torch.equal(part.step(MOMENTS[9]), whole.step(MOMENTS[9])[first : first + count])


def test_steps_may_be_asked_for_in_any_order():
    noise = TileNoise(3, 2, 0, 50)
    later, earlier = noise.step(MOMENTS[5]), noise.step(MOMENTS[2])
    assert torch.equal(noise.step(MOMENTS[5]), later)
    assert torch.equal(noise.step(MOMENTS[2]), earlier)


def test_double_precision_runs_share_the_paths():
    single, double = TileNoise(1, 2, 0, 50), TileNoise(1, 2, 0, 50, torch.float64)
    assert torch.equal(single.start().double(), double.start())


def test_points_are_stored_coordinate_first():
    z = TileNoise(0, 3, 0, 2000).step(MOMENTS[0])
    assert z.shape == (2000, 3)
    assert z.T.is_contiguous()


def test_a_range_starts_on_a_tile():
    with pytest.raises(ValueError, match="multiple of 1024"):
        TileNoise(0, 2, 5, 10)
