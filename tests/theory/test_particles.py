"""Winners and losers on the same noise; one step taken apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.presets import load
from gdviz.theory.one_step import one_step
from gdviz.theory.subject import Subject
from gdviz.theory.winners import SHOWN, winners

Z = float(-ndtri(1e-3 / 40 / 2))


def subject(name: str = "figure-1", **changes) -> Subject:
    preset = load(name).experiment.model_dump(mode="json")
    built = Experiment.parse({**preset, **changes}).build()
    return Subject.of_plan(built.plan, built.sampler, built.levels)


DDPM = {"kind": "ddpm", "steps": 100}


def test_figure_1_has_losers_in_the_share_that_is_known():
    """MATH's independent simulation: .936 improved at w = 5 of 10^4 trials."""
    found = winners(subject(sampler={"kind": "ddpm", "steps": 400}), 5.0, 2000, 4)  # MATH's has 4000: 0.001 less
    assert abs(found.rose.value - 0.936) <= Z * np.hypot(found.rose.se, np.sqrt(0.936 * 0.064 / 1e4))
    assert found.fell.value + found.rose.value == pytest.approx(1, abs=1e-3)


def test_one_mode_a_class_has_no_losers():
    """Two equal Gaussians: the push points to the same side everywhere (MATH section 2)."""
    found = winners(subject("overlapping-classes", sampler=DDPM), 2.0, 1000, 1)
    assert found.fell.value == 0 and len(found.losers.particle) == 0


def test_sides_hold_whole_paths_of_particles_that_fell_and_rose():
    found = winners(subject(sampler=DDPM), 5.0, 1500, 4)
    change = found.after - found.before
    assert (change[found.losers.particle] < 0).all() and (change[found.winners.particle] > 0).all()
    assert len(found.losers.particle) == len(found.winners.particle) == SHOWN
    worst = found.losers.particle
    assert (np.diff(change[worst]) >= 0).all() and change[worst[0]] == change[:1024].min()
    for side in (found.losers, found.winners):
        assert side.before.shape == side.after.shape == (SHOWN, len(found.log_snr), 1)
        np.testing.assert_array_equal(side.before[:, 0], side.after[:, 0])  # the same noise from the same start


# ---------------------------------------------------------------------- one step
def chain(**changes) -> Subject:
    return subject(sampler={"kind": "ddpm", "steps": 200, **changes})


def test_the_parts_add_up_and_guidance_is_proportional_to_w():
    x, z = np.array([0.7]), np.array([-1.2])
    step, double = one_step(chain(), 1.5, 90, x, z), one_step(chain(), 3.0, 90, x, z)
    np.testing.assert_allclose(step.after, x + step.by_score + step.by_guidance + step.by_noise)
    np.testing.assert_allclose(double.by_guidance, 2 * step.by_guidance)
    np.testing.assert_array_equal(double.by_score, step.by_score)
    assert (one_step(chain(), 0.0, 90, x, z).by_guidance == 0).all()


def test_the_step_is_ddpm_written_out_again():
    """Y' = a^-1/2 (Y + (1 - a) s + sqrt(1 - a) Z) with the scores of the two mixtures by hand."""
    x, z, w = 0.7, -1.2, 2.0
    step = one_step(chain(), w, 90, np.array([x]), np.array([z]))
    ab, a = step.moment.alpha_bar, step.moment.a

    def score(weights, means):
        parts = np.array(weights) * np.exp(-((x - np.sqrt(ab) * np.array(means)) ** 2) / 2)  # unit variance at every level
        return float((parts * (np.sqrt(ab) * np.array(means) - x)).sum() / parts.sum())

    given, free = score([0.5, 0.5], [1, -1]), score([0.5, 0.25, 0.25], [0, 1, -1])
    guided = (1 + w) * given - w * free
    assert step.after[0] == pytest.approx((x + (1 - a) * guided + np.sqrt(1 - a) * z) / np.sqrt(a), rel=1e-9)


@pytest.mark.parametrize("w", [0.0, 3.0])
def test_on_average_a_small_step_changes_f_by_the_identity(w):
    step = one_step(chain(), w, 100, np.array([0.8]), np.array([0.3]), seed=2)
    assert (step.expected_change == 0) if w == 0 else (step.expected_change < 0)
    off = step.average_f.value - step.before_f - step.expected_change
    # What is of second order in the step: measured on steps twice as long, four times as large.
    long = one_step(chain(steps=100), w, 50, np.array([0.8]), np.array([0.3]), seed=2)
    second = abs(long.average_f.value - long.before_f - long.expected_change)
    assert abs(off) <= Z * step.average_f.se + second


def test_a_step_that_is_not_linear_in_one_score_is_refused():
    from dataclasses import replace

    from gdviz.samplers.heun import Heun

    with pytest.raises(GdvizError, match="linear in one score"):
        one_step(replace(chain(), sampler=Heun()), 1.0, 0, np.zeros(1), np.zeros(1))
