"""Scenes survive the trip into bytes and back, to within their stated quantisation."""

from __future__ import annotations

import dataclasses
import json
import struct

import numpy as np
import pytest
from player.fake_scene import fake_scene

from gdviz.errors import GdvizError
from gdviz.player import Arrows, DensityGrid, Scene, pack_scene, unpack_scene
from gdviz.player.law_field import LOG_FLOOR as LAW_FLOOR
from gdviz.player.law_field import LawField
from gdviz.player.scene import CODES, LOG_FLOOR, MARGIN


@pytest.fixture(scope="module", params=[1, 2])
def scene(request: pytest.FixtureRequest) -> Scene:
    # w unsorted and partly negative: the payload runs over sorted w, the rows do not
    return fake_scene(request.param, n=200, frames=12, w=(1, 0, -0.5, 4), steps=40)


def test_header_fields_survive(scene: Scene) -> None:
    back = unpack_scene(pack_scene(scene))
    for name in ("id", "laws", "measure", "steps_total", "title", "caption", "sampler", "preview"):
        assert getattr(back, name) == getattr(scene, name)
    assert tuple(back.w) == tuple(scene.w) and back.extent == scene.extent
    assert [row["w"] for row in back.rows] == list(scene.w)


def test_positions_come_back_to_half_a_code(scene: Scene) -> None:
    back = unpack_scene(pack_scene(scene))
    ends = np.array(scene.extent).reshape(-1, 2)
    width = ends[:, 1] - ends[:, 0]
    step = (1 + 2 * MARGIN) * width / (CODES - 1)
    kept = np.clip(scene.paths, ends[:, 0] - MARGIN * width, ends[:, 1] + MARGIN * width)
    assert back.paths.shape == scene.paths.shape
    assert np.abs(back.paths - kept).max() <= 0.51 * step.max()


def test_lost_particles_stay_lost_and_far_ones_stay_outside(scene: Scene) -> None:
    paths = scene.paths.copy()
    paths[2, 5:, 7] = np.inf
    paths[0, :, 9, -1] = np.nan
    paths[3, :, 3] = 1e6
    back = unpack_scene(pack_scene(dataclasses.replace(scene, paths=paths))).paths
    lost = ~np.isfinite(paths).all(-1)
    assert np.array_equal(np.isnan(back).all(-1), lost) and np.array_equal(np.isnan(back).any(-1), lost)
    assert (back[3, :, 3, 0] > scene.extent[1]).all()


def test_grids_arrows_and_classes_survive(scene: Scene) -> None:
    back = unpack_scene(pack_scene(scene))
    assert [grid.name for grid in back.grids] == [grid.name for grid in scene.grids]
    for old, new in zip(scene.grids, back.grids, strict=True):
        floor = old.values.max() * LOG_FLOOR if old.values.ndim == 2 else 0
        seen = old.values > floor
        relative = 1e-6 if old.values.ndim == 1 else 0.51 * np.log(1 / LOG_FLOOR) / 255  # half a byte's step in the logarithm
        assert np.allclose(new.values[seen], old.values[seen], rtol=1.05 * relative, atol=0)
    assert scene.arrows and back.arrows and scene.final_class is not None and back.final_class is not None
    for old_arrows, new_arrows in ((scene.arrows.base, back.arrows.base), (scene.arrows.push, back.arrows.push)):
        largest = np.abs(old_arrows).reshape(len(old_arrows), -1).max(1).reshape(-1, *[1] * (old_arrows.ndim - 1))
        assert (np.abs(new_arrows - old_arrows) <= 0.501 * largest / 127).all()
    assert np.array_equal(back.final_class, scene.final_class)


def test_optional_parts_may_be_absent_and_linear_grids_keep_zero(scene: Scene) -> None:
    ramp = DensityGrid("reward", (0, 1, 0, 1), np.linspace(0, 2, 256).reshape(16, 16), "linear")
    back = unpack_scene(pack_scene(dataclasses.replace(scene, grids=(ramp,), arrows=None, final_class=None)))
    assert back.arrows is None and back.final_class is None
    assert np.abs(back.grids[0].values - ramp.values).max() <= 0.51 * 2 / 255 and back.grids[0].values[0, 0] == 0


@pytest.mark.parametrize("shape", [(4, 50), (4, 12, 16)])
def test_the_guided_law_survives_in_its_order(scene: Scene, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).exponential(1, shape)
    values[0].flat[3] = 0
    law = LawField(values, (0.1, 0.2, 0.3, 0.4))
    back = unpack_scene(pack_scene(dataclasses.replace(scene, law=law))).law
    assert back is not None and back.errors == law.errors and not back.absent
    half_a_code = 1e-6 if len(shape) == 2 else 0.51 * np.log(1 / LAW_FLOOR) / 255
    seen = values > values.reshape(4, -1).max(1).reshape(4, *[1] * (len(shape) - 1)) * LAW_FLOOR
    assert np.allclose(back.values[seen], values[seen], rtol=1.05 * half_a_code, atol=0) and back.values[0].flat[3] == 0


