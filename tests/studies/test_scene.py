"""A preview leaves out what is slow and nobody sees; warming up leaves nothing behind."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from listening import JobReport, Listener
from listening import run as run_here

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.player.build import scene_from_result
from gdviz.player.scene import Scene, pack_scene, unpack_scene
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
        assert not scene.missing
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


def grown(experiment: Experiment, folder: Path, monkeypatch) -> list[Scene]:
    """The scenes that a whole one is published as, and itself."""
    monkeypatch.setattr("gdviz.studies.scene.APART", 0.0)
    heard = Listener()
    whole = run_here(SceneStudy(experiment), folder, heard)
    return [unpack_scene(part.data) for part in [*heard.partials, whole]]


def test_a_scene_is_published_in_the_order_in_which_people_look(tmp_path: Path, monkeypatch) -> None:
    experiment = Experiment.parse({**SMALL, "particles": 1300})
    first, every, far, whole = grown(experiment, tmp_path, monkeypatch)
    assert [each.missing for each in (first, every, far, whole)] == [
        ("particles", "distances", "exact", "law"), ("distances", "exact", "law"), ("exact", "law"), (),
    ]  # fmt: skip
    assert [each.rows[0]["particles"] for each in (first, every, far)] == [1024, 1300, 1300]
    few = run(experiment.model_copy(update={"particles": 1024}), step_change=False, exact=False, distances=False)
    assert first.rows == few.to_dict()["rows"], "the first particles are those of a run of so many"
    for early, late in ((first, every), (every, far), (far, whole)):
        n = early.paths.shape[2]
        error = 1e-3 * (early.extent[1] - early.extent[0])  # two codes of 4094 over twice the axes
        assert abs(late.paths[:, :, :n] - early.paths).max() <= error, "a particle stays in its place"
        for now, then in zip(late.rows, early.rows, strict=True):
            same = ("mean_reward", "improved", "spread") if early is not first else ("w",)
            assert [now[name] for name in same] == [then[name] for name in same]
            assert now["se_reward"] <= then["se_reward"]
    assert [bool(each.rows[0]["distances"]) for each in (every, far, whole)] == [False, True, True]
    assert whole.law is not None and whole.rows == run(experiment).to_dict()["rows"]


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_the_whole_scene_has_the_same_bytes_on_any_number_of_cores(cores: int, tmp_path: Path, monkeypatch) -> None:
    experiment = Experiment.parse({**SMALL, "particles": 1300, "w": [0, 1, 3]})
    monkeypatch.setattr("gdviz.result.on_cores.WORTH_SHARING", 1)  # so small a run would not be cut
    monkeypatch.setattr("gdviz.cores.at_hand", lambda: cores)
    whole = run_here(SceneStudy(experiment), tmp_path)
    result = run(experiment, frame_particles=1500)
    assert whole.data == pack_scene(scene_from_result(result))


def test_what_a_newer_edit_has_overtaken_ends_within_a_breath(tmp_path: Path) -> None:
    class Overtaken(Exception):
        pass

    class Impatient(Listener):
        def progress(self, done: float, seconds_left: float | None = None) -> None:
            super().progress(done)
            if done > 0.02:
                raise Overtaken

    long = Experiment.parse({**SMALL, "particles": 200_000, "sampler": {"kind": "ddpm", "steps": 400}})
    before, heard = set(threading.enumerate()), Impatient()
    with pytest.raises(Overtaken):
        run_here(SceneStudy(long), tmp_path, heard)
    assert heard.shares[-1] < 0.2
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
        assert not thread.is_alive(), "nothing goes on behind its back"
