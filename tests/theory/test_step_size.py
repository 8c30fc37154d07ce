"""Fewer and fewer steps: against the exact law of the discrete chain on a Gaussian, and against the guided law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from gdviz.experiment import Experiment
from gdviz.presets import load
from gdviz.theory.step_size import StepStudy, run_steps
from gdviz.theory.subject import Subject

Z = float(-ndtri(1e-3 / 100 / 2))
MEAN, VARIANCE, SLOPE = 0.4, 0.7, 0.6
W = (0.0, 1.0, 3.0)
PARTICLES = 4096


def gaussian() -> Subject:
    built = Experiment.parse(
        {
            "target": {"kind": "gaussian_mixture", "components": [{"mean": [MEAN], "covariance": [[VARIANCE]]}]},
            "guidance": {
                "kind": "reward",
                "reward": {"kind": "exp", "strength": SLOPE, "of": {"kind": "linear", "direction": [1]}},
            },
            "sampler": {"kind": "ddpm", "steps": 96},
            "w": [0],
        }
    ).build()
    return Subject.of_plan(built.plan, built.sampler, built.levels)


def chain_mean(levels, w: float) -> float:
    """E exp(SLOPE Y) for the affine Gaussian chain: DDPM written out again, in float64."""
    m, v = 0.0, 1.0
    for n in range(levels.steps):
        ab, ab_next, t = levels.alpha_bar[n], levels.alpha_bar[n + 1], levels.t[n]
        a, beta = ab / ab_next, 1 - ab / ab_next
        spread = ab * VARIANCE + t
        push = w * math.sqrt(ab) * SLOPE * VARIANCE / spread  # the two means differ by SLOPE VARIANCE, shrunk
        factor, shift = 1 - beta / spread, beta * (math.sqrt(ab) * MEAN / spread + push)
        m, v = (factor * m + shift) / math.sqrt(a), (factor**2 * v + beta) / a
    return math.exp(SLOPE * m + SLOPE**2 * v / 2)


def test_every_number_of_steps_has_the_mean_of_its_chain():
    study = StepStudy(gaussian(), W, 2, PARTICLES)
    assert [grid.steps for grid in study.grids] == [96, 48, 24, 12, 6]
    for grid, found in zip(study.grids, study.resolutions(run_steps(study, PARTICLES)), strict=True):
        assert found.steps == grid.steps
        for w, mean, shift in zip(W, found.mean, found.shift, strict=True):
            exact, finest = chain_mean(grid, w), chain_mean(study.grids[0], w)
            assert abs(mean.value - exact) <= Z * mean.se
            assert abs(shift.value - (exact - finest)) <= Z * shift.se + 1e-6
            assert shift.se < mean.se or shift.se == 0


@pytest.mark.slow
def test_the_limit_is_the_guided_law_and_halving_the_step_halves_the_distance():
    preset = load("figure-1").experiment
    built = preset.model_copy(update={"sampler": preset.sampler.model_copy(update={"steps": 200})}).build()
    study = StepStudy(Subject.of_plan(built.plan, built.sampler, built.levels), (0.0, 2.0), 1, PARTICLES)
    rows, limits = study.resolutions(run_steps(study, PARTICLES)), study.limits()
    assert limits[0].value == pytest.approx(2, abs=1e-3)
    for k, limit in enumerate(limits):
        (mean, _), (half, se) = (row.mean[k] for row in rows[:2]), (rows[1].shift[k].value, rows[1].shift[k].se)
        assert abs(mean.value - limit.value) <= Z * mean.se + abs(half) + limit.error
        quarter = rows[2].shift[k]
        # First order: a quarter of the steps is off by three times what half of them is; order 1/2 would give 2.4, order 2 five.
        assert abs(quarter.value - 3 * half) <= Z * np.hypot(quarter.se, 3 * se) + 0.15 * abs(3 * half)


def test_a_tail_too_heavy_has_no_mean_and_no_shift():
    preset = load("far-apart-classes").experiment
    built = preset.model_copy(update={"sampler": preset.sampler.model_copy(update={"steps": 24})}).build()
    study = StepStudy(Subject.of_plan(built.plan, built.sampler, built.levels), (0.0,), 1, 1024)
    row = study.resolutions(run_steps(study, 1024))[1]
    assert row.mean[0].value is None and row.shift[0].value is None
