"""The benchmark at its full size: shipped entries come out again, and how long a cheap one takes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gdviz.bench import find_definition
from gdviz.bench.entry import find_entrant, read_entry, run_entry
from gdviz.comparison.words import JUDGED

pytestmark = pytest.mark.verify

SUITE = find_definition("guidance2d-v1")
ENTRIES = Path(__file__).resolve().parents[2] / "benchmarks" / SUITE.name
Z = 7.0  # combined standard errors over five seeds (t with 8 degrees of freedom): a false alarm in 150 runs of all comparisons


@pytest.mark.parametrize("name", ["flow", "exact", "importance"])
def test_a_shipped_entry_comes_out_again(name, verify_result):
    """To the digit on one version of torch; elsewhere the noise differs, and five seeds say how much that may be."""
    held, again = read_entry(ENTRIES / f"{name}.json", SUITE), run_entry(SUITE, find_entrant(name))
    verify_result(f"{SUITE.name}, {name}: seconds for the whole", again.seconds, held.seconds)
    assert again.scenes.keys() == held.scenes.keys() == {scene.name for scene in SUITE.scenes}
    for scene, answer in again.scenes.items():
        for run, then in zip(answer.entries, held.scenes[scene].entries, strict=True):
            found, expected = run.mean(JUDGED), then.mean(JUDGED)
            se = math.hypot(found.se, expected.se)
            if run.evaluations == max(SUITE.budgets):
                verify_result(f"{SUITE.name}, {name} on {scene}: sliced W2", found.value, expected.value, se)
            assert abs(found.value - expected.value) <= Z * se, (scene, run.evaluations)
