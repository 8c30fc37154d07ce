"""The calibration with another seed and fewer experiments than its page has."""

from __future__ import annotations

import math

import pytest

from gdviz.facts.calibration import calibrate

pytestmark = pytest.mark.verify

EXPERIMENTS = 400


def test_the_intervals_cover_and_heavy_tails_have_none(verify_result):
    found = calibrate(EXPERIMENTS, seed=1)
    for line in (*found.lines, found.total):
        if line.share is not None:
            name = f"calibration, {line.quantity} {line.at}: {line.printed} bands of {line.looked}, covered"
            verify_result(name, line.share, 0.95, math.sqrt(0.95 * 0.05 / line.printed))
            experiments = min(EXPERIMENTS, line.printed)
            assert line.share >= 0.935 - 4 * math.sqrt(0.95 * 0.05 / experiments), name
    for line in found.heavy:
        verify_result(f"calibration, heavy-tailed {line.quantity} {line.at}: with a band, of {line.looked}", line.printed, 0)
        assert line.printed <= 1, line  # exact samples may miss a tail, once
