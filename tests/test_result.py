"""Results: strict JSON, repeatable numbers, partial results that grow, and what happens when particles overflow."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import gdviz
from gdviz import Experiment, GdvizError, Result, run, stream
from gdviz.progress import Progress

BASE = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 0.5, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
            {"weight": 0.3, "mean": [2, 0], "covariance": [[1, 0], [0, 1]], "label": "b"},
            {"weight": 0.2, "mean": [-1, 2], "covariance": [[1, 0], [0, 1]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 40},
    "w": [2, 0.5, 0],
    "particles": 600,
    "frames": 8,
    "seed": 3,
}


def experiment(**changes) -> Experiment:
    return Experiment.parse({**BASE, **changes})


def without_time(result: Result) -> dict:
    return {key: value for key, value in result.to_dict().items() if key != "seconds"}


def test_json_is_strict_and_holds_the_experiment():
    result = run(experiment())
    found = json.loads(result.to_json(), parse_constant=lambda name: pytest.fail(f"{name} in strict JSON"))
    assert found["format"] == 1
    assert Experiment.parse(found["experiment"]) == experiment()
    told = {"network_evaluations", "seconds", "versions", "complete", "notes"}
    assert set(found) == {"format", "experiment", "rows", "exact", *told}
    assert set(found["rows"][0]) == {
        *("w", "particles", "nonfinite", "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "tail"),
        *("improved", "se_improved", "ties", "improved_independent", "se_improved_independent", "identity"),
        *("path_kl", "se_path_kl", "spread", "se_spread", "mode_weight_tv", "off_support"),
        *("step_change", "step_changes", "distances", "populations"),
    }
    assert set(found["rows"][0]["tail"]) == {"k_hat", "top_share", "reliable", "skewness"}
    assert set(found["rows"][-1]["identity"]) == {"of", "value", "se"}  # w = 0
    assert [d["to"] for d in found["rows"][0]["distances"]] == ["conditional", "powered"]
    assert set(found["rows"][0]["distances"][0]) == {"to", "energy_distance", "se", "floor", "step_change"}


def test_running_again_gives_equal_numbers():
    assert without_time(run(experiment())) == without_time(run(experiment()))


def test_rows_keep_the_order_given_and_zero_is_a_row_only_if_listed():
    assert [row.w for row in run(experiment()).rows] == [2, 0.5, 0]
    result = run(experiment(w=[1, 0.5]))
    assert [row.w for row in result.rows] == [1, 0.5]
    assert result.samples.shape == (3, 600, 2)  # 0 in front
    assert all(row.improved is not None and 0 < row.improved <= 1 for row in result.rows)


def test_rows_do_not_depend_on_which_other_w_are_run():
    alone, among = run(experiment(w=[0.5])).rows[0], run(experiment()).rows[1]
    assert alone == among


def test_without_guidance_the_row_is_its_own_pair():
    row = run(experiment(w=[0])).rows[0]
    assert (row.improved, row.ties, row.path_kl) == (0, 1, 0)
    assert row.improved_independent == pytest.approx(0.5, abs=4 * row.se_improved_independent)
    assert row.identity.value == pytest.approx(2.0) and row.identity.se == 0
    assert row.step_changes.improved == 0


@pytest.mark.slow
def test_chunks_do_not_change_the_samples(monkeypatch):
    whole = run(experiment(particles=2500), frame_particles=2100)
    monkeypatch.setattr("gdviz.sweep.options.CHUNK_VALUES", 1)
    parts = run(experiment(particles=2500), frame_particles=2100)
    np.testing.assert_array_equal(parts.samples, whole.samples)
    np.testing.assert_array_equal(parts.frames, whole.frames)
    assert parts.rows == whole.rows


def test_frames_run_from_the_start_to_the_end_points():
    result = run(experiment(), frame_particles=50)
    assert result.frames.shape == (3, 50, len(result.frame_levels), 2)
    np.testing.assert_array_equal(result.frames[:, :, -1], result.samples[:, :50])
    assert np.ptp(result.frames[:, :, 0], axis=0).max() == 0  # one start for all w
    assert result.frame_levels[0] == 0 and result.frame_levels[-1] == 40
    np.testing.assert_allclose(result.frame_t + result.frame_alpha_bar, 1)


@pytest.mark.slow
def test_the_stream_grows_to_the_same_result(monkeypatch):
    monkeypatch.setattr("gdviz.sweep.options.CHUNK_VALUES", 1)
    items = list(stream(experiment(particles=6000)))
    results = [item for item in items if isinstance(item, Result)]
    assert len(results) >= 3
    assert [r.complete for r in results] == [False] * (len(results) - 1) + [True]
    assert all(b.rows[0].particles > a.rows[0].particles for a, b in pairwise(results[:-1]))
    assert all(b.rows[0].se_reward < a.rows[0].se_reward for a, b in pairwise(results[:-1]))
    assert results[-1].rows[0].particles == 6000
    done = [item.done for item in items if isinstance(item, Progress)]
    assert done == sorted(done) and done[0] > 0 and done[-1] == pytest.approx(1)
    partial = results[0]
    np.testing.assert_array_equal(partial.samples, results[-1].samples[:, : partial.rows[0].particles])
    assert partial.rows[0].distances == () and partial.rows[0].step_change is None
    assert without_time(results[-1]) == without_time(run(experiment(particles=6000)))


def test_a_stream_can_be_left(monkeypatch):
    monkeypatch.setattr("gdviz.sweep.options.CHUNK_VALUES", 1)
    items = stream(experiment(particles=100_000, sampler={"kind": "ddpm", "steps": 1000}))
    assert isinstance(next(items), Progress)
    items.close()
    assert list(items) == []


def test_progress_is_told():
    told: list[float] = []
    run(experiment(), progress=told.append)
    assert told == sorted(told) and told[-1] == 1


def test_network_evaluations_are_counted():
    """particles x w x steps x two scores, and half the steps again for the step change."""
    assert run(experiment()).network_evaluations == 600 * 3 * (40 + 20) * 2
    assert run(experiment(), step_change=False).network_evaluations == 600 * 3 * 40 * 2
    assert run(experiment(guidance={"kind": "none"}), step_change=False).network_evaluations == 600 * 3 * 40


def test_without_guidance_there_is_no_reward_unless_one_is_measured():
    row = run(experiment(guidance={"kind": "none"})).rows[0]
    assert row.mean_reward is None and row.tail is None and row.step_change is None and row.identity is None
    measured = run(experiment(guidance={"kind": "none"}, measure={"label": "b"})).rows[0]
    assert measured.mean_reward == pytest.approx(0.5, abs=5 * measured.se_reward)


def test_what_is_measured_need_not_be_what_guides():
    guided, measured = run(experiment()).rows[0], run(experiment(measure={"label": "a"})).rows[0]
    assert measured.mean_reward == pytest.approx(1 - guided.mean_reward)  # two classes
    assert measured.identity is None and measured.path_kl == guided.path_kl
    assert measured.step_change == measured.step_changes.mean_reward
    with pytest.raises(GdvizError, match="reward: found r = "):
        run(experiment(measure={"reward": {"kind": "expression", "expression": "x"}}))
    with pytest.raises(GdvizError, match="label: found 'z'"):
        run(experiment(measure={"label": "z"}))


def test_deterministic_samplers_have_no_identity():
    row = run(experiment(sampler={"kind": "ddim", "steps": 40, "eta": 0})).rows[0]
    assert row.identity is None and row.path_kl is None and row.mean_reciprocal is not None


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "heun"])
def test_huge_guidance_scales_leave_the_result_alive(sampler):
    result = run(experiment(w=[0, 1e6, -1e6], sampler={"kind": sampler, "steps": 40}))
    json.loads(result.to_json(), parse_constant=lambda name: pytest.fail(f"{name} in strict JSON"))
    assert result.rows[0] == run(experiment(w=[0], sampler={"kind": sampler, "steps": 40})).rows[0]


def test_too_many_paths_are_refused():
    with pytest.raises(GdvizError, match=r"frames: found 3 w x 1000000 particles x .* at most 250,000,000"):
        run(experiment(particles=1_000_000, frames=60, sampler={"kind": "ddpm", "steps": 400}), frame_particles=1_000_000)


def test_files(tmp_path):
    result = run(experiment(w=[2, 0.5]), frame_particles=20)
    result.write(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text()) == json.loads(result.to_json())
    result.write_samples(tmp_path / "samples.npz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.json", "samples.npz"]
    with np.load(tmp_path / "samples.npz") as arrays:
        assert arrays["x"].dtype == np.float32 and arrays["x"].shape == (2, 600, 2)
        np.testing.assert_array_equal(arrays["w"], [2, 0.5])  # 0 was run, and is not listed
        np.testing.assert_array_equal(arrays["x"], result.samples[1:])
        np.testing.assert_array_equal(arrays["paths"], result.frames[1:])
        assert arrays["t"].shape == (arrays["paths"].shape[2],)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "result.json"
    target.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        run(experiment()).write(target)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_the_table_shows_every_row():
    result = run(experiment())
    table = result.to_html_table()
    assert table.count("<tr>") == 4 and "<td>0.5</td>" in table and "nan" not in table.lower()


@pytest.mark.slow
def test_a_notebook_shows_the_player():
    shown = run(experiment(w=[0, 1], particles=200))._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and "application/x-gdviz-scene" in shown
    assert run(experiment(), frame_particles=0)._repr_html_().startswith("<table>")
    *_, streamed = stream(experiment(w=[0, 1], particles=200), frame_particles=10)
    assert streamed._repr_html_().startswith("<iframe srcdoc=")
    library = gdviz.result.run(experiment(w=[0, 1], particles=200))  # knows no player, whatever the door was asked before
    assert library._repr_html_().startswith("<table>")
    assert inspect.signature(run) == inspect.signature(gdviz.result.run)


@pytest.mark.slow
def test_the_package_opens_without_torch():
    code = "import sys, gdviz; assert 'torch' not in sys.modules; gdviz.Experiment; assert 'torch' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {"run", "stream", "Experiment", "Result"} <= set(dir(gdviz))
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        _ = gdviz.walk
