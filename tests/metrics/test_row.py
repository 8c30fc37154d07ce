"""Rows: reading at atoms, particles that overflow, mode weights, the support, step changes, and the identity."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.experiment import Built, Experiment
from gdviz.metrics import RowReader
from gdviz.metrics.identity import identity
from gdviz.metrics.reading import Reader
from gdviz.metrics.support import Support

GAUSSIANS = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 0.5, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
        {"weight": 0.3, "mean": [6, 0], "covariance": [[1, 0], [0, 1]], "label": "b"},
        {"weight": 0.2, "mean": [0, 6], "covariance": [[1, 0], [0, 1]], "label": "b"},
    ],
}
ATOMS = {"kind": "points", "points": [[0, 0], [1, 0], [0, 1], [1, 1]], "labels": ["a", "b", "b", "a"], "weights": [1, 2, 3, 4]}


def built(target: dict, **changes) -> Built:
    return Experiment.parse({"target": target, "guidance": {"kind": "cfg", "label": "b"}, "w": [0, 1], **changes}).build()


def noisy(x: torch.Tensor, size: float, seed: int = 0) -> torch.Tensor:
    return x + size * torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))


def test_rewards_of_atoms_are_read_at_the_nearest_atom():
    law = built(ATOMS).law
    plan = built(ATOMS, guidance={"kind": "reward", "reward": {"kind": "expression", "expression": "1 + x + 2*y"}}).plan
    atom = torch.tensor([3, 0, 1, 2, 2])
    x = noisy(torch.tensor(ATOMS["points"], dtype=torch.float32)[atom], 0.05)
    reading = Reader(law, plan.reward)(x)
    np.testing.assert_array_equal(reading.atom, atom)
    np.testing.assert_allclose(np.exp(reading.log_reward), [4, 1, 2, 3, 3])


def test_probabilities_next_to_one_keep_their_order():
    """Far inside its class 1 - p(b | x) is below float64's spacing at 1, and particles still compare."""
    b = built(GAUSSIANS)
    x = torch.stack([torch.linspace(6, 30, 500), torch.zeros(500)], 1)  # 1 - p falls from 2e-8 to 1e-71
    log_reward = Reader(b.law, b.plan.reward)(x).log_reward
    assert np.all(np.diff(log_reward) > 0)
    log_odds = 6 * x[:, 0].double().numpy() - 18 + math.log(0.3 / 0.5)  # the third component adds less than rounding
    np.testing.assert_allclose(-log_reward, np.exp(-log_odds), rtol=1e-6)


def test_particles_that_overflow_are_counted_and_left_out():
    b = built(GAUSSIANS)
    reader = RowReader(b.law, b.plan)
    x = b.plan.unguided.sample(1000, torch.Generator().manual_seed(0)).x.float()
    broken = x.clone()
    broken[3, 0], broken[5, 1], broken[900] = torch.inf, -torch.inf, torch.nan
    keep = torch.isfinite(broken).all(-1)
    whole, part, rest = reader.read(x), reader.read(broken), reader.read(x[keep])
    row, clean = reader.row(1.0, part, whole), reader.row(1.0, rest, rest)
    assert (row.particles, row.nonfinite) == (1000, 3)
    for name in ("mean_reward", "se_reward", "mean_reciprocal", "spread", "mode_weight_tv", "off_support", "tail", "distances"):
        assert getattr(row, name) == getattr(clean, name), name
    assert row.ties == 1.0


def test_rows_of_nothing_but_overflow():
    b = built(GAUSSIANS)
    reader = RowReader(b.law, b.plan)
    fine = reader.read(torch.zeros(100, 2))
    gone = reader.read(torch.full((100, 2), torch.nan), torch.full((100,), torch.nan), torch.full((100,), torch.inf))
    row = reader.with_step_change(reader.row(1.0, gone, fine), (gone, fine), (gone, fine))
    assert row.nonfinite == 100
    names = ("mean_reward", "mean_reciprocal", "improved", "improved_independent", "identity", "path_kl", "spread", "step_change")
    assert [getattr(row, name) for name in names] == [None] * len(names)


def test_a_reward_of_zero_has_no_mean_reciprocal():
    b = built(ATOMS)
    reader = RowReader(b.law, b.plan)
    x = torch.tensor(ATOMS["points"], dtype=torch.float32).repeat(50, 1)
    row = reader.row(0.0, reader.read(x), reader.read(x))  # p(b | x) is 0 at two atoms of four
    assert row.mean_reward == 0.5 and row.mean_reciprocal is None and not row.tail.reliable


def test_mode_weights_against_a_count():
    b = built(GAUSSIANS)
    reader = RowReader(b.law, b.plan)
    means = torch.tensor([[6.0, 0.0], [0.0, 6.0]])
    x = noisy(means[torch.tensor([0] * 90 + [1] * 10)], 0.5)
    # p(. | b) gives 0.6 and 0.4; the goal is counted from 20,000 samples, four standard errors of which are 0.014
    assert reader.row(0.0, reader.read(x), reader.read(x)).mode_weight_tv == pytest.approx(0.3, abs=0.014)


def test_one_mode_has_no_weights_to_compare():
    b = built(GAUSSIANS, guidance={"kind": "cfg", "label": "a"})
    x = torch.zeros(50, 2)
    reader = RowReader(b.law, b.plan)
    assert reader.row(0.0, reader.read(x), reader.read(x)).mode_weight_tv is None


