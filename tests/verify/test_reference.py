"""The reference cases through the real command line, and the table of the Figure-1 stand-in at the paper's size."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

import gdviz

pytestmark = pytest.mark.verify

CASES = Path(__file__).parents[1] / "data"
SE = {"mean_reward": "se_reward", "mean_reciprocal": "se_reciprocal", "improved": "se_improved"}


@pytest.mark.parametrize("name", ["figure1_stand_in", "surrounded_class", "swiss_roll_reward"])
def test_the_command_line_agrees_with_an_independent_simulation(name, tmp_path, verify_result):
    """Every listed field within 4 combined standard errors plus the step change; exact values to 1e-6."""
    out = tmp_path / "result.json"
    command = [sys.executable, "-m", "gdviz", "run", str(CASES / f"{name}.json"), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    ours, theirs = json.loads(out.read_text()), json.loads((CASES / f"{name}.expected.json").read_text())
    for row, expected in zip(ours["rows"], theirs["rows"], strict=True):
        assert row["w"] == expected["w"]
        for field, se in SE.items():
            if field not in expected:
                continue
            if expected[field] is None:
                assert row[field] is None and not row["tail"]["reliable"]
                continue
            value = expected[field]
            other = expected.get(se) or (math.sqrt(value * (1 - value) / row["particles"]) if field == "improved" else 0)
            combined, step = math.hypot(row[se], other), row["step_changes"][field]
            verify_result(f"{name}, {field} at w = {row['w']:g}", row[field], value, combined)
            assert abs(row[field] - value) <= 4 * combined + step, (row["w"], field)
    for field, value in theirs["exact"].items():
        assert ours["exact"][field] == pytest.approx(value, rel=1e-6), field


TABLE = {  # w: (mean of -1/p, share improved), 10^4 trials, 4000 steps, from an independent float64 simulation
    0: (-2.007, None),
    0.1: (-1.996, 0.870),
    0.5: (-1.950, None),
    1: (-1.891, 0.880),
    2: (-1.776, 0.892),
    5: (-1.473, 0.936),
    10: (-1.194, 0.982),
}
ROUNDING = 0.0005


def test_the_figure_1_stand_in_at_the_size_of_the_paper(verify_result):
    """4000 steps, 10^4 trials: within 3 combined standard errors, the step change and the table's rounding."""
    experiment = json.loads((CASES / "figure1_stand_in.json").read_text())
    experiment |= {"sampler": {"kind": "ddpm", "steps": 4000}, "particles": 10_000, "seed": 4000, "w": list(TABLE)}
    result = gdviz.run(experiment)
    for row in result.rows:
        mean, improved = TABLE[row.w]
        se = math.sqrt(2) * row.se_reciprocal  # the table's runs have as many trials
        verify_result(f"Figure-1 stand-in, 4000 steps, -1/p at w = {row.w:g}", -row.mean_reciprocal, mean, se)
        assert abs(-row.mean_reciprocal - mean) <= 3 * se + row.step_changes.mean_reciprocal + ROUNDING, row.w
        if improved is not None:
            se = math.sqrt(2) * row.se_improved
            verify_result(f"Figure-1 stand-in, 4000 steps, improved at w = {row.w:g}", row.improved, improved, se)
            assert abs(row.improved - improved) <= 3 * se + row.step_changes.improved + ROUNDING, row.w
