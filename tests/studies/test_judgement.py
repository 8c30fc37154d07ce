"""Samples of one's own, judged: the answer of the Check page, and what its key depends on."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from listening import Listener, run

from gdviz.errors import GdvizError
from gdviz.facts.judge import judge
from gdviz.presets import load
from gdviz.studies.facts import Facts
from gdviz.studies.judgement import JudgementAnswer, SampleJudgement

EXPERIMENT = load("figure-1").experiment


def npy(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, samples)
    return buffer.getvalue()


def test_samples_are_judged_as_they_are_without_a_page(tmp_path):
    samples = np.random.default_rng(0).standard_normal(200)
    found = run(SampleJudgement(EXPERIMENT, "a.npy", npy(samples), None), tmp_path, heard := Listener())
    assert found.laws.rows[0][0] == "the samples" and len(found.picture.samples) == 200
    assert heard.shares == sorted(heard.shares) and heard.shares
    directly = judge(samples[:, None], EXPERIMENT, None)
    assert found.sentence == directly.sentence and found.within == directly.nearest.agrees
    assert all(len(row) == len(found.laws.headings) for row in found.laws.rows)
    assert JudgementAnswer.from_bytes(found.to_bytes()).laws == found.laws


def test_what_a_reader_uploaded_is_not_kept():
    assert not SampleJudgement.stored


def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(GdvizError, match=r"a\.xlsx"):
        run(SampleJudgement(EXPERIMENT, "a.xlsx", b"1 2", None), tmp_path)


def test_keys_tell_questions_apart():
    one = SampleJudgement(EXPERIMENT, "a.npy", b"1", None)
    changes = {"experiment": load("apg").experiment}, {"file": "a.csv"}, {"data": b"2"}, {"w": 0.0}
    others = [dataclasses.replace(one, **change) for change in changes]
    assert len({one.key, *(other.key for other in others), Facts(EXPERIMENT).key}) == 6
    assert one.key == dataclasses.replace(one).key
