"""The presets' ready scenes: all there, of the present presets, small, and saying what a run says."""

from __future__ import annotations

import pytest

from gdviz.build_assets.scenes import missing
from gdviz.player.scene import unpack_scene
from gdviz.presets import load, names
from gdviz.resources import resource
from gdviz.result import run
from gdviz.store import SceneStore

MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def shipped() -> SceneStore:
    return SceneStore(resource("assets", "scenes"))


def test_every_preset_has_its_scene() -> None:
    assert missing() == [], "run `make assets`"


@pytest.mark.parametrize("name", names())
def test_a_scene_is_small_whole_and_of_its_preset(shipped: SceneStore, name: str) -> None:
    digest = shipped.find(f"preset-{name}")
    assert digest is not None
    data = shipped.read(digest)
    assert data is not None and len(data) <= MOST_BYTES
    scene, preset = unpack_scene(data), load(name)
    assert scene.title == preset.title
    assert not scene.preview
    assert len(scene.rows) == len(preset.experiment.all_w)


def test_a_scene_holds_what_a_run_finds_now(shipped: SceneStore) -> None:
    """Within four standard errors of both: the noise differs between torch versions, the law does not."""
    name = "figure-1"
    data = shipped.read(shipped.find(f"preset-{name}") or "")
    assert data is not None
    now = run(load(name).experiment.model_copy(update={"particles": 2000}), step_change=False, exact=False)
    for row, found in zip(now.rows, unpack_scene(data).rows, strict=True):
        assert row.mean_reward is not None and row.se_reward is not None
        spread = 4 * (row.se_reward**2 + found["se_reward"] ** 2) ** 0.5
        assert abs(row.mean_reward - found["mean_reward"]) <= spread + found["step_change"]
