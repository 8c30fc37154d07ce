"""Random experiments against exact values: the exact values themselves, the counting, and a small count."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from gdviz import cli
from gdviz.experiment import Experiment
from gdviz.facts.calibration import HEAVY, Look, calibrate, calibration_of
from gdviz.facts.grid_moments import RARE, MomentGrid
from gdviz.facts.random_experiments import random_experiment, special_w
from gdviz.metrics import exact_values
from gdviz.metrics.mean import UNKNOWN, Mean


def pair(distance: float) -> Experiment:
    parts = [{"mean": [s * distance], "covariance": [[1]], "label": label} for s, label in ((1, "c"), (-1, "rest"))]
    target = {"kind": "gaussian_mixture", "components": parts}
    return Experiment.parse({"target": target, "guidance": {"kind": "cfg", "label": "c"}, "w": [0]})


# --- the exact values ------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2])
def test_moments_of_a_lognormal(d):
    """r = exp(b . x) under one Gaussian, b' S b = v: all moments are known."""
    covariance = [[0.7]] if d == 1 else [[0.7, 0.2], [0.2, 1.1]]
    b, mean = np.full(d, 0.15), np.full(d, 0.4)
    part = {"mean": mean.tolist(), "covariance": covariance, "label": "c"}
    reward = {"kind": "exp", "of": {"kind": "linear", "direction": b.tolist()}}
    plan = Experiment.parse(
        {"target": {"kind": "gaussian_mixture", "components": [part]}, "guidance": {"kind": "reward", "reward": reward}, "w": [0]}
    ).build().plan  # fmt: skip
    grid, v = MomentGrid.of(plan.unguided), float(b @ np.array(covariance) @ b)
    for found, m in zip(grid.rewards(plan.reward, 4000), (b @ mean, -b @ mean), strict=True):
        assert found.mean == pytest.approx(math.exp(m + v / 2), rel=1e-9)
        assert found.sd == pytest.approx(found.mean * math.sqrt(math.expm1(v)), rel=1e-3)  # less what one in a million adds
        assert found.skewness == pytest.approx((math.exp(v) + 2) * math.sqrt(math.expm1(v)), rel=1e-2)
    assert grid.spread() == pytest.approx(math.sqrt(np.trace(covariance)), rel=1e-9)


@pytest.mark.parametrize("number", range(16))
def test_means_agree_with_what_the_program_calls_exact(number):
    """Another way to the same numbers: closed forms and adaptive quadrature."""
    experiment = Experiment.parse(random_experiment(3, number))
    built = experiment.build()
    plan, exact = built.plan, exact_values(built.plan, built.sampler)
    r, reciprocal = MomentGrid.of(plan.unguided).rewards(plan.reward, 4000)
    assert r.mean == pytest.approx(exact.mean_reward_w0, rel=2e-3)
    if exact.mean_reciprocal_w0 is not None and math.isfinite(reciprocal.mean):
        assert reciprocal.mean == pytest.approx(exact.mean_reciprocal_w0, rel=2e-3)
    if special_w(experiment.guidance.model_dump().get("form", "cfg")) == 1:
        tilted, _ = MomentGrid.of(plan.toward).rewards(plan.reward, 4000)
        assert tilted.mean == pytest.approx(exact.mean_reward_w1, rel=2e-3)


def test_what_is_heavy():
    """1/p of two unit Gaussians at +-d: the usual interval of 4000 covers in 94 % at 0.5, in 70 % at 1.5, in 16 % at 2.5."""
    for distance, heavy in ((0.5, False), (1.5, True), (2.5, True)):
        plan = pair(distance).build().plan
        _, reciprocal = MomentGrid.of(plan.unguided).rewards(plan.reward, 4000)
        assert reciprocal.mean == pytest.approx(2.0, rel=1e-6)
        assert reciprocal.is_heavy(HEAVY) is heavy


