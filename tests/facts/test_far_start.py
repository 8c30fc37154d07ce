"""A run that starts far from the noise samples another law, so that no exact value speaks of it."""

from __future__ import annotations

from gdviz.facts import check_experiment
from gdviz.presets import load


def test_no_fact_is_compared():
    value = load("surrounded-class").experiment.model_dump(mode="json")
    value["sampler"] = {"kind": "ddpm", "steps": 10, "levels": {"kind": "logit", "start": 0.5, "stop": 0.01}}
    report = check_experiment({**value, "w": [0, 1]}, particles=64)
    assert len(report.findings) > 4
    assert all(f.p_value is None and f.measured is None and "of the data still there" in f.reason for f in report.findings)
