"""A preview leaves out what is slow and nobody sees; warming up leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from listening import JobReport
from listening import run as run_here

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.player.scene import unpack_scene
from gdviz.result import run
from gdviz.store import SceneStore
from gdviz.studies.scene import SceneStudy, check_drawable, scene_key, warm_up

SMALL = {
    "target": {"kind": "ring", "count": 3},
    "guidance": {"kind": "reward", "reward": {"kind": "expression", "expression": "exp(x/4)"}},
    "sampler": {"kind": "ddpm", "steps": 20},
    "w": [0, 1],
    "particles": 100,
    "frames": 5,
}


def test_a_run_without_distances_differs_in_nothing_else() -> None:
    whole, without = (run(SMALL, step_change=False, exact=False, distances=asked) for asked in (True, False))
    for full, bare in zip(whole.rows, without.rows, strict=True):
        assert full.distances and not bare.distances
        assert (full.mean_reward, full.off_support) == (bare.mean_reward, bare.off_support)


def test_a_preview_has_no_distances_and_its_whole_scene_has(tmp_path: Path) -> None:
    experiment = Experiment.parse(SMALL)
    for preview in (True, False):
        assert run_study(SceneStudy(experiment, preview=preview), str(tmp_path), JobReport()) == b"", "its bytes do not travel"
        store = SceneStore(tmp_path)
        scene = unpack_scene(store.read(store.find(scene_key(experiment.id, preview))))
        assert scene.preview is preview
        assert all(bool(row["distances"]) is not preview for row in scene.rows)


def test_warming_up_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    warm_up()
    assert not list(tmp_path.iterdir())


def test_a_scene_never_trains_the_network_it_lacks(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    experiment = Experiment.parse({**SMALL, "score": {"kind": "network", "steps": 3, "recipe": {"width": 8, "batch": 8}}})
    with pytest.raises(GdvizError, match="found no stored network for score of p"):
        run_here(SceneStudy(experiment, preview=True), tmp_path)


def test_images_are_refused_before_anything_is_trained_and_the_digits_page_is_named(tmp_path: Path) -> None:
    images = Experiment.parse({**SMALL, "target": {"kind": "digits"}, "guidance": {"kind": "none"}, "score": {"kind": "network"}})
    for ask in (lambda: check_drawable(images), lambda: run_here(SceneStudy(images, preview=True), tmp_path)):
        with pytest.raises(GdvizError, match=r"^target: found 'digits', .* shown at /digits\.$"):
            ask()
    check_drawable(Experiment.parse(SMALL))


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "points", "points": [[0, 0, 1], [2, 0, 0]]},
        {"kind": "gaussian_mixture", "components": [{"mean": [0] * 3, "covariance": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}]},
    ],
)
def test_three_coordinates_are_refused_in_a_sentence(target: dict[str, object]) -> None:
    with pytest.raises(GdvizError, match="points of 3 coordinates; the player draws one or two"):
        check_drawable(Experiment.parse({**SMALL, "target": target}))
    check_drawable(Experiment.parse(SMALL))
