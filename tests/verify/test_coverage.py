"""How often the error bars of a row hold the truth, and how often a tail too heavy for a mean is told."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
import torch
from audit.scenes import random_scene
from scipy import stats

import gdviz
from gdviz.experiment import Experiment
from gdviz.metrics import RowReader

pytestmark = pytest.mark.verify

W = [0.0, 1.0, -0.5]
STEPS, PARTICLES, LARGER = 60, 800, 100
SEEDS = range(24)
SCENES = [
    (300 + k, kind, d, sampler)
    for k, (kind, d, sampler) in enumerate(
        [(kind, d, sampler) for kind in ("cfg", "reward") for d in (1, 2) for sampler in ("ddpm", "ancestral")] * 2
    )
]
FIELDS = {
    "mean_reward": "se_reward",
    "mean_reciprocal": "se_reciprocal",
    "improved": "se_improved",
    "improved_independent": "se_improved_independent",
    "path_kl": "se_path_kl",
}


def energy(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'| from 20 random pairings of large samples, for a small fraction of a row's own error."""

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.mean([np.linalg.norm(a - b[rng.permutation(len(b))], axis=1).mean() for _ in range(20)]))

    return 2 * mean(x, y) - mean(x, x) - mean(y, y)


def quick(experiment: dict, **changes) -> gdviz.Result:
    return gdviz.run(Experiment.parse({**experiment, **changes}), exact=False, step_change=False)


@cache
def hits() -> dict[str, list[bool]]:
    """Whether each 95 % interval of 384 small experiments (three w each) holds what 100 times the particles give.

    The same steps, so that the interval answers for chance alone; the larger run's own error is added.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    rng = np.random.default_rng(0)
    for seed, kind, d, sampler in SCENES:
        made = random_scene(seed, kind, d, W, particles=PARTICLES, steps=STEPS, sampler=sampler)
        large = quick(made.experiment, particles=LARGER * PARTICLES, seed=10**6)
        goals = [
            [goal.draw(w, LARGER * PARTICLES, torch.Generator().manual_seed(5)).numpy() for goal in large.built.plan.goals]
            if w >= 0
            else None
            for w in W
        ]
        truths = [
            [energy(x.astype(float), y, rng) for y in drawn] if drawn else None
            for x, drawn in zip(large.samples, goals, strict=True)
        ]
        for small in SEEDS:
            for row, truth, distances in zip(
                quick(made.experiment, seed=1000 * seed + small).rows, large.rows, truths, strict=True
            ):
                for field, se in FIELDS.items():
                    if row.w == 0 and field in ("improved", "path_kl"):
                        continue  # 0 by definition
                    value, true = getattr(row, field), getattr(truth, field)
                    if value is not None and true is not None:
                        found[field].append(abs(value - true) <= 1.96 * math.hypot(getattr(row, se), getattr(truth, se)))
                if row.w and row.identity is not None and truth.identity is not None:
                    se = math.hypot(row.identity.se, truth.identity.se)
                    found["identity"].append(abs(row.identity.value - truth.identity.value) <= 1.96 * se)
                for k, distance in enumerate(row.distances):
                    if distances is None:
                        continue
                    if distances[k] > 3 * distance.floor:
                        found["energy_distance"].append(abs(distance.energy_distance - distances[k]) <= 1.96 * distance.se)
    return found


NOMINAL = 0.95
SLACK = 0.02
"""What a normal interval may lose at 800 particles on a skewed mean; the counts themselves are written down."""

QUANTITIES = [*FIELDS, "identity", "energy_distance"]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_coverage(quantity, verify_result):
    covered = hits()[quantity]
    n, rate = len(covered), float(np.mean(covered))
    verify_result(f"coverage of the 95 % interval: {quantity} ({n} intervals)", rate, NOMINAL, math.sqrt(0.95 * 0.05 / n))
    independent = n / len(W)  # intervals of one experiment share its noise
    assert n >= 300
    assert rate >= NOMINAL - SLACK - 4 * math.sqrt(0.95 * 0.05 / independent)


# --- heavy tails ------------------------------------------------------------------------------------

USUAL = {0.5: 0.95, 0.75: 0.93, 1.0: 0.88, 1.5: 0.70, 2.0: 0.36, 2.5: 0.16}
"""Coverage of the plain interval at 4000 particles (MATH section 2; below 1 from 3000 runs of the lognormal)."""
REPEATS, RUNS = 300, 240
AT = [0.0, 0.25, 0.5, 1.0, 2.0, 5.0]


def pair(distance: float, **changes) -> Experiment:
    """Two unit Gaussians at +-distance, p(c) = 1/2."""
    parts = [{"mean": [s * distance], "covariance": [[1]], "label": label} for s, label in ((1, "c"), (-1, "rest"))]
    target = {"kind": "gaussian_mixture", "components": parts}
    return Experiment.parse({"target": target, "guidance": {"kind": "cfg", "label": "c"}, "w": [0], **changes})


@pytest.mark.parametrize("distance", USUAL)
def test_a_mean_that_cannot_be_estimated_has_no_band(distance, verify_result):
    """Exact samples of p(. | c), read as a run's end points would be, each run with a seed and a verdict of its own."""
    built = pair(distance).build()
    generator = torch.Generator().manual_seed(0)
    plain, printed, covering = 0, 0, 0
    for seed in range(REPEATS):
        reader = RowReader(built.law, built.plan, seed=seed)
        x = built.plan.unguided.sample(4000, generator).x.float()
        reading = reader.read(x)
        values = np.exp(-reading.log_reward)
        covers = abs(values.mean() - 2) <= 1.96 * values.std(ddof=1) / math.sqrt(4000)
        shown = reader.row(0.0, reading, reading, distances=False).mean_reciprocal is not None
        plain, printed, covering = plain + covers, printed + shown, covering + (shown and covers)
    se = math.sqrt(USUAL[distance] * (1 - USUAL[distance]) / REPEATS)
    verify_result(f"+-{distance}: the plain interval covers in", plain / REPEATS, USUAL[distance], se)
    verify_result(f"+-{distance}: a band is printed in", printed / REPEATS)
    if printed:
        verify_result(f"+-{distance}: where it is printed ({printed} of {REPEATS}) it covers in", covering / printed)
    assert covering >= stats.binom.ppf(1e-4, printed, 0.935)
    assert printed == 0 or distance < 1


