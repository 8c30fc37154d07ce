"""Whatever a hand does on the stage, Python reads: random sequences of changes, made in node and parsed here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from player.test_js import ROOT, node

from gdviz.errors import MAX_SENTENCE
from gdviz.experiment import Experiment
from gdviz.guidance.reward import RewardGuidance
from gdviz.rewards import RewardContext, build_reward

MIXTURE: dict[str, Any] = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [-1, 0], "covariance": [[0.5, 0.2], [0.2, 0.4]], "label": "a"},
        {"weight": 2, "mean": [1, 0.5], "covariance": [[0.3, 0], [0, 0.3]], "label": "b"},
        {"weight": 0.5, "mean": [0, 2], "covariance": [[1, 0], [0, 0.1]], "label": None},
    ],
}
LINE: dict[str, Any] = {
    "kind": "gaussian_mixture",
    "components": [{"mean": [0], "covariance": [[1]], "label": "a"}, {"mean": [1.5], "covariance": [[0.2]], "label": "b"}],
}
POINTS: dict[str, Any] = {
    "kind": "points", "points": [[0, 0], [1, 0.5], [-1, 2], [0.3, -1.2]], "labels": ["a", None, "b", "a"], "noise": 0.1,
}  # fmt: skip
ALL_SHAPES: dict[str, Any] = {
    "kind": "sum",
    "of": [
        {"kind": "bumps", "bumps": [{"center": [1, 0]}, {"center": [-1, 0], "width": 0.5, "height": 2}], "floor": 0.1},
        {"kind": "product", "of": [
            {"kind": "exp", "strength": 0.5, "of": {"kind": "quadratic", "center": [0, 0], "curvature": [[1, 0.5], [0.5, 1]]}},
            {"kind": "exp", "of": {"kind": "ring_distance", "center": [0, 0], "radius": 2}},
            {"kind": "shift", "constant": 0.5, "of": {"kind": "half_plane", "normal": [1, 1]}},
        ]},
        {"kind": "exp", "of": {"kind": "linear", "direction": [1, 0.5]}},
        {"kind": "exp", "strength": 0.1, "of": {"kind": "quadratic", "center": [0, 1], "curvature": [0.02, 2]}},
        {"kind": "class_probability", "label": "b"},
    ],
}  # fmt: skip
PAINTED: dict[str, Any] = {
    "kind": "product",
    "of": [
        {"kind": "bumps", "bumps": [{"center": [1, 0]}], "floor": 0.1},
        {"kind": "exp", "strength": 2, "of": {"kind": "painted", "box": [-3, 3, -3, 3], "rows": ["00z0", "0z00", "0000"]}},
    ],
}  # fmt: skip
LINE_SHAPES: dict[str, Any] = {
    "kind": "product",
    "of": [
        {"kind": "bumps", "bumps": [{"center": [2], "width": 0.8}], "floor": 0.05},
        {"kind": "exp", "of": {"kind": "quadratic", "center": [1], "curvature": 0.5}},
        {"kind": "exp", "of": {"kind": "ring_distance", "center": [0.5]}},
        {"kind": "exp", "of": {"kind": "half_plane", "normal": [-1], "offset": 0.4}},
        {"kind": "exp", "of": {"kind": "linear", "direction": [-2]}},
    ],
}
GIVEN = [
    (MIXTURE, {"kind": "cfg", "label": "b"}),
    (MIXTURE, {"kind": "reward", "reward": ALL_SHAPES}),
    (LINE, {"kind": "cfg", "label": "a"}),
    (LINE, {"kind": "reward", "reward": LINE_SHAPES}),
    (MIXTURE, {"kind": "reward", "reward": PAINTED}),
    (POINTS, {"kind": "cfg", "label": "a"}),
    (POINTS, {"kind": "reward", "reward": ALL_SHAPES}),
    ({"kind": "moons"}, {"kind": "reward", "reward": {"kind": "exp", "of": {"kind": "ring_distance", "center": [0, 0]}}}),
]


def edited(given: list[dict[str, Any]], seed: int, length: int) -> list[dict[str, Any]]:
    """What node makes of Experiments by a random sequence of changes."""
    program = node()
    if program is None:
        pytest.skip("needs node")
    script = Path(__file__).parent / "js" / "random_edits.js"
    ran = subprocess.run(
        [program, str(script), str(seed), str(length)], input=json.dumps(given), capture_output=True, text=True, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr
    answer: list[dict[str, Any]] = json.loads(ran.stdout)
    return answer


@pytest.mark.parametrize("length", [1, 60])
def test_a_random_sequence_of_changes_is_an_experiment(length: int) -> None:
    given = [Experiment.parse({"target": t, "guidance": g, "w": [0, 1]}).model_dump(mode="json") for t, g in GIVEN]
    answers = edited(given * 8, seed=1, length=length)
    for first, answer in zip(given * 8, answers, strict=True):
        experiment = Experiment.parse(answer["experiment"])  # whatever Python refuses is not made
        law = experiment.target.build()
        if isinstance(experiment.guidance, RewardGuidance):
            build_reward(experiment.guidance.reward, RewardContext(law.dimension, law.log_posterior, law.labels))
        label = getattr(experiment.guidance, "label", None)
        assert label is None or label in law.labels, "the guidance names a label that is gone"
        assert all(len(sentence) <= MAX_SENTENCE and sentence.endswith(".") for sentence in answer["refused"])
        assert length == 1 or answer["experiment"] != first
    painted = sum('"painted"' in json.dumps(answer["experiment"]) for answer in answers)
    assert painted > len(GIVEN)  # those that had a picture, and others
    assert sum(bool(answer["refused"]) for answer in answers) > 5 * length / 60  # limits were met
