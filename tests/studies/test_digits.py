"""The runs on digits: what comes with the program is whole, and a small run has what its record says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gdviz.build_assets import digits as build_digits
from gdviz.resources import resource
from gdviz.studies import StudyContext
from gdviz.studies.digit_answers import PackedImages
from gdviz.studies.digits import STUDIES, DigitReward, classifier_report


@pytest.mark.parametrize("name", STUDIES)
def test_every_part_is_shipped_whole(name):
    raw = (resource("assets", "digits") / f"{name}.json").read_bytes()  # missing: `python -m gdviz.build_assets digits NAME`
    study = STUDIES[name]
    answer = study.answer.from_bytes(raw)
    assert answer.to_bytes() + b"\n" == raw
    assert (answer.experiment.sampler.steps, answer.experiment.particles) == (study.steps, study.particles)
    images = answer.grid.images.array()
    assert images.dtype == np.uint8 and images.shape[0] == len(answer.grid.w) and images.shape[-1] == 64
    assert 20 < images.mean() < 140  # ink and paper
    # The same noise at every stop: neighbours are far more alike than strangers.
    near = np.abs(images[0].astype(float) - images[1]).mean()
    far = np.abs(images[0].astype(float) - np.roll(images[0], 1, axis=1)).mean()
    assert near < 0.5 * far


def test_all_files_are_there():
    assert build_digits.missing() == [] and {*STUDIES, "classifier", "weights"} == set(build_digits.names())


def test_a_small_run_of_a_reward(tmp_path):
    shares = []
    context = StudyContext(tmp_path, lambda done, seconds_left=None: shares.append(done))
    answer = DigitReward("symmetry", 3, 400, (0.0, 1.0)).run(context)
    assert shares == sorted(shares) and 0 < shares[0] < shares[-1] < 1
    assert answer.rows[0].improved is None and answer.rows[1].potential[0] > answer.rows[0].potential[0]
    assert answer.grid.images.shape == (2, 1, 24, 64) and answer.images.reweighted > answer.images.plain
    assert type(answer).from_bytes(answer.to_bytes()) == answer
    assert len(answer.rows) == 9 and json.loads(answer.to_bytes())["rows"][1]["w"] == 0.5


def test_images_are_packed_and_unpacked():
    images = np.arange(2 * 3 * 4 * 64, dtype=np.uint8).reshape(2, 3, 4, 64)
    np.testing.assert_array_equal(PackedImages.of(images).array(), images)


def test_the_classifier_has_its_report():
    report = classifier_report()
    assert report.images == 398 and 0.98 < report.accuracy < 1