@pytest.mark.parametrize("distance", USUAL)
def test_bands_under_guidance(distance, verify_result):
    """4000 particles of one long run at a time, on the same noise at every w, against the mean of all of them."""
    result = gdviz.run(pair(distance, w=AT, particles=RUNS * 4000, sampler={"kind": "ddpm", "steps": 60}), exact=False,
                       step_change=False, distances=False)  # fmt: skip
    reader = RowReader(result.built.law, result.built.plan)
    whole = [reader.read(torch.from_numpy(x)).log_reward for x in result.samples]
    truths = [np.exp(-log_r).mean() for log_r in whole]
    printed, covering = np.zeros(len(AT), int), np.zeros(len(AT), int)
    for run in range(RUNS):
        part = slice(run * 4000, (run + 1) * 4000)
        readings = [reader.read(torch.from_numpy(x[part])) for x in result.samples]
        for k, (w, now, truth) in enumerate(zip(AT, readings, truths, strict=True)):
            row = reader.row(w, now, readings[0], distances=False)
            if row.mean_reciprocal is not None:
                printed[k] += 1
                covering[k] += abs(row.mean_reciprocal - truth) <= 1.96 * row.se_reciprocal
    for w, shown, hits in zip(AT, printed, covering, strict=True):
        verify_result(f"+-{distance}, w = {w:g}: a band is printed in", shown / RUNS)
        if shown:
            verify_result(f"+-{distance}, w = {w:g}: where it is printed ({shown} of {RUNS}) it covers in", hits / shown)
    total = int(printed.sum())
    assert covering.sum() >= stats.binom.ppf(1e-4, total, 0.935) if total else distance >= 1.5
