"""The law of the training levels is the one that is stated."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdviz.training.levels import LINEAR_BETA_SHARE, LOG_SNR_REACH, training_levels


def stated(t: np.ndarray) -> np.ndarray:
    """P(T <= t): three quarters linear-beta, one quarter uniform in log-SNR."""
    s = (np.sqrt(0.1**2 - 2 * 19.9 * np.log1p(-t)) - 0.1) / 19.9  # 0.1 s + 19.9 s^2 / 2 = -log(1 - t)
    log_snr = np.log1p(-t) - np.log(t)
    return LINEAR_BETA_SHARE * s.clip(0, 1) + (1 - LINEAR_BETA_SHARE) * ((LOG_SNR_REACH - log_snr) / (2 * LOG_SNR_REACH)).clip(
        0, 1
    )


@pytest.mark.parametrize("count", [64, 1000, 4096])
def test_the_law_is_the_stated_one(count):
    """One draw in each of n equal parts, so the empirical distribution is nowhere farther off than 2 / n."""
    for seed in range(5):
        t = training_levels(count, torch.Generator().manual_seed(seed)).double().sort().values.numpy()
        inside = (t > 2e-5) & (t < 1 - 1e-4)  # beyond, float32 and the clamp
        found = np.arange(1, count + 1) / count
        assert np.abs(found - stated(t))[inside].max() <= 2 / count + 1e-4
        assert t.min() >= 1e-5 * (1 - 1e-6) and t.max() < 1


def test_the_draws_are_the_generators():
    draws = [training_levels(100, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert torch.equal(draws[0], draws[1]) and not torch.equal(draws[0], draws[2])