@pytest.mark.parametrize(("seed", "number", "heavy"), [(2, 20, False), (4, 1509, False), (2, 1310, True)])
def test_heavy_is_what_loses_coverage(seed, number, heavy):
    """The usual interval of exact samples: values that next to no run sees cost a point at most, however skew the law."""
    described = random_experiment(seed, number)
    n, plan = described["particles"], Experiment.parse(described).build().plan
    law = plan.toward if special_w(described["guidance"].get("form", "cfg")) > 0 else plan.away
    moments = MomentGrid.of(law).rewards(plan.reward, n)[1]
    assert moments.is_heavy(HEAVY) is heavy
    generator, hits, runs = torch.Generator().manual_seed(1), 0, 2000
    for _ in range(runs // 100):
        points = law.sample(100 * n, generator).x
        values = np.exp(-plan.reward.log(points).double().numpy()).reshape(100, n)  # 1/r, [100, n]
        half = 1.96 * values.std(1, ddof=1) / math.sqrt(n)
        hits += int((np.abs(values.mean(1) - moments.mean) <= half).sum())
    due, error = 0.95 - RARE, math.sqrt(0.95 * 0.05 / runs)
    assert (hits / runs < due - 4 * error) is heavy


# --- the counting ----------------------------------------------------------------------------------


def normal_looks(n: int, stated: float) -> list[Look]:
    """Estimates with standard error 1 that say `stated`."""
    found = np.random.default_rng(0).standard_normal(n)
    return [Look(k, "mean", "w = 0", 0.0, Mean(float(x), stated), Mean(float(x), stated)) for k, x in enumerate(found)]


def test_right_error_bars_pass_and_wrong_ones_fail():
    assert calibration_of(normal_looks(2000, 1.0), 2000, 0, 0.0).holds
    assert not calibration_of(normal_looks(2000, 0.8), 2000, 0, 0.0).holds  # 88 %
    assert not calibration_of(normal_looks(2000, 1.3), 2000, 0, 0.0).holds  # 99 %


def test_counts():
    hit, miss = Mean(0.0, 1.0), Mean(3.0, 1.0)
    looks = [Look(k, "mean 1/r", "w = 0", 0.0, m, m) for k, m in enumerate([hit] * 18 + [miss])]
    looks += [
        Look(19, "mean 1/r", "w = 0", 0.0, UNKNOWN, miss, heavy=True),
        Look(20, "mean 1/r", "w = 0", 0.0, hit, hit, heavy=True),
    ]
    found = calibration_of(looks, 21, 0, 0.0)
    (line,), (heavy,) = found.lines, found.heavy
    assert (line.looked, line.printed, line.covered) == (21, 20, 19)
    expected = stats.binomtest(19, 20).proportion_ci(0.95, "exact")
    assert (line.low, line.high) == pytest.approx((expected.low, expected.high))
    assert (heavy.looked, heavy.printed, heavy.covered) == (2, 1, 1)
    assert found.sentence == "19 of 20 bands cover, 95.0 %; of 2 heavy-tailed means 1 has a band."
    assert found.total.low == pytest.approx(0.95 - 1.96 * math.sqrt(0.95 * 0.05 / 20))


def test_a_value_without_an_error_is_no_band():
    look = Look(0, "mean r", "w = 0", 2.0, Mean(2.1, None), Mean(2.1, 0.1), heavy=True)
    assert not look.printed and look.covered


# --- a small count ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_ten_experiments():
    """One false alarm in ten thousand, were the intervals of an experiment one and the same."""
    found = calibrate(10, seed=1)
    assert found.total.printed > 50
    each = found.total.printed / 10
    assert found.total.covered >= each * (stats.binom.ppf(1e-4, 10, 0.95))
    assert {line.quantity for line in found.lines} >= {"mean r", "mean 1/r", "spread", "improved, unrelated"}
    assert sum(line.looked for line in found.heavy) > 0 and sum(line.printed for line in found.heavy) == 0


def test_the_command(tmp_path: Path, capsys):
    file = tmp_path / "counts.json"
    with pytest.raises(SystemExit) as left:
        cli.main(["calibrate", "--experiments", "2", "--seed", "5", "--out", str(file)])
    assert not left.value.code
    assert "bands shown" in capsys.readouterr().out
    written = json.loads(file.read_text())
    assert written["experiments"] == 2 and written["total"]["printed"] == sum(line["printed"] for line in written["lines"])
    with pytest.raises(SystemExit) as left:
        cli.main(["calibrate", "--out", str(tmp_path / "none" / "c.json")])
    assert left.value.code == 2
