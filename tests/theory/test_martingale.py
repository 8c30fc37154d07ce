"""f_t(Y_t) along the denoising, against what is exact; z is two-sided for a false-alarm rate of 1e-3 over the file."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import ndtri

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guided_law import guided_laws
from gdviz.metrics import exact_values
from gdviz.presets import load
from gdviz.theory.martingale import Along, LevelPaths, MartingaleStudy
from gdviz.theory.subject import Subject

Z = float(-ndtri(1e-3 / 400 / 2))
W = (0.0, 1.0, 4.0)
PARTICLES = 2048


def subject(name: str, steps: int = 100) -> Subject:
    preset = load(name).experiment
    built = preset.model_copy(update={"sampler": preset.sampler.model_copy(update={"steps": steps})}).build()
    return Subject.of_plan(built.plan, built.sampler, built.levels)


@cache
def run(name: str) -> tuple[MartingaleStudy, LevelPaths, tuple[Along, ...]]:
    study = MartingaleStudy(subject(name), W, 3, PARTICLES)
    fine, coarse = study.paths(0, PARTICLES), study.paths(0, PARTICLES, halved=True)
    return study, fine, study.along(fine, coarse)


@pytest.mark.parametrize("name", ["figure-1", "line-reward"])
def test_without_guidance_the_mean_does_not_move_and_the_prediction_is_exact(name):
    study, _, rows = run(name)
    free, baseline = rows[0], study.subject.baseline
    assert all(found.value == baseline and found.se == 0 for found in free.predicted)
    for value, step in zip(free.value, free.step, strict=True):
        assert abs(value.value - baseline) <= Z * value.se + step + 1e-6


@pytest.mark.parametrize("name", ["figure-1", "line-reward"])
def test_the_identity_holds_on_the_way_and_not_only_at_the_end(name):
    _, _, rows = run(name)
    for row in rows:
        assert len(row.value) == len(row.step) > 20
        for gap, step in zip(row.gap, row.step, strict=True):
            assert abs(gap.value) <= Z * gap.se + step + 1e-6
    moved, gap = rows[2].value[-1].value - rows[0].value[-1].value, rows[2].gap[-1]
    assert abs(moved) > 5 * (Z * gap.se + rows[2].step[-1]), "the test would not see a missing identity"


@pytest.mark.parametrize(("name", "sign"), [("figure-1", -1), ("line-reward", 1)])
def test_the_prediction_is_monotone_for_positive_w(name, sign):
    _, fine, rows = run(name)
    assert (np.diff(fine.integral, axis=-1) >= 0).all()
    for row in rows[1:]:
        predicted = np.array([found.value for found in row.predicted])
        assert (sign * np.diff(predicted) >= 0).all()


@pytest.mark.parametrize("name", ["figure-1", "line-reward"])
def test_the_gain_at_w_0_is_the_exact_slope_and_the_area_under_its_rate(name):
    study, fine, rows = run(name)
    exact = exact_values(study.subject.plan, study.subject.sampler)
    slope = exact.slope_mean_reward_w0 if study.subject.sign > 0 else exact.slope_mean_reciprocal_w0
    coarse = study.paths(0, PARTICLES, halved=True)
    step = study.subject.baseline * abs(fine.integral[0, :, -1].mean() - coarse.integral[0, :, -1].mean())
    gain = rows[0].gain
    assert abs(gain.value - abs(slope)) <= Z * gain.se + step
    area = sum(rate.value * width for rate, width in zip(rows[1].rate, np.diff(study.log_snr), strict=True))
    assert area == pytest.approx(rows[1].gain.value, rel=1e-9)


def test_the_end_is_that_of_the_guided_law():
    study, fine, rows = run("figure-1")
    coarse = study.paths(0, PARTICLES, halved=True)
    laws = guided_laws(study.subject.plan, study.subject.sampler, study.subject.levels, W, steps=100)
    for k, (row, law) in enumerate(zip(rows, laws, strict=True)):
        step = abs(fine.value[k, :, -1].mean() - coarse.value[k, :, -1].mean())
        assert abs(row.value[-1].value - law.mean_reciprocal) <= Z * row.value[-1].se + step + law.error_reciprocal


def test_a_heavy_tail_ends_the_curve_where_it_begins_and_not_before():
    study = MartingaleStudy(subject("far-apart-classes"), (0.0,), 0, 1024)
    (row,) = study.along(study.paths(0, 1024))
    known = [found.value is not None for found in row.value]
    assert known[0] and not known[-1]
    assert known == sorted(known, reverse=True)
    assert [found.value is None for found in row.gap] == [not each for each in known]


def test_particles_in_parts_are_the_same_particles():
    study, fine, _ = run("figure-1")
    parts = LevelPaths.joined([study.paths(0, 1024), study.paths(1024, 1024)])
    np.testing.assert_allclose(parts.value, fine.value, rtol=1e-4)
    assert parts.first(10).integral.shape == (3, 10, len(study.t))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sampler": {"kind": "ddim", "steps": 10}}, "ddpm and ancestral"),
        ({"guidance": {"kind": "none"}}, "cfg and reward guidance"),
        ({"guidance": {"kind": "apg", "label": "1"}}, "cfg and reward guidance"),
    ],
)
def test_what_has_no_theorem_is_refused(changes, says):
    built = Experiment.parse({**load("figure-1").experiment.model_dump(mode="json"), **changes}).build()
    with pytest.raises(GdvizError, match=says):
        Subject.of_plan(built.plan, built.sampler, built.levels)


def test_negative_w_is_refused():
    with pytest.raises(GdvizError, match="w >= 0"):
        MartingaleStudy(subject("figure-1"), (-1.0, 0.0), 0, 100)