def test_a_law_is_on_its_own_support():
    """A thousandth of its samples are off, up to the error of both counts (4 standard errors)."""
    b = built(GAUSSIANS)
    n = 200_000
    x = b.plan.unguided.sample(n, torch.Generator().manual_seed(7)).x
    off = Support(b.plan.unguided, 0).off(Reader(b.law, None)(x))
    assert off == pytest.approx(1e-3, abs=4 * math.sqrt(1e-3 / n + 1e-3 / 50_000))
    assert Support(b.plan.unguided, 0).off(Reader(b.law, None)(x + 20)) == 1


def test_the_support_of_atoms():
    b = built(ATOMS)
    x = torch.tensor([[1.0, 0.1], [0.1, 1.0], [0.0, 0.1], [1.0, -0.6], [1.0, 0.49]])
    # near two atoms of b; near one of a; beyond half the distance between b's neighbours (0.71); still within it
    assert Support(b.plan.unguided, 0).off(Reader(b.law, None)(x[:2])) == 0
    assert Support(b.plan.unguided, 0).off(Reader(b.law, None)(x[2:3])) == 1
    assert Support(b.plan.unguided, 0).off(Reader(b.law, None)(x[3:])) == 0
    assert Support(b.plan.unguided, 0).off(Reader(b.law, None)(torch.tensor([[1.0, -0.8]]))) == 1


def test_step_changes_are_those_of_the_means():
    parts = GAUSSIANS["components"]
    near = [{**part, "mean": [m / 6 for m in part["mean"]]} for part in parts]  # light tails: every mean is estimable
    b = built({**GAUSSIANS, "components": near})
    reader = RowReader(b.law, b.plan)
    start = b.plan.unguided.sample(500, torch.Generator().manual_seed(1)).x.float()
    unguided, guided = reader.read(start), reader.read(start + 0.3)
    coarse_unguided, coarse = reader.read(noisy(start, 0.02, 1)), reader.read(noisy(start + 0.3, 0.02, 2))
    row = reader.with_step_change(reader.row(1.0, guided, unguided), (guided, unguided), (coarse, coarse_unguided))
    halved = reader.row(1.0, coarse, coarse_unguided)
    for name in ("mean_reward", "mean_reciprocal", "improved"):
        assert getattr(row.step_changes, name) == pytest.approx(abs(getattr(row, name) - getattr(halved, name)), abs=1e-12)
    assert row.step_change == row.step_changes.mean_reciprocal  # what the identity speaks of under classifier-free guidance


def test_the_identity_by_hand():
    plan = built(GAUSSIANS).plan  # baseline 1 / p(b) = 2
    gain = np.random.default_rng(0).uniform(0, 0.2, 400)
    found = identity(plan, 0.5, gain)
    assert found.of == "mean_reciprocal"
    assert found.value == pytest.approx(2 * (1 - 0.5 * gain.mean()))
    assert found.se == pytest.approx(2 * 0.5 * gain.std(ddof=1) / 20)
    assert identity(plan, 0.5, np.random.default_rng(1).pareto(0.7, 400)) is None  # no mean to estimate
    seek = built(GAUSSIANS, guidance={"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x/4)"}}).plan
    assert identity(seek, 0.5, gain).value == pytest.approx(seek.baseline * (1 + 0.5 * gain.mean()))


def test_distances_of_atoms_do_not_see_the_last_noise_level():
    """Exact samples of three atoms with the noise that a run of 40 steps ends with: at the goal, up to its floor."""
    target = {"kind": "points", "points": [[0.0], [1.0], [3.0]], "weights": [1, 2, 1]}
    b = built(target, guidance={"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x/4)"}})
    x = b.plan.unguided.sample(2000, torch.Generator().manual_seed(5)).x.float()
    reader = RowReader(b.law, b.plan)
    clean, blurred = (reader.row(0.0, reading, reading) for reading in (reader.read(x), reader.read(noisy(x, 0.1))))
    assert clean.distances == blurred.distances
    toward = reader._distances(1.0, noisy(b.plan.toward.sample(2000, torch.Generator().manual_seed(6)).x.float(), 0.1))[0]
    assert toward.energy_distance > toward.floor  # what the blur alone would have shown
    read = reader.read(noisy(b.plan.toward.sample(2000, torch.Generator().manual_seed(6)).x.float(), 0.1))
    (settled,) = reader.row(1.0, read, read).distances
    assert settled.energy_distance < settled.floor


def test_step_changes_of_spread_and_distances():
    b = built(GAUSSIANS)
    reader = RowReader(b.law, b.plan)
    start = b.plan.unguided.sample(800, torch.Generator().manual_seed(1)).x.float()
    fine, coarse = reader.read(start), reader.read(noisy(1.1 * start, 0.02))
    row = reader.with_step_change(reader.row(1.0, fine, fine), (fine, fine), (coarse, coarse))
    other = reader.row(1.0, coarse, coarse)
    assert row.step_changes.spread == pytest.approx(abs(row.spread - other.spread))
    for here, there in zip(row.distances, other.distances, strict=True):
        assert here.step_change == pytest.approx(abs(here.energy_distance - there.energy_distance), rel=1e-3)