def test_a_law_that_is_not_there_says_why(scene: Scene) -> None:
    back = unpack_scene(pack_scene(dataclasses.replace(scene, law=LawField.none("found three dimensions")))).law
    assert back is not None and back.absent == "found three dimensions"
    assert unpack_scene(pack_scene(scene)).law is None


def test_a_scene_of_the_first_format_still_opens(scene: Scene) -> None:
    data = pack_scene(scene)
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    header["format"] = 1
    del header["law"]
    text = json.dumps(header).encode()
    back = unpack_scene(struct.pack("<I", len(text)) + text + data[4 + length :])
    assert back.law is None and np.array_equal(back.paths, unpack_scene(data).paths)


def test_header_is_strict_json(scene: Scene) -> None:
    rows = [{"w": w, "mean_reward": np.float64("nan"), "improved": np.float32(0.5)} for w in scene.w]
    data = pack_scene(dataclasses.replace(scene, rows=rows))
    (length,) = struct.unpack_from("<I", data)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    header = json.loads(data[4 : 4 + length], parse_constant=refuse)
    assert header["rows"][0] == {"w": scene.w[0], "mean_reward": None, "improved": 0.5}
    entry = header["arrays"][0]
    assert entry["name"] == "paths" and entry["shape"] == list(scene.paths.shape)


@pytest.mark.slow
def test_the_usual_size_stays_small() -> None:
    scene = fake_scene(2, n=1500, frames=60)
    log_reward = -np.random.default_rng(0).exponential(1, (len(scene.w), 1500)).astype(np.float32)
    assert len(pack_scene(dataclasses.replace(scene, log_reward=log_reward))) <= 1_500_000


def test_log_reward_survives_whole_and_in_its_order(scene: Scene) -> None:
    log_reward = -np.random.default_rng(0).exponential(1, (len(scene.w), scene.paths.shape[2])).astype(np.float32)
    log_reward[1, 3] = np.nan
    shuffled = np.random.default_rng(1).permutation(len(scene.w))
    given = dataclasses.replace(
        scene, w=[scene.w[k] for k in shuffled], paths=scene.paths[shuffled], log_reward=log_reward[shuffled], final_class=None
    )
    read = unpack_scene(pack_scene(given)).log_reward
    assert read is not None and np.array_equal(read, log_reward[shuffled], equal_nan=True)


def test_packing_is_deterministic(scene: Scene) -> None:
    assert pack_scene(scene) == pack_scene(scene)


NO_SCENES = (b"", b"abc", b"<!doctype html><title>not found</title>", struct.pack("<I", 2) + b"[]", struct.pack("<I", 2**31))


@pytest.mark.parametrize("data", NO_SCENES)
def test_bytes_that_are_no_scene_are_refused(data: bytes) -> None:
    with pytest.raises(GdvizError, match=r"^found \d+ bytes that are not a scene"):
        unpack_scene(data)


def test_another_format_is_refused() -> None:
    header = b'{"format": 9}'
    with pytest.raises(GdvizError, match="scene format 9; this program reads formats 1 to 3"):
        unpack_scene(struct.pack("<I", len(header)) + header)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w": (1, 2, 3, 4)}, "w = 0"),
        ({"w": (0, 1)}, "they must agree"),
        ({"extent": (0, 1, 2)}, "extent"),
        ({"paths": np.zeros((4, 12, 5, 3))}, "1 or 2"),
        ({"log_reward": np.zeros((4, 12))}, "log_reward of shape"),
        ({"law": LawField(np.zeros((3, 50)), (0.0,) * 3)}, "3 densities of the law for 4 w"),
    ],
)
def test_parts_that_do_not_fit_are_refused(scene: Scene, change: dict[str, object], message: str) -> None:
    with pytest.raises(GdvizError, match=message):
        dataclasses.replace(scene, **change)  # type: ignore[arg-type]


def test_arrows_that_overflow_are_drawn_as_none(scene: Scene) -> None:
    assert scene.arrows is not None
    base = scene.arrows.base.copy()
    base[0] = np.inf
    back = unpack_scene(pack_scene(dataclasses.replace(scene, arrows=Arrows(base, scene.arrows.push))))
    assert back.arrows is not None and (back.arrows.base[0] == 0).all()
