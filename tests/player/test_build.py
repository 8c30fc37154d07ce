"""From a run to its scene: what the browser reads per particle agrees with the run's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.player import pack_scene, unpack_scene
from gdviz.player.build import scene_from_result
from gdviz.presets import load

EXPERIMENT: dict[str, Any] = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 0.5, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
            {"weight": 0.5, "mean": [2, 0], "covariance": [[0.3, 0], [0, 0.3]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 40},
    "w": [2, 0, 1],
    "particles": 300,
    "frames": 5,
}
MEASURES: list[Any] = [None, {"label": "a"}, {"reward": {"kind": "expression", "expression": "1 + x*x"}}]


@pytest.mark.parametrize("measure", MEASURES)
def test_log_reward_of_the_particles_gives_the_rows_numbers(measure: Any) -> None:
    result = gdviz.run({**EXPERIMENT, "measure": measure}, frame_particles=300, step_change=False)
    scene = unpack_scene(pack_scene(scene_from_result(result)))
    assert scene.log_reward is not None and scene.log_reward.shape == (3, 300)
    unguided = scene.log_reward[1]
    for log_reward, row in zip(scene.log_reward, result.rows, strict=True):
        assert np.exp(log_reward.astype(float)).mean() == pytest.approx(row.mean_reward, rel=1e-6)
        if row.w:
            assert (log_reward > unguided).mean() == pytest.approx(row.improved)


@pytest.mark.parametrize(("measure", "name"), list(zip(MEASURES, ("p(b | x)", "p(a | x)", "measured reward"), strict=True)))
def test_the_measure_names_what_is_read(measure: Any, name: str) -> None:
    result = gdviz.run({**EXPERIMENT, "measure": measure}, frame_particles=50, step_change=False)
    assert scene_from_result(result).measure["reward_name"] == name


def test_without_guidance_there_is_no_reward() -> None:
    result = gdviz.run({**EXPERIMENT, "guidance": {"kind": "none"}, "w": [0]}, frame_particles=50, step_change=False)
    assert scene_from_result(result).log_reward is None


def test_what_has_no_label_is_drawn_beside_the_classes() -> None:
    components = [*EXPERIMENT["target"]["components"], {"weight": 1, "mean": [-2, 0], "covariance": [[1, 0], [0, 1]]}]
    target = {"kind": "gaussian_mixture", "components": components}
    result = gdviz.run({**EXPERIMENT, "target": target}, frame_particles=50, step_change=False, exact=False)
    found = {grid.name: grid.values for grid in scene_from_result(result).grids}
    np.testing.assert_allclose(found["class:a"] + found["class:b"] + found["unlabelled"], found["density"], rtol=1e-9)
    assert found["unlabelled"].sum() == pytest.approx(found["density"].sum() / 2, rel=1e-3), "half of the mass"
    labelled = scene_from_result(gdviz.run(EXPERIMENT, frame_particles=50, step_change=False, exact=False))
    assert "unlabelled" not in {grid.name for grid in labelled.grids}


@pytest.mark.slow
def test_the_exact_law_comes_along_where_it_is_shipped() -> None:
    """For a preset with other particles, not for an Experiment of one's own; the points are in the scene's bytes."""
    preset = load("figure-1").experiment.model_copy(update={"particles": 100, "w": (0.0, 1.0), "frames": 4})
    scene = unpack_scene(pack_scene(scene_from_result(gdviz.run(preset, frame_particles=100, step_change=False, exact=False))))
    known = {point["w"]: point["mean_reciprocal"] for point in scene.exact["law"]}
    assert known[0.0] == pytest.approx(2, abs=1e-5) and known[10.0] < known[1.0] < 2
    own = gdviz.run({**EXPERIMENT, "w": [0]}, frame_particles=50, step_change=False, exact=False)
    assert scene_from_result(own).exact["law"] == []
